"""Section 7.5: gather and scatter, masks, sorting, counting."""

import torch

from .core import I, R, RI, Section, T
from .reductions import both, fields


def build():
    s = Section('index')
    c = s.call
    A, V = R(1, [3, 4]), R(2, [4, 3], v=[['permute', [1, 0]]])
    for X in (A, V):
        c('tensor.gather', X, 1, I([[0, 0, 3], [1, 2, 2], [3, 3, 3]]))
        c('tensor.gather', X, 0, I([[0, 2, 1, 2], [1, 1, 0, 0]]))
        c('tensor.takeAlongDim', X, I([[0, 0, 3], [1, 2, 2], [3, 3, 3]]), 1)
        c('tensor.scatter', X, 1, I([[0, 3], [1, 2], [3, 0]]), R(5, [3, 2]))
        c('tensor.scatterAdd', X, 1, I([[0, 0, 3], [1, 2, 2], [3, 3, 3]]), R(5, [3, 3]))
        c('tensor.scatterAdd', X, 0, I([[0, 2, 1, 2], [1, 2, 0, 2]]), R(5, [2, 4]))
        c('tensor.indexSelect', X, 0, I([2, 0, 2]))
        c('tensor.indexSelect', X, -1, I([3, 3, 1, 0, 0]))
        c('tensor.indexAdd', X, 0, I([2, 0, 2]), R(6, [3, 4]))
        c('tensor.indexAdd', X, 1, I([3, 3]), R(6, [3, 2]), {'alpha': -0.5})
        c('tensor.maskedFill', X, T([1, 0, 0, 1], d='bool'), -2)
        c('tensor.maskedFill', X, T([1, 0, 0], [3, 1], d='bool'), T(0.5, g=True))
        c('tensor.take', X, I([0, 11, 5, 5]))
        c('tensor.take', X, I([[0, 1], [11, 3]]))
    c('tensor.scatter', A, 1, I([[0, 3], [1, 2]]), 7, ref=lambda a, d, i, v: a.scatter(d, i, v))
    c('tensor.gather', T([5, 6, 7, 8], [2, 2], d='int32'), 1, I([[1], [0]]))
    c('tensor.gather', T([1, 0, 1, 1], [2, 2], d='bool'), 1, I([[1], [0]]))
    c('tensor.gather', R(3, [2, 3, 2]), 1, RI(4, [2, 2, 2], 3))
    c('tensor.gather', R(3, [3, 2]), 0, I([], [0, 2]), name='gather of no indices')
    c('tensor.indexSelect', R(3, [3, 2]), 0, T([2, 0, 1], d='uint8'), ref=lambda a, d, i: a.index_select(d, i.long()), name='indexSelect with uint8 indices')
    c('tensor.indexSelect', T([1, 2, 3], d='int32'), 0, I([2, 2]))
    c('tensor.takeAlongDim', R(3, [2, 1, 3]), I([[[2], [0]]]), -1, name='takeAlongDim broadcasts')
    c('tensor.indexAdd', R(3, [50]), 0, RI(4, [400], 50), R(5, [400]), second=False, name='indexAdd with many repeats')
    c('tensor.indexSelect', R(3, [5, 3]), 0, RI(4, [200], 5), second=False, name='indexSelect: repeated indices add up in backward')
    c('tensor.maskedFill', T([1, 2, 3], d='int32'), T([1, 0, 1], d='bool'), 9)
    # Sorting
    TIES = T([3, 1, 2, 1, 3, 2, 0, 0], [2, 4])
    NANS = T([2, 'nan', 'inf', '-inf', 'nan', 0, '-0', 1], [2, 4], g=False)
    def sort(a, o={}):
        return torch.sort(a, dim=o.get('dim', -1), descending=o.get('descending', False), stable=True)
    def argsort(a, o={}):
        return sort(a, o).indices
    for o in ({}, {'dim': 0}, {'descending': True}, {'dim': 0, 'descending': True, 'stable': True}):
        for t in (A, V, TIES, NANS, T([3, 1, 2, 1], d='int32'), T([200, 1, 2], d='uint8')):
            if 'dim' in o and len(t.shape) == 1:
                continue
            c('tensor.sort', t, o, ref=sort, post=both, second=False, exact=t is NANS)
            c('tensor.argsort', t, o, ref=argsort, exact=t is NANS)
    c('tensor.sort', A, 0, ref=lambda a, d: sort(a, {'dim': d}), post=both, second=False)
    c('tensor.sort', R(1, [300], g=False), ref=sort, post=both, name='sort of 300')
    c('tensor.sort', R(1, [2, 0], g=False), ref=sort, post=both)
    c('tensor.sort', R(3, [1000], 0, 20, d='int32'), ref=sort, post=both, name='sort of 1,000 with ties is stable')
    def topk(a, k, o={}):
        r = torch.sort(a, dim=o.get('dim', -1), descending=o.get('largest', True), stable=True)
        return {n: getattr(r, n).narrow(o.get('dim', -1), 0, k) for n in ('values', 'indices')}
    for o in ({}, {'largest': False}, {'dim': 0}, {'dim': 0, 'largest': False, 'sorted': True}):
        for t in (A, V, TIES, NANS):
            c('tensor.topk', t, 2, o, ref=topk, second=False, exact=t is NANS)
    c('tensor.topk', T([4, 9, 9, 1], d='int32'), 3, ref=topk)
    c('tensor.topk', R(5, [3, 70], g=False), 5, ref=topk)
    c('tensor.topk', R(5, [4]), 4, ref=topk, second=False)
    # Counting
    c('tensor.searchsorted', T([1, 3, 3, 5], g=False), T([0, 1, 3, 4, 9, 5], g=False), forms=True)
    c('tensor.searchsorted', T([1, 3, 3, 5], g=False), T([0, 1, 3, 4, 9, 5], g=False), {'right': True})
    c('tensor.searchsorted', T([1, 3, 5, 2, 4, 6], [2, 3], g=False), T([3, 4, 2, 7], [2, 2], g=False))
    c('tensor.searchsorted', T([1, 3, 5], d='int32'), T([[2], [5]], d='int32'))
    c('tensor.searchsorted', T([1, 2, 4], g=False), 3)
    c('tensor.bincount', I([0, 3, 1, 3, 3]))
    c('tensor.bincount', I([0, 3, 1]), {'minlength': 6})
    c('tensor.bincount', I([0, 3, 1, 3]), {'weights': R(4, [4], g=False)}, exact=True)
    c('tensor.bincount', I([], [0]), {'minlength': 2})
    H = T([0, 1, 1.5, 2, 3, 3, -1, 5, 2.99], g=False)
    for o in ({'bins': 4}, {'bins': 3, 'min': 0, 'max': 3}, {'bins': 5, 'min': -1, 'max': 1}):
        c('tensor.histc', H, o)
    c('tensor.histc', T([2, 2, 2], g=False), {'bins': 2})
    hist = lambda r: {'hist': r[0], 'binEdges': r[1]}  # noqa: E731
    c('tensor.histogram', H, 4, post=hist, exact=True)
    c('tensor.histogram', H, 3, {'range': [0, 3]}, post=hist, exact=True, ref=lambda a, b, o: torch.histogram(a, b, range=tuple(float(x) for x in o['range'])))
    c('tensor.histogram', H, 4, {'density': True}, post=hist, exact=True)
    c('tensor.histogram', H, T([0, 1, 2.5, 3], g=False), post=hist, exact=True)
    # Asynchronous: shapes depend on values
    U = T([3, 1, 2, 1, 3, 3], g=False)
    for o in ({}, {'returnInverse': True}, {'returnCounts': True}, {'returnInverse': True, 'returnCounts': True, 'sorted': True}):
        c('tensor.unique', U, o)
        c('tensor.unique', T([5, 2, 5, 2], [2, 2], d='int32'), o)
    c('tensor.unique', T([1, 2, 0, 0, 1, 2], [3, 2], g=False), {'dim': 0})
    c('tensor.unique', T([1, 2, 0, 0, 1, 2], [3, 2], g=False), {'dim': 0, 'returnInverse': True, 'returnCounts': True})
    c('tensor.unique', T([1, 2, 1, 0, 1, 0], [2, 3], g=False), {'dim': 1})
    c('tensor.nonzero', T([0, 1.5, 0, -1, 0, 'nan'], [2, 3], g=False), exact=True)
    c('tensor.nonzero', T([1, 0, 1], d='bool'))
    c('tensor.nonzero', T([0, 0], g=False))
    c('tensor.maskedSelect', R(1, [2, 3], g=False), T([1, 0, 1, 0, 0, 1], [2, 3], d='bool'))
    c('tensor.maskedSelect', R(1, [2, 3], g=False), T([1, 0, 1], d='bool'))
    c('tensor.maskedSelect', R(1, [2, 3], g=False), T([0], [1], d='bool'))
    host = ['js', 'wasm']
    for name, code in [
        ('gather', 'tensor.zeros([2, 3]).gather(1, tensor(new Int32Array([3])).reshape(1, 1))'), ('indexSelect', 'tensor.zeros([2, 3]).indexSelect(0, tensor(new Int32Array([2])))'),
        ('scatterAdd', 'tensor.zeros([2, 3]).scatterAdd(1, tensor(new Int32Array([5])).reshape(1, 1), tensor.ones([1, 1]))'), ('take', 'tensor.zeros([2, 3]).take(tensor(new Int32Array([6])))'),
        ('indexAdd', 'tensor.zeros([2, 3]).indexAdd(0, tensor(new Int32Array([2])), tensor.ones([1, 3]))'), ('embedding', 'nn.functional.embedding(tensor(new Int32Array([4])), tensor.zeros([4, 2]))'),
    ]:
        s.throws(f'{name} out of range', f'return {code}', 'index', name, devices=host)
    s.gives('gather out of range gives NaN on webgpu', 'return x.gather(1, i.add(300)).detach()', {'$t': ['nan'] * 20, 's': [20, 1]}, {'x': R(1, [20, 300]), 'i': RI(1, [20, 1], 1)}, devices=['webgpu'])
    for name, code, err, part in [
        ('gather with a float index', 'tensor.zeros([2, 3]).gather(1, tensor.zeros([2, 1]))', 'dtype', 'gather'), ('gather with too few dims', 'tensor.zeros([2, 3]).gather(1, tensor(new Int32Array([0])))', 'shape', 'gather'),
        ('indexSelect with a 2-d index', 'tensor.zeros([2, 3]).indexSelect(0, tensor(new Int32Array([0])).reshape(1, 1))', 'shape', 'indexSelect'), ('topk of more than there are', 'tensor.zeros([2, 3]).topk(4)', '', 'topk'),
        ('maskedFill with a float mask', 'tensor.zeros([2]).maskedFill(tensor.zeros([2]), 1)', 'dtype', 'maskedFill'), ('maskedFill with a mask that does not broadcast', 'tensor.zeros([2]).maskedFill(tensor([true, true, false]), 1)', 'shape', 'maskedFill'),
        ('bincount of floats', 'tensor.bincount(tensor([1.5]))', 'dtype', 'bincount'), ('sort of a dim out of range', 'tensor.zeros([2]).sort({ dim: 1 })', 'index', 'sort'),
    ]:
        s.throws(name, f'return {code}', err, part)
    return s
