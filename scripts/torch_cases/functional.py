"""Section 7.7: activations, convolutions, pooling, sampling, norms, attention, and the functions that are the library's own."""

import math

import torch
import torch.nn.functional as F

from .core import I, R, RI, Section, T


def build():
    s = Section('functional')
    c = s.call
    N = 'nn.functional.'
    activations(s)
    # linear, embedding, normalize
    x, w, b = R(1, [2, 3, 4]), R(2, [5, 4]), R(3, [5])
    c(N + 'linear', x, w)
    c(N + 'linear', x, w, b)
    c(N + 'linear', x, w, None)
    c(N + 'linear', R(1, [4]), w, b)
    c(N + 'linear', R(1, [4, 3], v=[['permute', [1, 0]]]), w, b)
    c(N + 'linear', R(1, [3, 4]), R(2, [4]), name='linear with a weight vector')
    c(N + 'linear', R(1, [0, 4]), w, b, second=False)
    s.program('linear with the bias among the options', 'return F.linear(x, w, { bias: b }).detach()', {'x': R(1, [2, 4]), 'w': w, 'b': b}, lambda x, w, b: F.linear(x, w, b).detach())
    c(N + 'embedding', I([[0, 3, 3], [1, 0, 2]]), R(2, [4, 3]))
    c(N + 'embedding', I([[0, 3, 3], [1, 0, 2]]), R(2, [4, 3]), {'paddingIdx': 3})
    c(N + 'embedding', I([0, 3]), R(2, [4, 3]), {'paddingIdx': -1})
    c(N + 'embedding', I(2), R(2, [4, 3]))
    c(N + 'oneHot', I([[0, 2], [1, 1]]), 3)
    c(N + 'oneHot', I(1), 2)
    for o in ({}, {'p': 1}, {'p': 3, 'dim': 0}, {'dim': -1, 'eps': 0.5}):
        c(N + 'normalize', R(1, [3, 4]), o)
    c(N + 'normalize', T([0, 0, 3, 4], [2, 2]), second=False)
    c(N + 'cosineSimilarity', R(1, [3, 4]), R(2, [3, 4]))
    c(N + 'cosineSimilarity', R(1, [3, 4]), R(2, [4]), {'dim': -1})
    c(N + 'cosineSimilarity', R(1, [3, 4, 2]), R(2, [3, 4, 2]), {'dim': 1, 'eps': 0.9})
    convolutions(s)
    pooling(s)
    norms(s)
    attention(s)
    errors(s)
    return [s, own()]


def activations(s):
    N, c = 'nn.functional.', s.call
    SP = T(['nan', 'inf', '-inf', 0, 100, -100, 1e-7, 20, 21, -20, 3, -3, 6], g=False)
    for name, options in {
        'relu': [{}], 'leakyRelu': [{}, {'negativeSlope': 0.2}], 'elu': [{}, {'alpha': 0.5}], 'selu': [{}], 'celu': [{}, {'alpha': 2.5}], 'gelu': [{}, {'approximate': 'tanh'}], 'silu': [{}], 'mish': [{}],
        'softplus': [{}, {'beta': 2}, {'threshold': 1.5}, {'beta': 3, 'threshold': 2}], 'hardtanh': [{}, {'minVal': -0.5, 'maxVal': 2}], 'relu6': [{}], 'hardsigmoid': [{}], 'hardswish': [{}], 'softsign': [{}], 'logsigmoid': [{}], 'tanhshrink': [{}],
        'sigmoid': [{}], 'tanh': [{}],
    }.items():
        for o in options:
            a = [o] if o else []
            c(N + name, R(1, [2, 9], -5, 5), *a, pointwise=True)
            c(N + name, R(2, [4, 3], -7, 7, v=[['permute', [1, 0]]]), *a, pointwise=True, second=False)
            c(N + name, T([x for x in SP.values if x != 'inf'], g=False) if name == 'gelu' else SP, *a, pointwise=True, exact=True)
        c(N + name, T([0, 1, -1, 3, -3, 6]), pointwise=True, second=False, name=f'{name} at its kinks')
    for n in ('elu', 'selu', 'celu', 'mish', 'silu', 'tanhshrink', 'softplus', 'logsigmoid', 'gelu'):
        c(N + n, T([1e-4, -1e-4, 1e-3, -1e-3, -30, 30, 15, -15, -8]), pointwise=True, second=False, name=f'{n} near zero and far out')
    c(N + 'prelu', R(1, [2, 3, 4]), T([0.25]), pointwise=True)
    c(N + 'prelu', R(1, [2, 3, 4]), R(2, [3]), pointwise=True)
    c(N + 'glu', R(1, [2, 6]))
    c(N + 'glu', R(1, [4, 3]), {'dim': 0})
    c(N + 'softmax', R(1, [2, 5]), 1)
    c(N + 'logSoftmax', R(1, [2, 5]), -1)


