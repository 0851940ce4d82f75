"""Section 9: modules with a given state, their outputs and gradients, initial values, clipping."""

import math

import torch
import torch.nn.functional as F

from .core import I, R, RI, Section, T, Worst, cotangent, describe, encode, expectation, gradients, snake, tensors, tree, whole


def state_of(module):
    """The texts of a state dict: numbers that keep every network tame."""
    out = {}
    for i, (key, value) in enumerate(module.state_dict().items()):
        shape = list(value.shape)
        if key.endswith('num_batches_tracked'):
            out[key] = T(0, [], d='int32', g=False)
        elif 'running_var' in key:
            out[key] = R(200 + i, shape, 0.5, 2, g=False)
        elif key.split('.')[-1] == 'weight' and len(shape) == 1:
            out[key] = R(200 + i, shape, 0.5, 1.5, g=False)
        else:
            out[key] = R(200 + i, shape, -0.6, 0.6, g=False)
    return out


def build_module(name, args, state, wide):
    positional, options = list(args), {}
    if positional and isinstance(positional[-1], dict) and name not in ('ModuleDict',):
        options = {snake(k): whole(v) for k, v in positional.pop().items()}
    options = {{'dim_feedforward': 'dim_feedforward'}.get(k, k): v for k, v in options.items()}
    m = getattr(torch.nn, name)(*positional, **options)
    if state is None:
        return m
    m.load_state_dict({k: v.torch(False)[1].detach() for k, v in state.items()})
    return m.double() if wide else m


def run_module(name, args, state, inputs, mode, times, wide, mapped):
    m = build_module(name, args, state, wide)
    m.train(mode == 'train')
    leaves = []

    def make(x):
        if isinstance(x, T):
            leaf, value = x.torch(wide)
            if x.g:
                leaves.append(leaf)
            return value
        if isinstance(x, list):
            return [make(y) for y in x]
        return whole(x)

    values = [{snake(k): make(v) for k, v in x.items()} if isinstance(x, dict) else make(x) for x in inputs]
    kwargs = values.pop() if values and isinstance(values[-1], dict) else {}
    values = [tuple(v) if isinstance(v, list) else v for v in values]
    for _ in range(times):
        out = tree(m(*values, **kwargs))
    out = mapped(out) if mapped else out
    named = dict(m.named_parameters())
    outs = [t for t in tensors(out) if t.requires_grad]
    grads = torch.autograd.grad(outs, [*leaves, *named.values()], [cotangent(t.shape, t.dtype) for t in outs], allow_unused=True) if outs and (leaves or named) else []
    return out, grads[:len(leaves)], dict(zip(named, grads[len(leaves):])), dict(m.state_dict())


def module(s, name, args, inputs, mode='eval', times=1, mapped=None, label=None, tol=None):
    label = label or f'nn.{name}({", ".join(describe(a) for a in args)}) of {", ".join(describe(x) for x in inputs)}' + (' in training' if mode == 'train' else '') + (f' × {times}' if times > 1 else '')
    try:
        state = state_of(build_module(name, args, None, False))
        narrow = run_module(name, args, state, inputs, mode, times, False, mapped)
        wide = run_module(name, args, state, inputs, mode, times, True, mapped)
        worst = Worst(False)
        case = {'name': label, 'module': f'nn.{name}', 'args': encode(list(args)), 'state': {k: encode(v) for k, v in state.items()}, 'mode': mode, 'inputs': encode(list(inputs)), 'expect': expectation(wide[0], narrow[0], worst)}
        case['grads'] = gradients(wide[1], narrow[1], worst)
        case['parameters'] = dict(zip(narrow[2], gradients(list(wide[2].values()), list(narrow[2].values()), worst)))
        buffers = {k: expectation(wide[3][k], narrow[3][k], worst) for k in narrow[3] if 'running' in k or 'tracked' in k}
        if buffers:
            case['buffers'] = buffers
    except Exception as error:  # noqa: BLE001
        s.problems.append(f'{label}: {type(error).__name__}: {str(error)[:300]}')
        return
    if times > 1:
        case['times'] = times
    if worst.value > 0.5 or tol:
        case['scale'] = tol or math.ceil(worst.value * 3)
    s.add(case)


