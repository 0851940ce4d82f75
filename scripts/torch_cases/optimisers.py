"""Section 10: parameters after steps of every optimiser, learning rates of every scheduler."""

import math

import torch
import torch.optim.lr_scheduler as S

from .core import R, Section, T, encode, mulberry32, number, snake

STEPS = (1, 2, 3, 10)


def run(name, groups, options, steps, wide, skip):
    kind = torch.float64 if wide else torch.float32
    built = [{'params': [torch.nn.Parameter(p.torch(wide)[1].detach().to(kind)) for p in ps], **{snake(k): v for k, v in o.items()}} for ps, o in groups]
    every = [p for g in built for p in g['params']]
    kw = {snake(k): (tuple(v) if isinstance(v, list) else v) for k, v in options.items()}
    o = Lion(built, **kw) if name == 'Lion' else getattr(torch.optim, name)(built if len(built) > 1 else every, **kw, **({} if name == 'Lion' else {'foreach': False}))
    after = {}
    for t in range(1, steps + 1):
        for i, p in enumerate(every):
            g = torch.tensor([u * 2 - 1 for u in mulberry32(1000 * t + i, p.numel())], dtype=torch.float32).to(kind).reshape(p.shape)
            p.grad = None if t % 2 == 1 and i in skip else g
        o.step()
        if t in STEPS:
            after[t] = [[number(x) for x in p.detach().flatten().tolist()] for p in every]
    return after


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, as section 10 writes it."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in g['params']:
                if p.grad is None:
                    continue
                d = -p.grad if g['maximize'] else p.grad
                m = self.state[p].setdefault('m', torch.zeros_like(p))
                p.mul_(1 - g['lr'] * g['weight_decay'])
                p.sub_(g['lr'] * torch.sign(g['betas'][0] * m + (1 - g['betas'][0]) * d))
                m.mul_(g['betas'][1]).add_(d, alpha=1 - g['betas'][1])


def build():
    s = Section('optimisers')
    P = [R(1, [2, 3]), R(2, [3]), R(3, [])]

    def o(name, options, groups=None, skip=(), label=None):
        groups = groups or [(P, {})]
        wide = run(name, groups, options, 10, True, skip)
        case = {'name': label or f'optim.{name} {options}'.replace("'", ''), 'optimiser': name, 'groups': [{'params': [encode({**p.json()}) for p in ps], 'options': encode(opts)} for ps, opts in groups], 'options': encode(options), 'steps': 10, 'after': wide}
        # Room where float32 itself strays: PyTorch's own run in float32.
        narrow = run(name, groups, options, 10, False, skip)
        worst = max(abs(a - b) / (2e-5 * abs(a) + 2e-6 * max([1, *(abs(v) for v in p)])) for t in wide for p, q in zip(wide[t], narrow[t]) for a, b in zip(p, q))
        if worst > 0.3:
            case['scale'] = math.ceil(worst * 3)
        if skip:
            case['skip'] = list(skip)
        s.add(case)

    for options in ({}, {'lr': 0.1}, {'lr': 0.1, 'momentum': 0.9}, {'lr': 0.1, 'momentum': 0.9, 'nesterov': True}, {'lr': 0.1, 'momentum': 0.9, 'dampening': 0.3}, {'lr': 0.1, 'weightDecay': 0.2}, {'lr': 0.1, 'momentum': 0.8, 'weightDecay': 0.1, 'nesterov': True}, {'lr': 0.1, 'maximize': True, 'momentum': 0.5, 'weightDecay': 0.1}):
        o('SGD', options)
    for options in ({}, {'lr': 0.05, 'alpha': 0.8}, {'lr': 0.05, 'eps': 0.1}, {'lr': 0.05, 'weightDecay': 0.3}, {'lr': 0.05, 'momentum': 0.7}, {'lr': 0.05, 'centered': True}, {'lr': 0.05, 'centered': True, 'momentum': 0.5, 'weightDecay': 0.1}, {'maximize': True}):
        o('RMSprop', options)
    for name in ('Adam', 'AdamW'):
        for options in ({}, {'lr': 0.05}, {'lr': 0.05, 'betas': [0.7, 0.9]}, {'lr': 0.05, 'eps': 0.1}, {'lr': 0.05, 'weightDecay': 0.3}, {'lr': 0.05, 'amsgrad': True, 'betas': [0.5, 0.6]}, {'lr': 0.05, 'maximize': True, 'weightDecay': 0.1}, {'lr': 0.05, 'amsgrad': True, 'weightDecay': 0.2}):
            o(name, options)
    for options in ({}, {'lr': 0.1}, {'lr': 0.1, 'lrDecay': 0.2}, {'lr': 0.1, 'weightDecay': 0.3}, {'lr': 0.1, 'initialAccumulatorValue': 0.5}, {'lr': 0.1, 'eps': 0.1}, {'lr': 0.1, 'maximize': True}):
        o('Adagrad', options)
    for options in ({}, {'lr': 0.05}, {'lr': 0.05, 'betas': [0.5, 0.8]}, {'lr': 0.05, 'weightDecay': 0.3}, {'lr': 0.05, 'maximize': True}):
        o('Lion', options)
    for name in ('SGD', 'Adam', 'AdamW', 'RMSprop', 'Adagrad'):
        o(name, {'lr': 0.05}, [(P[:1], {}), (P[1:], {'lr': 0.2, 'weightDecay': 0.1})], label=f'optim.{name}: two groups')
        o(name, {'lr': 0.05}, skip=(1,), label=f'optim.{name}: a parameter without a gradient is skipped')
    programs(s)
    schedulers(s)
    return s