def convolutions(s):
    N = 'nn.functional.'
    def c(*a, **k):
        s.call(*a, second=False, **k)
    for n, (x, w, o) in enumerate([
        ([2, 3, 7], [4, 3, 3], {}), ([2, 3, 7], [4, 3, 3], {'stride': 2, 'padding': 1}), ([1, 2, 9], [2, 2, 2], {'dilation': 3, 'padding': 2}), ([2, 4, 7], [6, 2, 3], {'groups': 2}), ([2, 3, 6], [3, 1, 3], {'groups': 3, 'padding': 'same'}),
        ([2, 3, 6], [2, 3, 4], {'padding': 'same', 'dilation': 2}), ([2, 3, 6], [2, 3, 3], {'padding': 'valid'}), ([3, 7], [4, 3, 1], {}),
    ]):
        c(N + 'conv1d', R(n, x), R(n + 50, w), R(n + 90, [w[0]]), o)
    c(N + 'conv1d', R(1, [2, 3, 7]), R(2, [4, 3, 3]))
    for n, (x, w, o) in enumerate([
        ([2, 3, 5, 6], [4, 3, 3, 3], {}), ([1, 2, 7, 5], [3, 2, 3, 2], {'stride': 2, 'padding': 1}), ([1, 2, 7, 6], [3, 2, 2, 3], {'stride': [2, 1], 'padding': [0, 2]}), ([1, 2, 7, 7], [2, 2, 3, 3], {'dilation': 2, 'padding': 2}),
        ([1, 4, 5, 5], [6, 2, 3, 3], {'groups': 2, 'padding': 1}), ([1, 3, 5, 5], [6, 1, 3, 3], {'groups': 3, 'stride': 2}), ([1, 2, 5, 5], [2, 2, 3, 3], {'padding': 'same'}), ([1, 2, 5, 6], [2, 2, 2, 4], {'padding': 'same'}),
        ([1, 2, 5, 5], [2, 2, 3, 3], {'padding': 'valid', 'stride': 2}), ([2, 3, 4, 4], [5, 3, 1, 1], {}), ([1, 2, 7, 7], [2, 2, 3, 3], {'dilation': [1, 2], 'stride': [1, 2], 'padding': [1, 0]}), ([3, 5, 5], [2, 3, 3, 3], {}),
        ([2, 1, 8, 8], [1, 1, 5, 5], {'padding': 4}), ([1, 2, 3, 3], [2, 2, 3, 3], {}), ([0, 2, 5, 5], [2, 2, 3, 3], {}),
    ]):
        c(N + 'conv2d', R(n, x), R(n + 50, w), R(n + 90, [w[0]]), o)
    c(N + 'conv2d', R(1, [1, 5, 6, 2], v=[['permute', [0, 3, 1, 2]]]), R(2, [3, 2, 3, 3]), None, {'padding': 1}, name='conv2d of a permuted input without a bias')
    for n, (x, w, o) in enumerate([
        ([2, 3, 4, 5], [3, 2, 3, 3], {}), ([1, 3, 4, 4], [3, 2, 3, 3], {'stride': 2, 'padding': 1, 'outputPadding': 1}), ([1, 2, 3, 4], [2, 3, 2, 3], {'stride': [2, 1], 'padding': [0, 1]}), ([1, 4, 3, 3], [4, 3, 3, 3], {'groups': 2, 'stride': 2}),
        ([1, 2, 4, 4], [2, 1, 3, 3], {'dilation': 2, 'padding': 2}), ([1, 2, 3, 3], [2, 2, 4, 4], {'stride': 2, 'padding': 1}), ([1, 2, 3, 3], [2, 2, 2, 2], {'stride': 3, 'outputPadding': [2, 1]}),
    ]):
        c(N + 'convTranspose2d', R(n, x), R(n + 50, w), R(n + 90, [w[1] * o.get('groups', 1)]), o)
    c(N + 'convTranspose2d', R(1, [1, 2, 3, 3]), R(2, [2, 2, 3, 3]))
    for o in ({}, {'padding': 1, 'stride': 2}, {'dilation': 2}, {'padding': [0, 1], 'stride': [1, 2]}):
        c(N + 'unfold', R(1, [2, 2, 5, 6]), [3, 2], o)
    c(N + 'unfold', R(1, [1, 2, 4, 4]), 2, {'stride': 2})
    c(N + 'fold', R(1, [2, 12, 15]), [5, 6], [3, 2], ref=lambda a, b, k: F.fold(a[:, :12, :15], b, k)) if False else None
    c(N + 'fold', R(1, [2, 2 * 6, 15]), [5, 6], [3, 2])
    c(N + 'fold', R(1, [1, 2 * 4, 4]), [4, 4], 2, {'stride': 2})
    c(N + 'fold', R(1, [1, 9, 9]), [5, 5], 3, {'stride': 2, 'padding': 1})
    c(N + 'fold', R(1, [1, 4, 9]), [5, 5], [2, 2], {'dilation': 2})


