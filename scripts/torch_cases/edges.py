"""Where types meet and sizes end: mixed dtypes, numbers that a type cannot hold, bool arithmetic, empty dims, broadcast sums."""

from .core import I, R, Section, T

VALUES = {'float32': [0.5, -1.5, 2.0, 'nan', 'inf', '-inf', '-0', 0.0, -2.5, 3.5, 100.0, -0.25],
          'int32': [0, -1, 2, 5, -7, 3, 100, -100, 1, 8, -8, 46341],
          'uint8': [0, 1, 2, 5, 7, 255, 100, 128, 200, 3, 9, 10],
          'bool': [0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0]}


def made(d, off=0, n=12):
    return T([VALUES[d][(i + off) % 12] for i in range(n)], [n], d, False)


def build():
    s = Section('edges', True)
    for a in VALUES:
        for b in VALUES:
            for name in ('add', 'mul', 'div', 'maximum', 'le'):
                s.call(f'tensor.{name}', made(a, 2), made(b, 1), grads=False, forms=False)
        for number in (-3, 0.5, True):
            for name in ('add', 'mul', 'div', 'pow', 'lt') if a != 'bool' else ('add', 'mul', 'div'):
                s.call(f'tensor.{name}', made(a), number, grads=False, forms=False)
        s.call('tensor.isclose', made(a), made(a, 2), {'rtol': 0.5, 'atol': 1}, grads=False)
        s.call('tensor.allclose', made(a), made(a), {'equalNan': True}, grads=False)
        s.call('tensor.maskedFill', made(a), made('bool', 3), 2, grads=False)
        s.call('tensor.cumsum', made(a), 0, grads=False) if a != 'float32' else None
        s.call('tensor.scatterAdd', made(a), 0, I([1, 1, 4]), made(a, 8, 3), grads=False)
        s.call('tensor.indexAdd', made(a), 0, I([1, 1, 4]), made(a, 8, 3), grads=False)
        s.call('tensor.add', made(a), made(a, 3), {'alpha': 2}, grads=False)
    s.call('tensor.clamp', made('uint8'), {'min': -1, 'max': 1}, grads=False)
    s.call('tensor.lerp', made('float32'), made('float32', 3), made('float32', 5), grads=False)
    s.call('tensor.lerp', R(1, [3, 1]), R(2, [4]), R(3, [3, 4], -1, 2))
    s.call('tensor.lerp', R(1, [3]), R(2, [3]), 0.75)
    for x in (0.5, -0.5):
        s.call('tensor.pow', made('float32'), x, grads=False)
        s.call('tensor.pow', R(4, [5], 0.2, 3), x)
    s.call('tensor.chunk', R(1, [0]), 2, second=False)
    s.call('tensor.chunk', R(1, [2, 0]), 3, {'dim': 1}, second=False)
    for pad in ([-1, 2], [2, -1]):
        s.call('nn.functional.pad', R(1, [2, 5]), pad, {'mode': 'circular'})
    for dim in (0, 1):
        s.call('nn.functional.cosineSimilarity', R(1, [3, 4]), R(2, [1, 4]), {'dim': dim}, pointwise=False)
    s.call('nn.functional.crossEntropy', R(1, [0, 3]), R(2, [0, 3]), second=False)
    for name, js in (
            ('sub of bool', 'return tensor.ones([2]).sub(true)'),
            ('alpha of integers', 'return tensor.arange(3).add(tensor.arange(3), { alpha: 0.5 })'),
            ('integers by 0', 'return tensor.arange(3).floorDivide(0)'),
            ('softmax of a dim that is not there', 'return tensor(1).softmax(1)'),
            ('variances below 0', 'return F.gaussianNllLoss(tensor([1]), tensor([1]), tensor([-1]))'),
            ('probabilities above 1', 'return F.binaryCrossEntropy(tensor([1.5]), tensor([1]))'),
            ('numbers that a type cannot hold', 'return tensor.full([2], 300, { dtype: "uint8" })')):
        s.throws(name, js, '')
    return s
