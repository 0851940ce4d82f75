"""Inputs of real sizes, so that tiles, blocks and tails of the kernels are used: every k-th value of results and gradients,
some 100 of each tensor."""

import torch
import torch.nn.functional as F

from .core import R, RI, Section

SAMPLE = 'const S = (t) => t.flatten().at([0, null, Math.max(1, Math.floor(t.numel() / 100)) | 1])'


def sample(t):
    return t.detach().flatten()[::max(1, t.numel() // 100) | 1]


def build():
    s = Section('large')

    def c(name, js, f, inputs, pointwise=False, grads=True, tol=None):
        """`js`: an expression of the inputs; `f`: the same in torch. Samples of the result and of the gradients of its weighted sum."""
        leaves = [n for n, t in inputs.items() if t.g and grads]
        code = f'''{SAMPLE}; const made = {js}, out = [S(made.detach())]
const weights = tensor.arange(made.numel(), {{ dtype: 'float32' }}).remainder(7).sub(3).div(4).reshape(made.shape)
made.backward(weights); return [...out, {', '.join(f'S({n}.grad)' for n in leaves)}]''' if leaves else f'{SAMPLE}; return S({js}.detach())'

        def ref(*args):
            y = f(*args)
            if not leaves:
                return sample(y)
            w = ((torch.arange(y.numel()) % 7 - 3) / 4).to(y.dtype).reshape(y.shape)
            grads_ = torch.autograd.grad(y, [a for a, n in zip(args, inputs) if n in leaves], w)
            return [sample(y), *[sample(g) for g in grads_]]

        s.program(name, code, inputs, ref, pointwise=pointwise, tol=tol)

    c('matmul 130 × 257 × 66', 'a.matmul(b)', lambda a, b: a @ b, {'a': R(1, [130, 257]), 'b': R(2, [257, 66])})
    c('matmul of transposes', 'a.t().matmul(b.t())', lambda a, b: a.t() @ b.t(), {'a': R(1, [129, 65]), 'b': R(2, [70, 129])})
    c('matmul of a batch, broadcast', 'a.matmul(b)', lambda a, b: a @ b, {'a': R(1, [3, 4, 33, 20]), 'b': R(2, [4, 20, 35])})
    c('matrix times vector', 'a.matmul(b)', lambda a, b: a @ b, {'a': R(1, [300, 500]), 'b': R(2, [500])})
    c('linear on (B, T, C)', 'F.linear(x, w, b)', F.linear, {'x': R(1, [4, 33, 64]), 'w': R(2, [100, 64]), 'b': R(3, [100])})
    c('einsum of attention', "tensor.einsum('bhtd,bhsd->bhts', q, k)", lambda q, k: torch.einsum('bhtd,bhsd->bhts', q, k), {'q': R(1, [2, 3, 40, 16]), 'k': R(2, [2, 3, 37, 16])})
    for name, shape, dim in (('rows', [70, 513], 1), ('columns', [513, 70], 0), ('the middle', [20, 130, 17], 1)):
        for op in ('softmax', 'logSoftmax', 'cumsum'):
            snake = {'logSoftmax': 'log_softmax'}.get(op, op)
            c(f'{op} over {name}', f'x.{op}({dim})', lambda x, n=snake, d=dim: getattr(torch, n)(x, d), {'x': R(1, shape, -4, 4)}, tol=4 if op == 'cumsum' else None)
        for op in ('sum', 'mean', 'logsumexp', 'amax', 'var', 'norm'):
            js = f'x.{op}({dim})' if op != 'norm' else f'x.norm({{ dim: {dim} }})'
            c(f'{op} over {name}', js, lambda x, n=op, d=dim: x.norm(dim=d) if n == 'norm' else getattr(torch, n)(x, d), {'x': R(1, shape, -4, 4)}, tol=4 if op in ('sum', 'mean') else None)
        c(f'argmax over {name}', f'x.argmax({dim})', lambda x, d=dim: x.argmax(d), {'x': R(1, shape, g=False)})
        c(f'sort over {name}', f'x.sort({{ dim: {dim}, descending: true }}).indices', lambda x, d=dim: x.sort(dim=d, descending=True).indices, {'x': R(1, shape, g=False)})
        c(f'topk over {name}', f'x.topk(11, {{ dim: {dim} }}).values', lambda x, d=dim: x.topk(11, dim=d).values, {'x': R(1, shape)})
    c('sum of 100,000', 'x.sum()', lambda x: x.sum(), {'x': R(1, [100000], 0, 1, g=False)})
    c('sort of 5,000', 'x.sort().values', lambda x: x.sort().values, {'x': R(1, [5000])})
    c('elementwise chain', 'a.mul(b).add(c).tanh().div(a.square().add(1)).exp()', lambda a, b, c_: ((a * b + c_).tanh() / (a * a + 1)).exp(), {'a': R(1, [61, 67]), 'b': R(2, [67]), 'c': R(3, [61, 1])}, pointwise=False)
    c('gelu', 'F.gelu(x)', F.gelu, {'x': R(1, [50, 101], -4, 4)}, pointwise=True)
    c('a permuted sum', 'x.permute(2, 0, 1).mul(y).sum(1)', lambda x, y: (x.permute(2, 0, 1) * y).sum(1), {'x': R(1, [40, 30, 20]), 'y': R(2, [30])})
    c('layerNorm', 'F.layerNorm(x, [130], w, b)', lambda x, w, b: F.layer_norm(x, [130], w, b), {'x': R(1, [40, 130], -2, 3), 'w': R(2, [130]), 'b': R(3, [130])})
    c('rmsNorm', 'F.rmsNorm(x, [130], w)', lambda x, w: F.rms_norm(x, [130], w), {'x': R(1, [40, 130], -2, 3), 'w': R(2, [130])})
    c('groupNorm', 'F.groupNorm(x, 4, w, b)', lambda x, w, b: F.group_norm(x, 4, w, b), {'x': R(1, [3, 16, 9, 11], -2, 3), 'w': R(2, [16]), 'b': R(3, [16])})
    c('batchNorm in training', 'F.batchNorm(x, null, null, w, b, { training: true })', lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), {'x': R(1, [9, 16, 11, 7], -2, 3), 'w': R(2, [16], 0.5, 2), 'b': R(3, [16])})
    for o, t in (('{ padding: 1 }', {'padding': 1}), ('{ stride: 2, padding: 2, dilation: 2 }', {'stride': 2, 'padding': 2, 'dilation': 2}), ('{ groups: 4, padding: 1 }', {'groups': 4, 'padding': 1})):
        c(f'conv2d {o}', f'F.conv2d(x, w, b, {o})', lambda x, w, b, t=t: F.conv2d(x, w, b, **t), {'x': R(1, [3, 8, 19, 17]), 'w': R(2, [12, 8 // t.get('groups', 1), 3, 3]), 'b': R(3, [12])})
    c('conv2d 1 × 1', 'F.conv2d(x, w)', F.conv2d, {'x': R(1, [2, 33, 9, 9]), 'w': R(2, [40, 33, 1, 1])})
    c('conv1d', 'F.conv1d(x, w, b, { padding: 3 })', lambda x, w, b: F.conv1d(x, w, b, padding=3), {'x': R(1, [4, 10, 101]), 'w': R(2, [12, 10, 7]), 'b': R(3, [12])})
    c('convTranspose2d', 'F.convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: 1 })', lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1), {'x': R(1, [2, 10, 9, 8]), 'w': R(2, [10, 7, 3, 3]), 'b': R(3, [7])})
    c('maxPool2d', 'F.maxPool2d(x, 3, { stride: 2, padding: 1 })', lambda x: F.max_pool2d(x, 3, 2, 1), {'x': R(1, [3, 6, 25, 23])})
    c('avgPool2d', 'F.avgPool2d(x, 3, { stride: 2, padding: 1 })', lambda x: F.avg_pool2d(x, 3, 2, 1), {'x': R(1, [3, 6, 25, 23])})
    c('interpolate', "F.interpolate(x, { size: [40, 37], mode: 'bilinear' })", lambda x: F.interpolate(x, size=[40, 37], mode='bilinear'), {'x': R(1, [2, 5, 13, 17])})
    for causal in (False, True):
        o, t = (', { isCausal: true }', {'is_causal': True}) if causal else ('', {})
        c(f'attention, T = 130{", causal" if causal else ""}', f'F.scaledDotProductAttention(q, k, v{o})', lambda q, k, v, t=t: F.scaled_dot_product_attention(q, k, v, **t), {'q': R(1, [2, 3, 130, 32], -2, 2), 'k': R(2, [2, 3, 130, 32], -2, 2), 'v': R(3, [2, 3, 130, 32])})
    c('attention, T = 67, S = 131, float mask', 'F.scaledDotProductAttention(q, k, v, { attnMask: m })', lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m), {'q': R(1, [1, 2, 67, 24]), 'k': R(2, [1, 2, 131, 24]), 'v': R(3, [1, 2, 131, 24]), 'm': R(4, [67, 131], -3, 3, g=False)})
    c('embedding', 'F.embedding(i, w)', lambda i, w: F.embedding(i, w), {'i': RI(1, [40, 33], 57), 'w': R(2, [57, 48])})
    c('gather', 'x.gather(1, i)', lambda x, i: x.gather(1, i), {'x': R(1, [60, 90]), 'i': RI(2, [60, 70], 90)})
    c('scatterAdd', 'x.scatterAdd(1, i, y)', lambda x, i, y: x.scatter_add(1, i, y), {'x': R(1, [60, 40]), 'i': RI(2, [60, 70], 40), 'y': R(3, [60, 70])})
    c('indexAdd', 'x.indexAdd(0, i, y)', lambda x, i, y: x.index_add(0, i, y), {'x': R(1, [60, 40]), 'i': RI(2, [200], 60), 'y': R(3, [200, 40])})
    c('crossEntropy', "F.crossEntropy(x, i, { labelSmoothing: 0.1, reduction: 'none' })", lambda x, i: F.cross_entropy(x, i, label_smoothing=0.1, reduction='none'), {'x': R(1, [80, 130], -5, 5), 'i': RI(2, [80], 130)})
    c('cat and split', 'tensor.cat([a, b.t()], { dim: 1 }).narrow(1, 30, 60).contiguous()', lambda a, b: torch.cat([a, b.t()], 1).narrow(1, 30, 60), {'a': R(1, [50, 70]), 'b': R(2, [40, 50])})
    c('cdist', 'tensor.cdist(a, b)', lambda a, b: torch.cdist(a, b), {'a': R(1, [50, 9]), 'b': R(2, [43, 9])}, tol=8)
    c('rfft of 1,000 and its inverse', 'tensor.fft.irfft({ re: z(x).re.mul(2), im: z(x).im }, { n: 1000 })'.replace('z(x)', 'tensor.fft.rfft(x)'), lambda x: (lambda z: torch.fft.irfft(torch.complex(z.real * 2, z.imag), n=1000))(torch.fft.rfft(x)), {'x': R(1, [5, 1000])})
    for kind in ('RNN', 'GRU', 'LSTM'):
        shapes = {k: list(v.shape) for k, v in getattr(torch.nn, kind)(12, 33).state_dict().items()}
        code = f'''const m = new nn.{kind}(12, 33); m.loadStateDict(w); const y = m(x)[0]; y.backward(tensor.arange(y.numel(), {{ dtype: 'float32' }}).remainder(7).sub(3).div(4).reshape(y.shape))
{SAMPLE}; return [S(y.detach()), S(x.grad), S(m.parameters()[0].grad), S(m.parameters()[1].grad), S(m.parameters()[3].grad)]'''
        s.program(f'nn.{kind}, 20 steps of 5 rows', code, {'x': R(1, [20, 5, 12]), 'w': {k: R(50 + i, v, -0.17, 0.17, g=False) for i, (k, v) in enumerate(shapes.items())}}, lambda x, w, kind=kind: recurrent(kind, x, w))
    return s


def recurrent(kind, x, w):
    m = getattr(torch.nn, kind)(12, 33).to(x.dtype)
    m.load_state_dict(w)
    y = m(x)[0]
    cot = ((torch.arange(y.numel()) % 7 - 3) / 4).to(y.dtype).reshape(y.shape)
    p = list(m.parameters())
    return [sample(t) for t in (y, *torch.autograd.grad(y, (x, p[0], p[1], p[3]), cot))]