def pooling(s):
    N = 'nn.functional.'
    def c(*a, **k):
        s.call(*a, second=False, **k)
    X = R(3, [2, 2, 7, 6])
    for k, o in [(2, {}), (3, {'stride': 2}), (3, {'stride': 2, 'padding': 1}), ([2, 3], {'stride': [1, 2]}), (2, {'ceilMode': True}), (3, {'stride': 2, 'ceilMode': True, 'padding': 1}), (2, {'dilation': 2}), (3, {'stride': 1, 'padding': [1, 0], 'dilation': [1, 2]})]:
        c(N + 'maxPool2d', X, k, o)
        c(N + 'maxPool2d', X, k, {**o, 'returnIndices': True})
    c(N + 'maxPool2d', T([1, 1, 1, 1, 2, 1, 1, 2, 2], [1, 1, 3, 3]), 2, {'stride': 1}, name='maxPool2d gives the gradient to the first of ties')
    c(N + 'maxPool2d', T([1, 'nan', 3, 4], [1, 1, 2, 2], g=False), 2, exact=True)
    c(N + 'maxPool2d', T(['-inf'] * 4, [1, 1, 2, 2], g=False), 2, {'returnIndices': True}, exact=True)
    c(N + 'maxPool2d', R(3, [2, 5, 5]), 2)
    for k, o in [(2, {}), (3, {'stride': 2}), (3, {'stride': 2, 'padding': 1}), (3, {'stride': 2, 'padding': 1, 'countIncludePad': False}), ([2, 3], {'stride': [1, 2]}), (2, {'ceilMode': True}), (3, {'stride': 2, 'padding': 1, 'ceilMode': True, 'countIncludePad': False}), (3, {'stride': 2, 'padding': 1, 'ceilMode': True})]:
        c(N + 'avgPool2d', X, k, o)
    for size in (1, [1, 1], [3, 2], [7, 6], 5, [None, 2]):
        c(N + 'adaptiveAvgPool2d', X, size)
    I4 = R(4, [1, 2, 3, 4])
    for o in [{'size': [6, 8]}, {'size': [5, 3]}, {'size': [2, 7]}, {'scaleFactor': 2}, {'scaleFactor': [2, 0.5]}, {'scaleFactor': 1.7}, {'size': [7, 5], 'mode': 'bilinear'}, {'size': [2, 3], 'mode': 'bilinear'}, {'size': [7, 5], 'mode': 'bilinear', 'alignCorners': True}, {'size': [1, 1], 'mode': 'bilinear', 'alignCorners': True},
              {'scaleFactor': 2, 'mode': 'bilinear'}, {'scaleFactor': 1.5, 'mode': 'bilinear', 'alignCorners': True}, {'scaleFactor': 1.7, 'mode': 'bilinear'}]:
        c(N + 'interpolate', I4, o)
    for o in ({}, {'alignCorners': True}):
        c(N + 'affineGrid', R(5, [2, 2, 3]), [2, 1, 3, 4], o)
        for mode in ('bilinear', 'nearest'):
            for pad in ('zeros', 'border'):
                c(N + 'gridSample', R(6, [1, 2, 4, 5]), R(7, [1, 3, 3, 2], -1.3, 1.3), {'mode': mode, 'paddingMode': pad, **o})