def build():
    s = Section('modules')
    m = lambda name, args, *inputs, **k: module(s, name, args, list(inputs), **k)  # noqa: E731
    m('Linear', [4, 3], R(1, [2, 4]))
    m('Linear', [4, 3, {'bias': False}], R(1, [2, 3, 4]))
    for o in ({}, {'stride': 2, 'padding': 1}, {'padding': 2, 'paddingMode': 'reflect'}, {'padding': 1, 'paddingMode': 'circular', 'bias': False}, {'padding': 1, 'paddingMode': 'replicate'}, {'groups': 2, 'dilation': 2}, {'padding': 'same'}):
        m('Conv1d', [2, 4, 3, o], R(1, [2, 2, 7]))
        m('Conv2d', [2, 4, 3, o], R(1, [1, 2, 6, 7]))
    m('Conv2d', [2, 3, [3, 2], {'stride': [2, 1]}], R(1, [1, 2, 6, 7]))
    m('Conv2d', [2, 3, [3, 2], {'padding': 'same', 'paddingMode': 'reflect'}], R(1, [1, 2, 4, 5]))
    for o in ({}, {'stride': 2, 'padding': 1, 'outputPadding': 1, 'groups': 2, 'bias': False}):
        m('ConvTranspose2d', [2, 4, 3, o], R(1, [1, 2, 4, 3]))
    x = R(1, [2, 3, 4], -2, 2)
    for args in ([4], [[3, 4]], [4, {'eps': 0.1, 'elementwiseAffine': False}], [4, {'bias': False}]):
        m('LayerNorm', args, x)
    for args in ([4], [[3, 4], {'eps': 0.1}], [4, {'elementwiseAffine': False}]):
        m('RMSNorm', args, x)
    for mode in ('train', 'eval'):
        for o in ([], [{'momentum': 0.5, 'eps': 0.1}], [{'affine': False}], [{'trackRunningStats': False}], [{'momentum': None}]):
            m('BatchNorm1d', [3, *o], R(2, [4, 3], -1, 3), mode=mode, times=2)
            m('BatchNorm2d', [3, *o], R(2, [2, 3, 2, 2], -1, 3), mode=mode, times=3)
        m('BatchNorm1d', [3], R(2, [2, 3, 4]), mode=mode)
    m('GroupNorm', [2, 4], R(1, [2, 4, 3]))
    m('GroupNorm', [2, 4, {'eps': 0.2, 'affine': False}], R(1, [2, 4, 3, 2]))
    m('InstanceNorm2d', [3], R(1, [2, 3, 3, 2]))
    m('InstanceNorm2d', [3, {'affine': True, 'eps': 0.1}], R(1, [2, 3, 3, 2]))
    m('Embedding', [5, 3], I([[0, 4], [2, 2]]))
    m('Embedding', [5, 3, {'paddingIdx': 2}], I([[0, 4], [2, 2]]))
    recurrent(m)
    transformers(m)
    img = R(3, [2, 2, 6, 5])
    m('Flatten', [], R(1, [2, 3, 4]))
    m('Flatten', [{'startDim': 0, 'endDim': 1}], R(1, [2, 3, 4]))
    m('Unflatten', [1, [2, 3]], R(1, [2, 6]))
    m('Identity', [], x)
    m('MaxPool2d', [2], img)
    m('MaxPool2d', [3, {'stride': 2, 'padding': 1, 'ceilMode': True}], img)
    m('AvgPool2d', [2, {'stride': 1, 'padding': 1, 'countIncludePad': False}], img)
    m('AdaptiveAvgPool2d', [[3, 2]], img)
    m('AdaptiveAvgPool2d', [1], img)
    m('Upsample', [{'scaleFactor': 2}], img)
    m('Upsample', [{'size': [4, 7], 'mode': 'bilinear'}], img)
    m('Dropout', [{'p': 0.3}], x)
    for name, args in [('ReLU', []), ('LeakyReLU', [{'negativeSlope': 0.2}]), ('ELU', [{'alpha': 0.5}]), ('SELU', []), ('CELU', [{'alpha': 2}]), ('GELU', []), ('GELU', [{'approximate': 'tanh'}]), ('SiLU', []), ('Mish', []), ('Softplus', [{'beta': 2, 'threshold': 3}]), ('Hardtanh', [{'minVal': -0.5, 'maxVal': 0.7}]),
                       ('ReLU6', []), ('Hardsigmoid', []), ('Hardswish', []), ('Softsign', []), ('LogSigmoid', []), ('Tanhshrink', []), ('PReLU', []), ('GLU', [{'dim': 2}]), ('Sigmoid', []), ('Tanh', []), ('Softmax', [{'dim': 1}]), ('LogSoftmax', [{'dim': -1}])]:
        m(name, args, R(4, [2, 3, 4], -4, 4))
    y = I([0, 2, 1, 2])
    a, b = R(5, [4, 3], -2, 2), R(6, [4, 3], -2, 2)
    for name, args, inputs in [
        ('CrossEntropyLoss', [], [a, y]), ('CrossEntropyLoss', [{'labelSmoothing': 0.1, 'ignoreIndex': 1, 'reduction': 'sum'}], [a, y]), ('NLLLoss', [], [a, y]), ('BCELoss', [], [R(5, [4], 0.1, 0.9), R(6, [4], 0, 1, g=False)]), ('BCEWithLogitsLoss', [{'reduction': 'none'}], [a, R(6, [4, 3], 0, 1, g=False)]),
        ('MSELoss', [], [a, b]), ('L1Loss', [{'reduction': 'sum'}], [a, b]), ('SmoothL1Loss', [{'beta': 0.5}], [a, b]), ('HuberLoss', [{'delta': 0.5}], [a, b]), ('KLDivLoss', [{'reduction': 'batchmean'}], [R(5, [4, 3], -3, 0), R(6, [4, 3], 0.1, 1)]), ('CosineEmbeddingLoss', [{'margin': 0.2}], [a, b, T([1, -1, 1, -1], g=False)]),
        ('MarginRankingLoss', [{'margin': 0.1}], [R(5, [4]), R(6, [4]), T([1, -1, 1, -1], g=False)]), ('TripletMarginLoss', [{'margin': 0.5}], [a, b, R(7, [4, 3])]),
    ]:
        m(name, args, *inputs)
    m('GaussianNLLLoss', [{'full': True}], a, b, R(7, [4, 3], 0.3, 2))
    programs(s)
    return s


