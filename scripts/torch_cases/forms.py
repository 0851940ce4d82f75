"""Section 1: the ways to write one call: dim in place or among options, optional tensors in place or among options, numbers
in a row, methods and functions. Section 11: loaders and the training loop."""

import torch
import torch.nn.functional as F

from .core import I, R, Section, T
from .functional import rope


def build():
    s = Section('forms')
    A = R(1, [2, 3, 4], g=False)

    def same(name, codes, f, inputs):
        """Every way gives what `f` does."""
        s.program(name, f'return [{", ".join(codes)}]', inputs, lambda *a: [f(*a)] * len(codes))

    for n in ('sum', 'mean', 'amax', 'amin', 'logsumexp', 'argmax', 'cumsum', 'softmax', 'logSoftmax', 'all', 'prod', 'countNonzero'):
        snake = {'logSoftmax': 'log_softmax', 'countNonzero': 'count_nonzero'}.get(n, n)
        same(f'{n}: dim as a number and among the options, method and function', [f'a.{n}(1)', f'a.{n}({{ dim: 1 }})', f'a.{n}(-2)', f'tensor.{n}(a, 1)', f'tensor.{n}(a, {{ dim: 1 }})'], lambda a, n=snake: getattr(torch, n)(a, 1), {'a': A})
    for n in ('sum', 'mean', 'var', 'std', 'amax', 'logsumexp'):
        same(f'{n}: a list of dims and keepdim', [f'a.{n}([0, 2], {{ keepdim: true }})', f'a.{n}({{ dim: [0, 2], keepdim: true }})', f'tensor.{n}(a, [2, 0], {{ keepdim: true }})', f'a.{n}([0, -1], {{ keepdim: true }})'], lambda a, n=n: getattr(torch, n)(a, (0, 2), keepdim=True), {'a': A})
    for n in ('max', 'min', 'median'):
        same(f'{n}: dim in both places', [f'a.{n}(1)', f'a.{n}({{ dim: 1 }})', f'tensor.{n}(a, 1, {{ keepdim: false }})'], lambda a, n=n: (lambda r: {'values': r.values, 'indices': r.indices})(getattr(torch, n)(a, 1)), {'a': A})
    same('var and std with correction and dim', ['a.var(1, { correction: 0 })', 'a.var({ dim: 1, correction: 0 })'], lambda a: a.var(1, correction=0), {'a': A})
    same('norm', ['a.norm()', 'a.norm({ p: 2 })', 'tensor.norm(a)', 'a.flatten().norm({ dim: 0 })'], lambda a: a.norm(), {'a': A})
    same('squeeze, unbind, flip, flatten', ['a.unsqueeze(1).squeeze(1)', 'a.unsqueeze(0).squeeze({ dim: 0 })', 'tensor.stack(a.unbind(1), 1)', 'tensor.stack(a.unbind({ dim: 1 }), { dim: 1 })', 'a.flip(0).flip([0])', 'a.flatten(1).view(2, 3, 4)', 'a.flatten({ startDim: 1 }).view([2, 3, 4])', 'a.permute(0, 1, 2)'][:5] + ['a.flatten({ startDim: 1 }).view([2, 3, 4])', 'a.permute(0, 1, 2)'], lambda a: a, {'a': A})
    same('sort, argsort and topk', ['a.sort(1).values', 'a.sort({ dim: 1 }).values', 'tensor.sort(a, 1).values', 'a.takeAlongDim(a.argsort(1), 1)', 'a.takeAlongDim(a.argsort({ dim: 1 }), 1)', 'a.topk(3, { dim: 1, largest: false }).values', 'a.topk(3, 1, { largest: false }).values'][:6], lambda a: a.sort(1).values, {'a': A})
    same('a scalar on either side', ['tensor.sub(1, a)', 'tensor.sub(tensor(1), a)', 'a.neg().add(1)', 'a.sub(1).neg()', 'tensor.add(a.neg(), 1)'], lambda a: 1 - a, {'a': A})
    same('comparisons with numbers', ['a.gt(0.25)', 'tensor.gt(a, 0.25)', 'tensor.lt(0.25, a)', 'a.gt(tensor(0.25))'], lambda a: a > 0.25, {'a': A})
    X, W, B = R(1, [2, 4], g=False), R(2, [4], g=False), R(3, [4], g=False)
    i = {'x': X, 'w': W, 'b': B}
    same('layerNorm: weight and bias in both places', ['F.layerNorm(x, [4], w, b)', 'F.layerNorm(x, [4], { weight: w, bias: b })', 'F.layerNorm(x, [4], w, b, { eps: 1e-5 })', 'F.layerNorm(x, [4], w, { bias: b })'], lambda x, w, b: F.layer_norm(x, [4], w, b), i)
    same('layerNorm without weight or bias', ['F.layerNorm(x, [4])', 'F.layerNorm(x, [4], null, null)', 'F.layerNorm(x, [4], { weight: null })', 'F.layerNorm(x, [4], undefined, undefined, {})'], lambda x, w, b: F.layer_norm(x, [4]), i)
    same('rmsNorm', ['F.rmsNorm(x, [4], w)', 'F.rmsNorm(x, [4], { weight: w })'], lambda x, w, b: F.rms_norm(x, [4], w), i)
    same('groupNorm', ['F.groupNorm(x, 2, w, b)', 'F.groupNorm(x, 2, { weight: w, bias: b })'], lambda x, w, b: F.group_norm(x, 2, w, b), i)
    same('batchNorm', ['F.batchNorm(x, b, w.abs(), w, b, { eps: 0.1 })', 'F.batchNorm(x, b, w.abs(), { weight: w, bias: b, eps: 0.1 })'], lambda x, w, b: F.batch_norm(x, b, w.abs(), w, b, eps=0.1), i)
    j = {'x': X, 'w': R(2, [3, 4], g=False), 'b': R(3, [3], g=False)}
    same('linear', ['F.linear(x, w, b)', 'F.linear(x, w, { bias: b })', 'F.linear(x, w).add(b)', 'F.linear(x, w, null).add(b)'], lambda x, w, b: F.linear(x, w, b), j)
    k = {'x': R(1, [1, 2, 5, 5], g=False), 'w': R(2, [3, 2, 3, 3], g=False), 'b': R(3, [3], g=False)}
    same('conv2d', ['F.conv2d(x, w, b, { stride: 2 })', 'F.conv2d(x, w, { bias: b, stride: 2 })', 'F.conv2d(x, w, b, { stride: [2, 2], padding: [0, 0] })'], lambda x, w, b: F.conv2d(x, w, b, stride=2), k)
    q = {'q': R(1, [1, 2, 3, 4], g=False), 'm': T([1, 0, 1, 1, 1, 0, 0, 1, 1], [3, 3], d='bool')}
    same('attention: the mask in both places', ['F.scaledDotProductAttention(q, q, q, m)', 'F.scaledDotProductAttention(q, q, q, { attnMask: m })'], lambda q, m: F.scaled_dot_product_attention(q, q, q, m), q)
    c = {'x': R(1, [3, 4], g=False), 'y': I([0, 3, 1]), 'w': R(2, [4], 0.5, 2, g=False)}
    same('crossEntropy: the weight in both places', ['F.crossEntropy(x, y, w)', 'F.crossEntropy(x, y, { weight: w })'], lambda x, y, w: F.cross_entropy(x, y, w), c)
    same('bincount: weights in both places', ['tensor.bincount(y, { weights: x.at(null, 0) })', 'tensor.bincount(y, x.at(null, 0))'], lambda x, y, w: torch.bincount(y, x[:, 0]).to(x.dtype), c)
    s.program('attention blocks: rope and rms', '''const m = new nn.TransformerBlock(8, 2, { norm: 'rms', rope: true, bias: false, mlpRatio: 2 }); const keys = Object.keys(m.stateDict()); m.loadStateDict(Object.fromEntries(keys.map((k) => [k, w[k]]))); return [keys, m(x).detach()]''',
              {'x': R(1, [2, 5, 8], g=False), 'w': {k: R(60 + n, sh, *((0.5, 1.5) if 'norm' in k else (-0.4, 0.4)), g=False) for n, (k, sh) in enumerate(ROPE.items())}}, rope_block)
    data(s)
    return s