def norms(s):
    N, c = 'nn.functional.', s.call
    x = R(1, [3, 2, 5], -2, 3)
    c(N + 'layerNorm', x, [5])
    c(N + 'layerNorm', x, [5], R(2, [5]), R(3, [5]))
    c(N + 'layerNorm', x, [2, 5], R(2, [2, 5]), R(3, [2, 5]), {'eps': 0.1})
    c(N + 'layerNorm', x, [5], R(2, [5]), None)
    c(N + 'layerNorm', R(1, [5, 3], v=[['permute', [1, 0]]]), [5])
    c(N + 'layerNorm', R(1, [2, 4], 100, 101), [4], second=False, name='layerNorm far from zero', tol=60)
    c(N + 'layerNorm', T([2, 2, 2, 2], [1, 4]), [4], second=False, name='layerNorm of a constant row')
    c(N + 'layerNorm', R(1, [2, 257]), [257], R(2, [257]), R(3, [257]), second=False)
    c(N + 'rmsNorm', x, [5])
    c(N + 'rmsNorm', x, [5], R(2, [5]))
    c(N + 'rmsNorm', x, [2, 5], R(2, [2, 5]), {'eps': 0.3})
    c(N + 'rmsNorm', T([0, 0, 0, 1e-5], [2, 2]), [2], exact=True, second=False, grads=False, name='rmsNorm near zero uses the machine epsilon of float32')
    X = R(4, [2, 6, 3, 2])
    c(N + 'groupNorm', X, 3)
    c(N + 'groupNorm', X, 2, R(2, [6]), R(3, [6]))
    c(N + 'groupNorm', X, 6, R(2, [6]), R(3, [6]), {'eps': 0.2})
    c(N + 'groupNorm', R(4, [3, 4]), 2)
    c(N + 'instanceNorm', X, ref=lambda a: F.instance_norm(a))
    s.program('instanceNorm with eps', 'return F.instanceNorm(x, { eps: 0.1 }).detach()', {'x': X}, lambda x: F.instance_norm(x, eps=0.1).detach())
    def bn(name, code, ref, shape=(4, 3, 2, 2)):
        s.program(name, f'''const y = {code}; const cot = tensor.arange(y.numel(), {{ dtype: 'float32' }}).remainder(7).sub(3).reshape(y.shape)
y.backward(cot); return [y, m, v, x.grad, w.grad, b.grad]''', {'x': R(5, list(shape), -1, 3), 'm': R(6, [3], g=False), 'v': R(7, [3], 0.5, 2, g=False), 'w': R(8, [3], 0.5, 2), 'b': R(9, [3])}, lambda x, m, v, w, b: bn_ref(ref, x, m, v, w, b))
    bn('batchNorm in evaluation', 'F.batchNorm(x, m, v, w, b)', lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b))
    bn('batchNorm in training updates the running statistics', 'F.batchNorm(x, m, v, w, b, { training: true })', lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, training=True))
    bn('batchNorm with momentum and eps', 'F.batchNorm(x, m, v, w, b, { training: true, momentum: 0.7, eps: 0.1 })', lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, training=True, momentum=0.7, eps=0.1))
    bn('batchNorm of (N, C)', 'F.batchNorm(x, m, v, w, b, { training: true })', lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, training=True), (5, 3))
    bn('batchNorm of (N, C, L)', 'F.batchNorm(x, m, v, w, b, { training: true })', lambda x, m, v, w, b: F.batch_norm(x, m, v, w, b, training=True), (3, 3, 4))
    s.call(N + 'batchNorm', R(5, [4, 3]), None, None, {'training': True}, name='batchNorm without running statistics', ref=lambda x, m, v, o: F.batch_norm(x, None, None, training=True))


def bn_ref(f, x, m, v, w, b):
    y = f(x, m, v, w, b)
    cot = torch.tensor([i % 7 - 3 for i in range(y.numel())], dtype=y.dtype).reshape(y.shape)
    return [y.detach(), m, v, *torch.autograd.grad(y, (x, w, b), cot)]