def recurrent(m):
    x, xb = R(1, [4, 2, 3]), R(1, [2, 4, 3])
    for kind in ('RNN', 'GRU', 'LSTM'):
        for o, inputs in [({}, [x]), ({'batchFirst': True, 'bias': False}, [xb]), ({'numLayers': 2, 'bidirectional': True}, [x]), ({}, [R(1, [4, 3])]), ({'numLayers': 2, 'batchFirst': True, 'dropout': 0.5}, [xb]), ({'bidirectional': True}, [R(1, [4, 3])]), ({}, [R(1, [1, 1, 3])])]:
            m(kind, [3, 2, o] if o else [3, 2], *inputs)
        h = R(2, [4, 2, 2])
        extra = [[h, R(3, [4, 2, 2])]] if kind == 'LSTM' else [h]
        m(kind, [3, 2, {'numLayers': 2, 'bidirectional': True}], x, *extra, label=f'nn.{kind} of two layers, both ways, from a given state')
        h1 = R(2, [1, 2])
        m(kind, [3, 2], R(1, [4, 3]), *([[h1, R(3, [1, 2])]] if kind == 'LSTM' else [h1]), label=f'nn.{kind} without a batch from a given state')
    m('RNN', [3, 2, {'nonlinearity': 'relu'}], x)
    for kind in ('RNNCell', 'GRUCell', 'LSTMCell'):
        h = R(2, [2, 2])
        m(kind, [3, 2], R(1, [2, 3]))
        m(kind, [3, 2, {'bias': False}], R(1, [2, 3]), *([[h, R(3, [2, 2])]] if kind == 'LSTMCell' else [h]))
    m('RNNCell', [3, 2, {'nonlinearity': 'relu'}], R(1, [2, 3])) if False else None