def programs(s):
    g = s.gives
    g('optim: zeroGrad', 'const p = new nn.Parameter(tensor([1])); const o = new optim.SGD([p]); p.grad = tensor([2]); o.zeroGrad({ setToNone: false }); const a = await p.grad.array(); o.zeroGrad(); return [a, p.grad]', [[0], None])
    g('optim: paramGroups and addParamGroup', 'const p = new nn.Parameter(tensor([1])), q = new nn.Parameter(tensor([1])); const o = new optim.AdamW([p], { lr: 0.5 }); o.addParamGroup({ params: [q], weightDecay: 0 }); const [a, b] = o.paramGroups; return [a.lr, a.weightDecay, a.betas, a.eps, b.lr, b.weightDecay, o.paramGroups.length]', [0.5, 0.01, [0.9, 0.999], 1e-8, 0.5, 0, 2])
    g('optim: a learning rate written between steps counts', 'const p = new nn.Parameter(tensor([1])); const o = new optim.SGD([p], { lr: 1 }); p.grad = tensor([1]); o.step(); o.paramGroups[0].lr = 0.5; o.step(); return p.detach()', {'$t': [-0.5], 's': [1]})
    g('optim: step(closure) returns the loss', 'const p = new nn.Parameter(tensor([3])); const o = new optim.SGD([p], { lr: 0.1 }); const l = o.step(() => { o.zeroGrad(); const l = p.mul(p).sum(); l.backward(); return l }); return [l.detach(), p.detach()]', [{'$t': [9], 's': []}, {'$t': [2.4], 's': [1]}])
    g('optim: state survives stateDict and loadStateDict', '''const make = () => { const p = new nn.Parameter(tensor([1, 2])); return [p, new optim.Adam([p], { lr: 0.1 })] }
const [p, o] = make(), [q, r] = make(); const go = (x, y, k) => { x.grad = tensor([k, -k]); y.step() }
go(p, o, 1); go(p, o, 2); const sd = o.stateDict(); q.detach().copy_(p.detach()); r.loadStateDict(sd); go(p, o, 3); go(q, r, 3); return [Object.keys(sd.state), Object.keys(sd.state["0"]), await p.sub(q).abs().max().item()]''', [['0'], ['step', 'exp_avg', 'exp_avg_sq'], 0])
    g('optim.EMA', 'const n = new nn.Linear(1, 1, { bias: false }); n.weight.detach().fill_(1); const e = new optim.EMA(n, { decay: 0.9 }); n.weight.detach().fill_(2); e.update(); e.update(); const m = new nn.Linear(1, 1, { bias: false }); e.copyTo(m); return m.weight.detach()', {'$t': [1.19], 's': [1, 1]})
    s.throws('optim: no parameters', 'return new optim.SGD([])', '', 'SGD')
    s.throws('optim: a negative learning rate', 'return new optim.SGD([new nn.Parameter(tensor([1]))], { lr: -1 })', 'value', 'SGD')
    s.throws('optim: an unknown option', 'return new optim.Adam([new nn.Parameter(tensor([1]))], { weightdecay: 1 })', 'value', 'weightDecay')
    s.throws('optim: nesterov without momentum', 'return new optim.SGD([new nn.Parameter(tensor([1]))], { nesterov: true })', 'value', 'SGD')
    s.throws('optim: a parameter twice', 'const p = new nn.Parameter(tensor([1])); return new optim.SGD([{ params: [p] }, { params: [p] }])', '', 'SGD')