def attention(s):
    N = 'nn.functional.'
    def c(*a, **k):
        s.call(N + 'scaledDotProductAttention', *a, second=False, **k)
    q, k, v = R(1, [2, 2, 3, 4]), R(2, [2, 2, 5, 4]), R(3, [2, 2, 5, 3])
    c(q, k, v)
    c(q, k, v, {'scale': 0.3})
    c(q, k, v, {'isCausal': True}, name='attention, causal with T < S aligns top-left')
    c(k, q, R(4, [2, 2, 3, 2]), {'isCausal': True}, name='attention, causal with T > S')
    c(q, k, v, {'attnMask': T([1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0], [3, 5], d='bool')})
    c(q, k, v, {'attnMask': R(5, [3, 5], -2, 2)})
    c(q, k, v, {'attnMask': R(5, [2, 1, 3, 5], -2, 2)})
    c(q, k, v, {'attnMask': R(5, [2, 1, 1, 5], -0.7, 1.3, d='bool'), 'scale': 1})
    c(q, k, v, {'attnMask': T([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1], [3, 5], d='bool')}, name='attention: a row with nothing to attend to gives zeros')
    c(q, k, v, {'attnMask': T(['-inf'] * 5 + [0] * 10, [3, 5], g=False)}, name='attention: a row of −inf in a float mask gives zeros')
    c(R(1, [3, 4]), R(2, [5, 4]), R(3, [5, 4]), name='attention of two dims')
    c(R(1, [2, 3, 4]), R(2, [2, 5, 4]), R(3, [2, 5, 4]), name='attention of three dims')
    c(R(1, [1, 4, 3, 2]), R(2, [1, 2, 5, 2]), R(3, [1, 2, 5, 2]), {'enableGqa': True}, name='attention, grouped queries')
    c(R(1, [1, 4, 3, 2]), R(2, [1, 1, 3, 2]), R(3, [1, 1, 3, 2]), {'enableGqa': True, 'isCausal': True}, name='attention, multi-query, causal')
    c(R(1, [1, 3, 2, 4], v=[['permute', [0, 2, 1, 3]]]), R(2, [1, 3, 2, 4], v=[['permute', [0, 2, 1, 3]]]), R(3, [1, 3, 2, 4], v=[['permute', [0, 2, 1, 3]]]), {'isCausal': True}, name='attention of permuted inputs')
    c(R(1, [1, 2, 70, 8]), R(2, [1, 2, 70, 8]), R(3, [1, 2, 70, 8]), {'isCausal': True}, name='attention, T = 70, causal') if False else None
    c(R(1, [1, 1, 37, 3], -4, 4), R(2, [1, 1, 37, 3], -4, 4), R(3, [1, 1, 37, 3]), {'isCausal': True}, name='attention, T = 37, causal')
    s.gives('dropout keeps, drops and scales', '''const x = tensor.ones([4000]), y = F.dropout(x, { p: 0.25 }); const v = Array.from(await y.data())
const kept = v.filter((a) => a !== 0).length; return [v.every((a) => a === 0 || Math.abs(a - 4 / 3) < 1e-6), Math.abs(kept / 4000 - 0.75) < 0.04, F.dropout(x, { training: false }).equal ? await F.dropout(x, { training: false }).equal(x) : false, await F.dropout(x, { p: 1 }).sum().item(), await F.dropout(x, { p: 0 }).sum().item()]''', [True, True, True, 0, 4000])
    s.gives('dropout follows the generator: kept iff u ≥ p', '''const g = random(7), h = random(7); const y = F.dropout(tensor.ones([100]), { p: 0.4, generator: g }), u = h.uniform([100])
return [await y.gt(0).equal(u.ge(0.4)), g.getState().offset === h.getState().offset]''', [True, True])