ROPE = {'norm1.weight': [8], 'attn.in_proj_weight': [24, 8], 'attn.out_proj.weight': [8, 8], 'norm2.weight': [8], 'mlp.0.weight': [16, 8], 'mlp.2.weight': [8, 16]}


def rope_block(x, w):
    b, t, c = x.shape
    q, k, v = [z.reshape(b, t, 2, 4).transpose(1, 2) for z in F.linear(F.rms_norm(x, [c], w['norm1.weight']), w['attn.in_proj_weight']).chunk(3, -1)]
    a = F.scaled_dot_product_attention(rope(q), rope(k), v, is_causal=True).transpose(1, 2).reshape(b, t, c)
    x = x + F.linear(a, w['attn.out_proj.weight'])
    return [list(ROPE), x + F.linear(F.gelu(F.linear(F.rms_norm(x, [c], w['norm2.weight']), w['mlp.0.weight'])), w['mlp.2.weight'])]


def data(s):
    g = s.gives
    make = 'const x = tensor.arange(10, { dtype: "float32" }).reshape(5, 2), y = tensor.arange(5), ds = new tensor.data.TensorDataset(x, y); '
    g('DataLoader: batches in order', make + 'const out = []; for await (const [a, b] of new tensor.data.DataLoader(ds, { batchSize: 2 })) out.push([await a.array(), await b.array(), b.dtype]); return out', [[[[0, 1], [2, 3]], [0, 1], 'int32'], [[[4, 5], [6, 7]], [2, 3], 'int32'], [[[8, 9]], [4], 'int32']])
    g('DataLoader: length and dropLast', make + 'const D = tensor.data.DataLoader; const l = new D(ds, { batchSize: 2, dropLast: true }); let n = 0; for (const batch of l) n += batch[0].shape[0]; return [l.length, new D(ds, { batchSize: 2 }).length, new D(ds).length, n, ds.length]', [2, 3, 5, 4, 5])
    g('DataLoader: shuffle follows the generator', make + 'const o = []; for await (const [, b] of new tensor.data.DataLoader(ds, { batchSize: 5, shuffle: true, generator: random(4) })) o.push(...await b.array()); return o.join() === Array.from(random(4).permutation(5)).join()', True)
    g('Subset and randomSplit', make + 'const sub = new tensor.data.Subset(ds, [3, 1]); const [a, b] = tensor.data.randomSplit(ds, [3, 2], { generator: random(1) }); const [c, d] = tensor.data.randomSplit(ds, [0.6, 0.4]); const item = await sub.get(0); return [sub.length, await item[1].item(), a.length, b.length, c.length, d.length]', [2, 3, 3, 2, 3, 2])
    g('a dataset of plain objects, stacked by the loader', 'const ds = { length: 4, get: async (i) => ({ x: tensor([i, i]), y: i }) }; const out = []; for await (const b of new tensor.data.DataLoader(ds, { batchSize: 2 })) out.push([await b.x.array(), Array.from(await b.y.data())]); return out', [[[[0, 0], [1, 1]], [0, 1]], [[[2, 2], [3, 3]], [2, 3]]])
    g('fit is the plain loop', '''const x = random(1).normal([12, 2]), y = x.sum(1, { keepdim: true }); const make = () => { const n = new nn.Linear(2, 1); nn.init.constant_(n.weight, 0.1); nn.init.zeros_(n.bias); return [n, new optim.SGD(n.parameters(), { lr: 0.1 })] }
const D = () => new tensor.data.DataLoader(new tensor.data.TensorDataset(x, y), { batchSize: 5 }); const [a, o] = make(), [b, p] = make(); const r = await tensor.fit(a, D(), { loss: F.mseLoss, optimizer: o, epochs: 2 })
const losses = []; for (let e = 0; e < 2; e++) for (const [u, v] of D()) { p.zeroGrad(); const l = F.mseLoss(b(u), v); l.backward(); p.step(); losses.push(await l.item()) }
return [r.loss.length, r.epochs.length, r.loss.every((l, i) => Math.abs(l - losses[i]) < 1e-5), await a.weight.sub(b.weight).abs().max().lt(1e-5).item()]''', [6, 2, True, True])