def schedulers(s):
    import warnings
    warnings.simplefilter('ignore')

    def c(js, make, metrics=None, steps=32, lrs=(0.1, 1.0), momenta=False):
        o = torch.optim.SGD([{'params': [torch.nn.Parameter(torch.zeros(1))], 'lr': lr} for lr in lrs], lr=0.1, momentum=0.9)
        sch = make(o)
        rows, moving = [[g['lr'] for g in o.param_groups]], [o.param_groups[0]['momentum']]
        for t in range(len(metrics) if metrics else steps):
            o.step()
            sch.step(*([metrics[t]] if metrics else []))
            rows.append([g['lr'] for g in o.param_groups])
            moving.append(o.param_groups[0]['momentum'])
        case = {'name': f'lrScheduler: {js}', 'scheduler': js, 'lrs': list(lrs), 'expect': [[number(x) for x in r] for r in rows]}
        if metrics:
            case['metrics'] = metrics
        if momenta:
            case['momenta'] = [number(x) for x in moving]
        s.add(case)

    c('new S.StepLR(o, 7)', lambda o: S.StepLR(o, 7))
    c('new S.StepLR(o, 3, { gamma: 0.5 })', lambda o: S.StepLR(o, 3, gamma=0.5))
    c('new S.MultiStepLR(o, [3, 10, 11])', lambda o: S.MultiStepLR(o, [3, 10, 11]))
    c('new S.MultiStepLR(o, [2, 2, 9], { gamma: 0.3 })', lambda o: S.MultiStepLR(o, [2, 2, 9], gamma=0.3))
    c('new S.ExponentialLR(o, 0.9)', lambda o: S.ExponentialLR(o, 0.9))
    c('new S.ConstantLR(o)', lambda o: S.ConstantLR(o))
    c('new S.ConstantLR(o, { factor: 0.5, totalIters: 8 })', lambda o: S.ConstantLR(o, 0.5, 8))
    c('new S.LinearLR(o)', lambda o: S.LinearLR(o))
    c('new S.LinearLR(o, { startFactor: 0.1, endFactor: 0.8, totalIters: 9 })', lambda o: S.LinearLR(o, 0.1, 0.8, 9))
    c('new S.PolynomialLR(o)', lambda o: S.PolynomialLR(o))
    c('new S.PolynomialLR(o, { totalIters: 12, power: 2 })', lambda o: S.PolynomialLR(o, 12, 2.0))
    c('new S.CosineAnnealingLR(o, 10)', lambda o: S.CosineAnnealingLR(o, 10))
    c('new S.CosineAnnealingLR(o, 30, { etaMin: 0.01 })', lambda o: S.CosineAnnealingLR(o, 30, eta_min=0.01))
    c('new S.CosineAnnealingWarmRestarts(o, 5)', lambda o: S.CosineAnnealingWarmRestarts(o, 5))
    c('new S.CosineAnnealingWarmRestarts(o, 4, { tMult: 2, etaMin: 0.02 })', lambda o: S.CosineAnnealingWarmRestarts(o, 4, T_mult=2, eta_min=0.02))
    c('new S.OneCycleLR(o, 1, { totalSteps: 30 })', lambda o: S.OneCycleLR(o, 1.0, total_steps=30), steps=29, momenta=True)
    c("new S.OneCycleLR(o, 0.5, { totalSteps: 30, pctStart: 0.4, annealStrategy: 'linear', cycleMomentum: false, divFactor: 10, finalDivFactor: 100 })", lambda o: S.OneCycleLR(o, 0.5, total_steps=30, pct_start=0.4, anneal_strategy='linear', cycle_momentum=False, div_factor=10, final_div_factor=100), steps=29)
    c('new S.OneCycleLR(o, 0.5, { totalSteps: 30, threePhase: true, baseMomentum: 0.7, maxMomentum: 0.99 })', lambda o: S.OneCycleLR(o, 0.5, total_steps=30, three_phase=True, base_momentum=0.7, max_momentum=0.99), steps=29, momenta=True)
    c('new S.LambdaLR(o, (e) => 0.95 ** e)', lambda o: S.LambdaLR(o, lambda e: 0.95 ** e))
    c('new S.SequentialLR(o, [new S.LinearLR(o, { startFactor: 0.1, totalIters: 5 }), new S.CosineAnnealingLR(o, 20)], [5])', lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1, total_iters=5), S.CosineAnnealingLR(o, 20)], [5]))
    c('new S.SequentialLR(o, [new S.ConstantLR(o, { factor: 0.5, totalIters: 4 }), new S.ExponentialLR(o, 0.9), new S.StepLR(o, 2)], [4, 12])', lambda o: S.SequentialLR(o, [S.ConstantLR(o, 0.5, 4), S.ExponentialLR(o, 0.9), S.StepLR(o, 2)], [4, 12]))
    m = [5, 4, 3, 3, 3, 3, 3, 2.9999, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1, 1, 1, 1, 1]
    c('new S.ReduceLROnPlateau(o)', lambda o: S.ReduceLROnPlateau(o), metrics=m)
    c('new S.ReduceLROnPlateau(o, { factor: 0.5, patience: 2 })', lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=2), metrics=m)
    c('new S.ReduceLROnPlateau(o, { factor: 0.5, patience: 1, cooldown: 3, minLr: 0.02, threshold: 0.1 })', lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=1, cooldown=3, min_lr=0.02, threshold=0.1), metrics=m)
    c("new S.ReduceLROnPlateau(o, { mode: 'max', factor: 0.3, patience: 2 })", lambda o: S.ReduceLROnPlateau(o, mode='max', factor=0.3, patience=2), metrics=[-x for x in m])

    def warm(o):
        warmup, total, low = 6, 25, 0.05
        class W:
            t = 0
            base = [g['lr'] for g in o.param_groups]
            def set(self):
                for g, lr in zip(o.param_groups, self.base):
                    k = self.t
                    g['lr'] = lr * (k + 1) / warmup if k < warmup else low if k >= total else low + (lr - low) * 0.5 * (1 + math.cos(math.pi * (k - warmup) / (total - warmup)))
            def step(self):
                self.t += 1
                self.set()
        w = W()
        w.set()
        return w
    c('new S.WarmupCosineLR(o, { warmup: 6, total: 25, minLr: 0.05 })', warm)