def own():
    """What PyTorch lacks, computed here from its definition."""
    s = Section('own')
    p = s.program
    for o in ({}, {'base': 100, 'offset': 3}, {'interleaved': True}, {'interleaved': True, 'offset': 2}):
        s.call('nn.functional.rope', R(1, [2, 3, 4, 6]), *([o] if o else []), ref=rope, second=False)
    s.call('nn.functional.sinusoidalPositions', 5, 6, ref=sinusoidal)
    s.call('nn.functional.sinusoidalPositions', 3, 2, ref=sinusoidal)
    for h in (1, 4, 8):
        s.call('nn.functional.alibiSlopes', h, ref=lambda h: torch.tensor([2.0 ** (-8 * (i + 1) / h) for i in range(h)]))
    s.call('nn.functional.causalMask', 3, ref=lambda t: torch.ones(t, t).tril().bool())
    s.call('nn.functional.causalMask', 3, 5, ref=lambda t, u: torch.ones(t, u).tril().bool())
    s.call('nn.functional.loraLinear', R(1, [3, 4]), R(2, [5, 4]), R(3, [2, 4]), R(4, [5, 2]), R(5, [5]), {'scale': 0.5}, ref=lambda x, w, a, b, c, o: F.linear(x, w, c) + 0.5 * (x @ a.T) @ b.T)
    s.call('nn.functional.loraLinear', R(1, [3, 4]), R(2, [5, 4]), R(3, [2, 4]), R(4, [5, 2]), ref=lambda x, w, a, b: F.linear(x, w) + (x @ a.T) @ b.T)
    quantised(s)
    return s