def transformers(m):
    q, k, v = R(1, [3, 2, 4]), R(2, [5, 2, 4]), R(3, [5, 2, 4])
    bf = [R(1, [2, 3, 4]), R(2, [2, 5, 4]), R(3, [2, 5, 4])]
    pad = T([0, 0, 0, 1, 1, 0, 1, 0, 0, 0], [2, 5], d='bool')
    causal = T([0, 1, 1, 0, 0, 1, 0, 0, 0], [3, 3], d='bool')
    m('MultiheadAttention', [4, 2], q, k, v)
    m('MultiheadAttention', [4, 2, {'batchFirst': True}], *bf)
    m('MultiheadAttention', [4, 2, {'batchFirst': True, 'bias': False}], *bf, {'needWeights': False})
    m('MultiheadAttention', [4, 1, {'batchFirst': True}], *bf, {'averageAttnWeights': False})
    m('MultiheadAttention', [4, 2, {'batchFirst': True}], *bf, {'keyPaddingMask': pad, 'averageAttnWeights': False})
    m('MultiheadAttention', [4, 2, {'batchFirst': True}], bf[0], bf[0], bf[0], {'attnMask': causal})
    m('MultiheadAttention', [4, 2, {'batchFirst': True}], *bf, {'attnMask': R(5, [3, 5], -2, 2), 'needWeights': False})
    m('MultiheadAttention', [4, 2, {'batchFirst': True}], *bf, {'attnMask': R(5, [4, 3, 5], -2, 2)}, label='nn.MultiheadAttention with a mask per head')
    m('MultiheadAttention', [4, 2, {'batchFirst': True, 'kdim': 3, 'vdim': 6}], R(1, [2, 3, 4]), R(2, [2, 5, 3]), R(3, [2, 5, 6]))
    m('MultiheadAttention', [4, 2], R(1, [3, 4]), R(2, [5, 4]), R(3, [5, 4]), label='nn.MultiheadAttention without a batch')
    x = R(4, [3, 2, 4])
    for o in ({'dropout': 0}, {'dropout': 0, 'batchFirst': True, 'activation': 'gelu', 'normFirst': True}, {'dropout': 0, 'layerNormEps': 0.1, 'bias': False, 'batchFirst': True}):
        opts = {'dimFeedforward': 6, **o}
        m('TransformerEncoderLayer', [4, 2, opts], x, mode='train')
        m('TransformerDecoderLayer', [4, 2, opts], x, R(5, [5, 2, 4] if not o.get('batchFirst') else [3, 5, 4]), mode='train')
    bx = R(4, [2, 3, 4])
    m('TransformerEncoderLayer', [4, 2, {'dimFeedforward': 6, 'dropout': 0, 'batchFirst': True}], bx, {'srcMask': causal, 'srcKeyPaddingMask': T([0, 0, 0, 0, 0, 1], [2, 3], d='bool')}, mode='train')
    m('TransformerDecoderLayer', [4, 2, {'dimFeedforward': 6, 'dropout': 0, 'batchFirst': True}], bx, R(5, [2, 5, 4]), {'tgtMask': causal, 'memoryKeyPaddingMask': pad}, mode='train')


