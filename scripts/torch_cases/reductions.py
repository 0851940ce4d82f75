"""Section 7.3: reductions, running sums, and what they do with ties, NaN and nothing."""

import math

import torch

from .core import R, RI, Section, T, I


def fields(*names):
    return lambda r: {n: getattr(r, n) for n in names}


both = fields('values', 'indices')


def build():
    s = Section('reductions')
    X, Y = R(1, [2, 3, 5]), R(2, [4, 3], v=[['permute', [1, 0]]])
    for name in ('sum', 'mean', 'amax', 'amin', 'logsumexp'):
        p = f'tensor.{name}'
        second = name in ('sum', 'mean', 'logsumexp')
        if name != 'logsumexp':
            s.call(p, X, second=second)
            s.call(p, R(3, []), second=second, name=f'{p} of a scalar')
        s.call(p, X, 1, second=second)
        s.call(p, X, -1, {'keepdim': True}, second=second)
        s.call(p, X, [0, 2], second=second)
        s.call(p, X, [0, -1], {'keepdim': True}, second=second)
        s.call(p, X, {'dim': 0}, second=second)
        s.call(p, Y, 1, second=second)
        s.call(p, R(5, [3, 1, 2], v=[['expand', [3, 4, 2]]]), 1, second=second)
        s.call(p, R(4, [1031]), 0, second=second, tol=4 if name in ('sum', 'mean') else None)
        s.call(p, T(['nan', 1, 2, 'inf', 1, '-inf'], [2, 3]), 1, exact=True, grads=False)
    s.call('tensor.sum', R(4, [3, 1031]), tol=4)
    for name in ('sum', 'mean', 'prod', 'logsumexp', 'all', 'any', 'countNonzero'):
        s.call(f'tensor.{name}', R(1, [0, 3], g=False), 0, exact=True)
        s.call(f'tensor.{name}', R(1, [2, 0], g=False), 1, exact=True)
        if name != 'logsumexp':
            s.call(f'tensor.{name}', R(1, [0], g=False), exact=True)
    for name in ('max', 'min', 'amax', 'amin', 'argmax', 'median'):
        s.throws(f'{name} of nothing', f'return tensor.{name}(tensor.zeros([0]))' if name != 'median' else 'return tensor.median(tensor.zeros([0]), 0)', '', name)
    s.call('tensor.prod', X, 1)
    s.call('tensor.prod', X)
    s.call('tensor.prod', R(3, [3, 4]), -1, {'keepdim': True})
    s.call('tensor.prod', T([0, 2, 3, 1, 2, 4, 0, 0, 5], [3, 3]), 1, name='prod with zeros: gradients stay finite')
    for name in ('sum', 'prod', 'cumsum'):
        args = (1,) if name == 'cumsum' else ()
        s.call(f'tensor.{name}', T([1, 2, 3, 4], [2, 2], d='int32'), *args)
        s.call(f'tensor.{name}', T([200, 100, 3, 4], [2, 2], d='uint8'), *(args or (1,)))
        s.call(f'tensor.{name}', T([1, 1, 0, 1], [2, 2], d='bool'), *(args or (1,)))
    for name in ('var', 'std'):
        p = f'tensor.{name}'
        for opt in ({}, {'correction': 0}, {'correction': 2}):
            s.call(p, X, opt) if opt else s.call(p, X)
            s.call(p, X, 1, opt) if opt else s.call(p, X, 1)
            s.call(p, X, [0, -1], {**opt, 'keepdim': True})
        s.call(p, R(4, [1], g=False), name=f'{p} without degrees of freedom is NaN')
        s.call(p, R(4, [3, 1], g=False), 1)
        s.call(p, R(6, [5], 1000, 1001), name=f'{p} far from zero', tol=200, second=False)
    inf = math.inf
    for p in (2, 1, 0, 3, 1.5, inf, -inf):
        s.call('tensor.norm', X, {'p': p}, second=p in (2, 3, 1.5))
        s.call('tensor.norm', X, {'p': p, 'dim': 1}, second=p in (2, 3, 1.5))
        s.call('tensor.norm', X, {'p': p, 'dim': [0, 2], 'keepdim': True}, second=p in (2, 3, 1.5))
        s.call('tensor.linalg.vectorNorm', X, {'ord': p, 'dim': -1}, second=False)
    s.call('tensor.norm', T([0, 0, 0]), second=False, name="norm'(0) = 0")
    s.call('tensor.norm', T([3, 4, 0, 0], [2, 2]), {'dim': 1}, second=False)
    s.call('tensor.norm', T([2, -3, 3, 1]), {'p': inf}, second=False, name='norm inf shares the gradient')
    s.call('tensor.linalg.vectorNorm', X)
    s.call('tensor.linalg.norm', X)
    s.call('tensor.linalg.norm', R(3, [3, 4]), {'dim': 1, 'keepdim': True})
    s.call('tensor.linalg.norm', R(3, [3, 4]), {'ord': 1, 'dim': 0})
    s.call('tensor.linalg.norm', R(3, [3, 4]), {'ord': 'fro'})
    s.call('tensor.linalg.norm', R(3, [3, 4]), {'ord': 1}, second=False)
    s.call('tensor.linalg.norm', R(3, [3, 4]), {'ord': inf}, second=False)
    for name in ('max', 'min'):
        p = f'tensor.{name}'
        s.call(p, X, second=False)
        s.call(p, X, 1, second=False, post=both)
        s.call(p, X, -1, {'keepdim': True}, second=False, post=both)
        s.call(p, T([1, 3, 3, 2, 1, 1], [2, 3]), 1, second=False, post=both, name=f'{name}(dim) gives the gradient to the first of ties')
        s.call(p, T([1, 3, 3, 1, 1], [5]), second=False, name=f'{name}() shares the gradient among ties')
        s.call(p, T([1, 'nan', 3, 2, 1, 'inf'], [2, 3], g=False), 1, post=both, exact=True)
        s.call(p, T([1, 'nan', 3], g=False), exact=True)
        s.call(p, T([4, 2, 9, 9], [2, 2], d='int32'), 1, post=both)
        s.call(p, T(['-inf', '-inf', 'inf', 'inf'], [2, 2], g=False), 1, post=both, exact=True)
    for name in ('amax', 'amin'):
        s.call(f'tensor.{name}', T([1, 3, 3, 2, 1, 1], [2, 3]), 1, second=False, name=f'{name} shares the gradient among ties')
        s.call(f'tensor.{name}', T([1, 'nan', 3, 2, 1, 0], [2, 3], g=False), 1, exact=True)
        s.call(f'tensor.{name}', T([1, 7, 3, 7, 1, 0], [2, 3], d='int32'), 1)
    s.call('tensor.median', R(1, [3, 5]), 1, post=both, second=False)
    s.call('tensor.median', R(1, [3, 4]), -1, {'keepdim': True}, post=both, second=False, name='median of an even count is the lower')
    s.call('tensor.median', R(1, [3, 4]), 0, post=both, second=False)
    s.call('tensor.median', T([1, 'nan', 3], g=False), 0, post=lambda r: r.values, ref=torch.median, exact=True) if False else None
    for name in ('cumsum', 'cumprod', 'logcumsumexp'):
        p = f'tensor.{name}'
        for d in (0, 1, -1):
            s.call(p, X, d)
        s.call(p, Y, 0)
        s.call(p, R(3, [1]), 0)
        s.call(p, R(3, [0, 2], g=False), 0)
        s.call(p, R(3, [0, 2], g=False), 1)
    s.call('tensor.cumsum', R(3, [515], -1, 1), 0, second=False, tol=4)
    s.call('tensor.cumprod', T([2, 0, 3, 4, 0, 5], g=True), 0, second=False, name='cumprod with zeros')
    s.call('tensor.logcumsumexp', T(['-inf', '-inf', 1, 2, 'inf', 3], g=False), 0, exact=True)
    s.call('tensor.cumsum', T([1, 'nan', 2, 'inf'], g=False), 0, exact=True)
    for name in ('argmax', 'argmin'):
        p = f'tensor.{name}'
        s.call(p, X)
        s.call(p, X, 1)
        s.call(p, X, -1, {'keepdim': True})
        s.call(p, T([1, 3, 3, 1, 1], g=False), exact=True, name=f'{name}: the first among ties')
        s.call(p, T([1, 'nan', 3, 'nan', 2, 0], [2, 3], g=False), 1, exact=True, name=f'{name}: NaN')
        s.call(p, T([4, 2, 9, 9, 2, 2], [2, 3], d='int32'), 1)
        s.call(p, R(9, [700], g=False), 0)
    B = T([1, 0, 1, 1, 1, 1], [2, 3], d='bool')
    for name in ('all', 'any', 'countNonzero'):
        p = f'tensor.{name}'
        s.call(p, B)
        s.call(p, B, 1)
        if name != 'countNonzero':
            s.call(p, B, -1, {'keepdim': True})
        s.call(p, T([0, 'nan', 0, 0, 0.5, '-0'], [2, 3], g=False), 1, exact=True)
        s.call(p, T([0, 2, 0, 0], [2, 2], d='int32'), 0)
    s.call('tensor.logsumexp', T([1000, 1000, -1000, 0, '-inf', '-inf', 'inf', 1], [4, 2]), 1, exact=True, second=False)
    s.call('tensor.logsumexp', T([10000, 9999, -10000, -9999], [2, 2]), 1, second=False)
    # Wide reductions over an outer dim, on strided input
    s.call('tensor.sum', R(7, [37, 41], v=[['permute', [1, 0]]]), 0, second=False, name='sum of a transposed 37 × 41 over dim 0')
    s.call('tensor.sum', R(7, [3, 7, 11, 2]), [1, 3], second=False)
    s.call('tensor.mean', R(7, [3, 7, 11, 2]), [-1, -2, -3], second=False)
    s.call('tensor.amax', R(7, [2, 300]), 1, second=False)
    s.call('tensor.var', R(7, [2, 300]), 1, second=False)
    s.program('scan: a linear recurrence', '''const [carry, ys] = tensor.scan((c, x) => { const n = c.mul(w).add(x); return [n, n.mul(2)] }, h, xs)
const loss = ys.mul(ys).sum().add(carry.sum()); loss.backward(); return [carry, ys, h.grad, xs.grad, w.grad]''',
              {'h': R(1, [3]), 'xs': R(2, [5, 3]), 'w': R(3, [3])}, scan)
    s.program('scan over a tree, carry a tree', '''const [c, ys] = tensor.scan((c, x) => [{ s: c.s.add(x.a), p: c.p.mul(x.b) }, [c.s, x.a.mul(c.p)]], { s: tensor(0), p: tensor(1) }, { a: xs, b: ys_ })
return [c.s, c.p, ys[0], ys[1]]''', {'xs': R(2, [4]), 'ys_': R(3, [4])}, scan_tree)
    s.throws('sum over a dim out of range', 'return tensor.zeros([2, 3]).sum(2)', 'index', 'sum')
    s.throws('sum over a dim twice', 'return tensor.zeros([2, 3]).sum([0, -2])', '', 'sum')
    s.throws('an unknown option of sum', 'return tensor.zeros([2, 3]).sum(0, { keepDim: true })', 'value', 'keepdim')
    s.throws('mean of int32', 'return tensor(new Int32Array([1, 2])).mean()', 'dtype', 'mean')
    return s


def scan(h, xs, w):
    c, ys = h, []
    for x in xs:
        c = c * w + x
        ys.append(c * 2)
    ys = torch.stack(ys)
    loss = (ys * ys).sum() + c.sum()
    return [c.detach(), ys.detach(), *torch.autograd.grad(loss, (h, xs, w))]


def scan_tree(xs, ys):
    s, p, out = xs.new_zeros(()), xs.new_ones(()), [[], []]
    for a, b in zip(xs, ys):
        out[0].append(s)
        out[1].append(a * p)
        s, p = s + a, p * b
    return [s.detach(), p.detach(), torch.stack(out[0]).detach(), torch.stack(out[1]).detach()]