def rope(x, o={}):
    t, d = x.shape[-2], x.shape[-1]
    inverse = torch.tensor([o.get('base', 10000) ** (-2 * i / d) for i in range(d // 2)], dtype=torch.float64)
    angle = (torch.arange(t, dtype=torch.float64) + o.get('offset', 0))[:, None] * inverse
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    if o.get('interleaved'):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def sinusoidal(t, c):
    angle = torch.arange(t, dtype=torch.float64)[:, None] * torch.tensor([10000 ** (-2 * (i // 2) / c) for i in range(c)], dtype=torch.float64)
    return torch.where(torch.arange(c) % 2 == 0, angle.sin(), angle.cos()).float()


def quantise(w, bits, group, symmetric):
    """Section 7.11 word by word, in float32; → codes, scale, zero, values."""
    out, n = w.shape
    size = group or n
    groups = -(-n // size)
    codes, scale, zero = torch.zeros(out, n, dtype=torch.int64), torch.zeros(out, groups), torch.zeros(out, groups)
    values = torch.zeros(out, n)
    for r in range(out):
        for g in range(groups):
            part = w[r, g * size:(g + 1) * size]
            if symmetric:
                top = 2 ** (bits - 1) - 1
                s = part.abs().max() / top
                q = torch.zeros_like(part) if s == 0 else (part / s).round().clamp(-top, top)
                z = torch.tensor(0.0)
            else:
                s = (part.max() - part.min()) / (2 ** bits - 1)
                z = torch.tensor(0.0) if s == 0 else (-part.min() / s).round()
                q = torch.zeros_like(part) if s == 0 else ((part / s).round() + z).clamp(0, 2 ** bits - 1)
            codes[r, g * size:(g + 1) * size], scale[r, g], zero[r, g] = q.long(), s, z
            values[r, g * size:(g + 1) * size] = (q - z) * s
    return codes, scale, zero, values


def quantised(s):
    for bits in (8, 4):
        for shape, group in (([3, 6], None), ([2, 7], None), ([2, 8], 4), ([2, 8], 3)):
            for symmetric in (True, False):
                o = f'{{ bits: {bits}, groupSize: {group or "null"}, symmetric: {str(symmetric).lower()} }}'
                w = R(31, shape, g=False)
                s.program(f'quantize {shape} {o}: dequantize', f'return tensor.dequantize(tensor.quantize(w, {o}))', {'w': w}, lambda w, a=(bits, group, symmetric): quantise(w.float(), *a)[3])
                s.program(f'qmatmul {shape} {o}', f'const y = tensor.qmatmul(x, tensor.quantize(w, {o})); y.sum().backward(); return [y, x.grad]', {'x': R(32, [2, 3, shape[1]]), 'w': w},
                          lambda x, w, a=(bits, group, symmetric): (lambda y: [y.detach(), *torch.autograd.grad(y.sum(), x)])(x @ quantise(w.float(), *a)[3].T.to(x.dtype)))
                if symmetric:
                    s.program(f'quantize {shape} {o}: codes', f'const t = tensor.quantize(w, {o}); return [t.q, t.q.dtype, t.shape, t.bits, t.groupSize]', {'w': w}, lambda w, a=(bits, group, symmetric): codes(w, *a))
    s.gives('quantize: an all-zero row has s = 0, q = 0', 'const t = tensor.quantize(tensor([[0, 0], [1, -2]])); return [Array.from(await t.q.data()), (await tensor.dequantize(t).array())[0], Array.from(await t.scale.data())[0]]', [[0, 0, 64, 129], [0, 0], 0])
    s.gives('quantize rounds halves to even', 'const t = tensor.quantize(tensor([[127, 0.5, 1.5, 2.5, -0.5, -1.5]])); return Array.from(await t.q.data())', [127, 0, 2, 2, 0, 254])
    s.throws('quantize to 3 bits', 'return tensor.quantize(tensor.zeros([2, 2]), { bits: 3 })', 'value', 'quantize')
    s.throws('qmatmul of sizes that differ', 'return tensor.qmatmul(tensor.zeros([2, 3]), tensor.quantize(tensor.ones([2, 2])))', 'shape', 'qmatmul')


def codes(w, bits, group, symmetric):
    q = quantise(w.float(), bits, group, symmetric)[0]
    shape = list(w.shape)
    if bits == 4:
        if q.shape[1] % 2:
            q = F.pad(q, [0, 1])
        q = (q[:, 0::2] & 15) | ((q[:, 1::2] & 15) << 4)
    return [(q & 255).to(torch.uint8), 'uint8', shape, bits, group]


def errors(s):
    for name, code, err, part in [
        ('linear of sizes that differ', 'F.linear(tensor.zeros([2, 3]), tensor.zeros([5, 4]))', 'shape', 'linear'), ('conv2d of channels that differ', 'F.conv2d(tensor.zeros([1, 3, 5, 5]), tensor.zeros([4, 2, 3, 3]))', 'shape', 'conv2d'),
        ('conv2d with a kernel larger than its input', 'F.conv2d(tensor.zeros([1, 2, 2, 2]), tensor.zeros([4, 2, 3, 3]))', 'shape', 'conv2d'), ('conv2d with padding "same" and a stride', "F.conv2d(tensor.zeros([1, 2, 5, 5]), tensor.zeros([4, 2, 3, 3]), null, { padding: 'same', stride: 2 })", 'value', 'conv2d'),
        ('layerNorm of another shape', 'F.layerNorm(tensor.zeros([2, 3]), [4])', 'shape', 'layerNorm'), ('groupNorm of channels that do not divide', 'F.groupNorm(tensor.zeros([2, 5, 2]), 2)', '', 'groupNorm'), ('embedding with float ids', 'F.embedding(tensor([0, 1]), tensor.zeros([4, 2]))', 'dtype', 'int32'),
        ('an unknown activation option', "F.gelu(tensor([1]), { approximate: 'fast' })", 'value', 'gelu'), ('glu of an odd size', 'F.glu(tensor.zeros([2, 3]))', 'shape', 'glu'), ('attention of sizes that differ', 'F.scaledDotProductAttention(tensor.zeros([1, 2, 3, 4]), tensor.zeros([1, 2, 3, 5]), tensor.zeros([1, 2, 3, 5]))', 'shape', 'scaledDotProductAttention'),
        ('attention with a mask and isCausal', 'F.scaledDotProductAttention(tensor.zeros([2, 3]), tensor.zeros([2, 3]), tensor.zeros([2, 3]), { isCausal: true, attnMask: tensor.ones([2, 2]) })', 'value', 'scaledDotProductAttention'),
        ('dropout with p above 1', 'F.dropout(tensor([1]), { p: 1.5 })', 'value', 'dropout'), ('maxPool2d with padding above half the kernel', 'F.maxPool2d(tensor.zeros([1, 1, 4, 4]), 2, { padding: 2 })', '', 'maxPool2d'), ('interpolate without size or factor', 'F.interpolate(tensor.zeros([1, 1, 2, 2]))', '', 'interpolate'),
        ('batchNorm of a single value per channel', 'F.batchNorm(tensor.zeros([1, 3]), null, null, null, null, { training: true })', '', 'batchNorm'), ('prelu with a wrong number of slopes', 'F.prelu(tensor.zeros([2, 3]), tensor.zeros([2]))', 'shape', 'prelu'),
    ]:
        s.throws(name, f'return {code}', err, part)