def programs(s):
    p, g = s.program, s.gives
    p('Sequential, ModuleList, ModuleDict: keys', '''class Net extends nn.Module {
  body = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1)); list = new nn.ModuleList([new nn.Linear(1, 1)]); dict = new nn.ModuleDict({ a: new nn.Linear(1, 2, { bias: false }) }); scale = new nn.Parameter(tensor.ones([2]))
  constructor() { super(); this.registerBuffer('seen', tensor.zeros([1])); this.registerBuffer('hidden', tensor.zeros([1]), { persistent: false }) }
  forward(x) { return this.body(x) } }
const n = new Net(); n.list.append(new nn.Linear(1, 1))
return [Object.keys(n.stateDict()), n.namedParameters().map(([k]) => k), n.parameters().length, n.namedBuffers().map(([k]) => k), n.namedChildren().map(([k]) => k), n.namedModules().map(([k]) => k), n.list.length, n.numParameters(), n(tensor.zeros([4, 2])).shape]''', {}, keys)
    g('Module: train, eval, zeroGrad, requiresGrad_, hooks, apply', '''const n = new nn.Sequential(new nn.Linear(2, 2), new nn.Dropout()); const log = []
const h1 = n.registerForwardPreHook((m, args) => { log.push('pre') }), h2 = n.registerForwardHook((m, args, out) => { log.push('post'); return out.mul(0) })
const z = n(tensor.ones([1, 2])); h1.remove(); h2.remove(); n.eval(); const y = n(tensor.ones([1, 2])); y.sum().backward(); const had = n.parameters().every((q) => q.grad !== null); n.zeroGrad()
const seen = []; n.apply((m) => seen.push(m.constructor.name)); n.requiresGrad_(false)
return [log, await z.array(), n.training, n.at(1).training, had, n.parameters().every((q) => q.grad === null), seen.length, n.parameters().some((q) => q.requiresGrad), n.train().training]''', [['pre', 'post'], [[0, 0]], False, False, True, True, 3, False, True])
    g('loadStateDict reports keys', '''const n = new nn.Linear(2, 1); const r = n.loadStateDict({ weight: tensor([[1, 2]]), extra: tensor([1]) }, { strict: false }); return [r, await n.weight.array()]''', [{'missingKeys': ['bias'], 'unexpectedKeys': ['extra']}, [[1, 2]]])
    g('stateDict aliases, detached', 'const n = new nn.Linear(2, 1); const sd = n.stateDict(); sd.weight.fill_(3); return [await n.weight.array(), sd.weight.requiresGrad, sd.weight.sharesStorage(n.weight)]', [[[3, 3]], False, True])
    s.throws('loadStateDict, strict, lists missing and unexpected keys', 'new nn.Linear(2, 1).loadStateDict({ weight: tensor([[1, 2]]), extra: tensor([1]) })', '', 'bias')
    s.throws('loadStateDict lists wrong shapes', 'new nn.Linear(2, 1).loadStateDict({ weight: tensor([[1, 2, 3]]), bias: tensor([1]) })', 'shape', '[1, 3]')
    s.throws('an array of modules names ModuleList', 'class N extends nn.Module { constructor() { super(); this.layers = [new nn.Linear(1, 1)] } forward(x) { return x } } return new N().parameters()', '', 'ModuleList')
    s.throws('Linear of a wrong input', 'return new nn.Linear(4, 2)(tensor.zeros([2, 3]))', 'shape', 'Linear: expected input [..., 4], got [2, 3].')
    g('parameters shared by two modules count once', 'class N extends nn.Module { a = new nn.Linear(2, 2); b = new nn.Linear(2, 2); constructor() { super(); this.b.weight = this.a.weight } forward(x) { return x } } const n = new N(); return [n.parameters().length, Object.keys(n.stateDict())]', [3, ['a.weight', 'a.bias', 'b.weight', 'b.bias']])
    for code, tree_ in [('new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU())', torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU())), ('new nn.Linear(4, 3, { bias: false })', torch.nn.Linear(4, 3, bias=False)), ('new nn.Conv2d(1, 2, 3, { padding: 1 })', torch.nn.Conv2d(1, 2, 3, padding=1)),
                        ('new nn.LayerNorm(4)', torch.nn.LayerNorm(4)), ('new nn.Dropout({ p: 0.1 })', torch.nn.Dropout(0.1)), ('new nn.Embedding(5, 3)', torch.nn.Embedding(5, 3)), ('new nn.GELU()', torch.nn.GELU()),
                        ('new nn.ModuleList([new nn.Linear(1, 1), new nn.Tanh()])', torch.nn.ModuleList([torch.nn.Linear(1, 1), torch.nn.Tanh()])), ('new nn.BatchNorm2d(3)', torch.nn.BatchNorm2d(3)), ('new nn.LSTM(3, 2)', torch.nn.LSTM(3, 2))]:
        g(f'String({code})', f'return String({code})', str(tree_))
    for name, code, bound in [('Linear', 'new nn.Linear(16, 64)', 1 / 4), ('Conv2d', 'new nn.Conv2d(4, 32, 2)', 1 / 4), ('LSTM', 'new nn.LSTM(8, 16)', 1 / 4), ('ConvTranspose2d', 'new nn.ConvTranspose2d(32, 4, 2)', 1 / 4)]:
        g(f'{name}: initial values are uniform in ±{bound}', f'const v = (await Promise.all({code}.parameters().map((q) => q.detach().data()))).flatMap((a) => [...a]); const sd = Math.sqrt(v.reduce((a, b) => a + b * b, 0) / v.length); return [Math.max(...v.map(Math.abs)) <= {bound}, Math.max(...v.map(Math.abs)) > {bound * 0.9}, Math.abs(sd / {bound / math.sqrt(3)} - 1) < 0.08]', [True, True, True])
    g('constant initial values', 'const a = new nn.LayerNorm(2), b = new nn.BatchNorm1d(2), c = new nn.MultiheadAttention(4, 2), d = new nn.PReLU(), e = new nn.Embedding(3, 2, { paddingIdx: 1 }); return [await a.weight.array(), await a.bias.array(), await b.running_var.array(), await b.num_batches_tracked.item(), await c.stateDict()["in_proj_bias"].sum().item(), await c.stateDict()["out_proj.bias"].sum().item(), await d.weight.array(), await e.weight.at(1).array()]', [[1, 1], [0, 0], [1, 1], 0, 0, 0, [0.25], [0, 0]])
    g('init: constants', 'const t = tensor.zeros([2, 3]); const a = await nn.init.ones_(t).sum().item(); nn.init.constant_(t, 2.5); const b = await t.sum().item(); nn.init.eye_(t); const c = await t.array(); nn.init.zeros_(t); return [a, b, c, await t.sum().item()]', [6, 15, [[1, 0, 0], [0, 1, 0]], 0])
    for name, call, dev in [('xavierUniform_', 'xavierUniform_(t, { gain: 2 })', 2 * math.sqrt(2 / 300)), ('xavierNormal_', 'xavierNormal_(t)', math.sqrt(2 / 300)), ('kaimingUniform_', 'kaimingUniform_(t, { a: 1 })', math.sqrt(2 / 2) / math.sqrt(200)), ('kaimingNormal_', "kaimingNormal_(t, { mode: 'fanOut', nonlinearity: 'relu' })", math.sqrt(2) / 10),
                            ('normal_', 'normal_(t, { mean: 0, std: 3 })', 3), ('uniform_', 'uniform_(t, { a: -1, b: 1 })', 1 / math.sqrt(3)), ('truncNormal_', 'truncNormal_(t, { std: 1, a: -1, b: 1 })', 0.5396)]:
        g(f'init: {name} has its standard deviation', f'const t = tensor.zeros([100, 200]); nn.init.{call}; return await t.std().div({dev}).sub(1).abs().lt(0.03).item()', True)
    g('init: orthogonal_', 'const t = tensor.zeros([3, 5]); const r = await nn.init.orthogonal_(t); const q = t.matmul(t.t()); return await q.sub(tensor.eye(3)).abs().max().lt(1e-5).item()', True)
    for name, param in (('relu', None), ('tanh', None), ('linear', None), ('sigmoid', None), ('leaky_relu', 0.2), ('selu', None), ('conv2d', None)):
        g(f'init: calculateGain({name})', f"return nn.init.calculateGain('{name}'{'' if param is None else f', {param}'})", torch.nn.init.calculate_gain(name, param))
    P = {'a': R(1, [2, 3]), 'b': R(2, [4])}
    for norm in (2, 1, float('inf'), 3):
        t = 'Infinity' if norm == float('inf') else norm
        for top in (0.5, 100):
            p(f'clipGradNorm_ to {top}, normType {norm}', f'a.grad = tensor.ones([2, 3]).mul(-0.7); b.grad = b.detach(); const n = nn.utils.clipGradNorm_([a, b], {top}, {{ normType: {t} }}); return [n, a.grad, b.grad]', P, lambda a, b, norm=norm, top=top: clip(a, b, norm, top))
    p('clipGradValue_', 'a.grad = a.detach().mul(2); b.grad = b.detach(); nn.utils.clipGradValue_([a, b], 0.5); return [a.grad, b.grad]', P, lambda a, b: [(a.detach() * 2).clamp(-0.5, 0.5), b.detach().clamp(-0.5, 0.5)])
    p('parametersToVector and back', 'const v = nn.utils.parametersToVector([a, b]); nn.utils.vectorToParameters(v.detach().mul(2), [a, b]); return [v.detach(), a.detach(), b.detach()]', P, lambda a, b: [torch.cat([a.flatten(), b]).detach(), a.detach() * 2, b.detach() * 2])
    g('KVCache: the output equals the uncached one', '''const m = new nn.MultiheadAttention(4, 2, { batchFirst: true }); m.eval(); const x = random(3).normal([1, 5, 4]); const [full] = m(x, x, x, { isCausal: true, needWeights: false })
const cache = new nn.KVCache(8), parts = []; for (const [a, b] of [[0, 2], [2, 3], [3, 5]]) { const q = x.narrow(1, a, b - a); parts.push(m(q, q, q, { isCausal: true, needWeights: false, cache })[0]) }
const ok = await tensor.cat(parts, { dim: 1 }).sub(full).abs().max().lt(1e-5).item(); const n = cache.length; cache.reset(); return [ok, n, cache.length]''', [True, 5, 0])
    g('a row with every key masked gives weights 0', '''const m = new nn.MultiheadAttention(4, 2, { batchFirst: true }); const x = tensor.ones([1, 2, 4]); const [o, w] = m(x, x, x, { keyPaddingMask: tensor([[true, true]]) }); return [await w.array(), await o.sub(m.stateDict()["out_proj.bias"]).abs().max().lt(1e-6).item()]''', [[[[0, 0], [0, 0]]], True])
    p('TransformerBlock: pre-norm, causal', '''const m = new nn.TransformerBlock(4, 2, { mlpRatio: 2 }); const keys = Object.keys(m.stateDict()); m.loadStateDict(Object.fromEntries(keys.map((k) => [k, w[k]]))); const y = m(x); y.sum().backward(); return [keys, y, x.grad]''',
      {'x': R(1, [2, 3, 4]), 'w': {k: R(40 + i, sh, *((0.5, 1.5) if 'norm' in k and 'weight' in k else (-0.6, 0.6)), g=False) for i, (k, sh) in enumerate(BLOCK.items())}}, block)


BLOCK = {'norm1.weight': [4], 'norm1.bias': [4], 'attn.in_proj_weight': [12, 4], 'attn.in_proj_bias': [12], 'attn.out_proj.weight': [4, 4], 'attn.out_proj.bias': [4], 'norm2.weight': [4], 'norm2.bias': [4],
         'mlp.0.weight': [8, 4], 'mlp.0.bias': [8], 'mlp.2.weight': [4, 8], 'mlp.2.bias': [4]}


def block(x, w):
    y = block_forward(x, w, 2)
    return [list(BLOCK), y.detach(), torch.autograd.grad(y.sum(), x)[0]]


def block_forward(x, w, heads):
    b, t, c = x.shape
    h = F.layer_norm(x, [c], w['norm1.weight'], w['norm1.bias'])
    q, k, v = [z.reshape(b, t, heads, c // heads).transpose(1, 2) for z in F.linear(h, w['attn.in_proj_weight'], w['attn.in_proj_bias']).chunk(3, -1)]
    a = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, c)
    x = x + F.linear(a, w['attn.out_proj.weight'], w['attn.out_proj.bias'])
    h = F.layer_norm(x, [c], w['norm2.weight'], w['norm2.bias'])
    return x + F.linear(F.gelu(F.linear(h, w['mlp.0.weight'], w['mlp.0.bias'])), w['mlp.2.weight'], w['mlp.2.bias'])


def keys():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            n = torch.nn
            self.body = n.Sequential(n.Linear(2, 3), n.ReLU(), n.Linear(3, 1))
            self.list = n.ModuleList([n.Linear(1, 1)])
            self.dict = n.ModuleDict({'a': n.Linear(1, 2, bias=False)})
            self.scale = n.Parameter(torch.ones(2))
            self.register_buffer('seen', torch.zeros(1))
            self.register_buffer('hidden', torch.zeros(1), persistent=False)
    n = Net()
    n.list.append(torch.nn.Linear(1, 1))
    return [list(n.state_dict()), [k for k, _ in n.named_parameters()], len(list(n.parameters())), [k for k, _ in n.named_buffers()], [k for k, _ in n.named_children()], [k for k, _ in n.named_modules()], 2,
            sum(p.numel() for p in n.parameters()), [4, 1]]


def clip(a, b, norm, top):
    a, b = [torch.nn.Parameter(z.detach().clone()) for z in (a, b)]
    a.grad, b.grad = torch.full_like(a, -0.7), b.detach().clone()
    n = torch.nn.utils.clip_grad_norm_([a, b], top, norm_type=float(norm))
    return [n, a.grad, b.grad]
