"""Section 7.8: losses with every reduction and option, and targets at the edges."""

import torch
import torch.nn.functional as F

from .core import I, R, RI, Section, T


def build():
    s = Section('losses')
    N = 'nn.functional.'

    def c(name, *args, options=({},), **k):
        for o in options:
            for r in (None, 'sum', 'none'):
                full = {**o, **({'reduction': r} if r else {})}
                s.call(N + name, *args, *([full] if full else []), **k)

    x, y = R(1, [4, 3], -3, 3), I([0, 2, 1, 2])
    w = T([0.5, 2, 1], g=False)
    c('crossEntropy', x, y, options=({}, {'weight': w}, {'labelSmoothing': 0.2}, {'ignoreIndex': 2}, {'weight': w, 'labelSmoothing': 0.1, 'ignoreIndex': 0}))
    c('crossEntropy', x, I([0, -100, 1, 2]))
    c('crossEntropy', R(2, [2, 3, 2, 2], -3, 3), RI(3, [2, 2, 2], 3), options=({}, {'weight': w}, {'labelSmoothing': 0.3}))
    c('crossEntropy', R(2, [2, 3, 5], -3, 3), RI(3, [2, 5], 3))
    probs = R(4, [4, 3], 0, 1)
    c('crossEntropy', x, probs, options=({}, {'weight': w, 'labelSmoothing': 0.2}), second=False)
    c('crossEntropy', R(1, [3]), I(1))
    s.call(N + 'crossEntropy', x, I([-100] * 4), grads=False, exact=True, name='crossEntropy with all targets ignored is NaN')
    s.call(N + 'crossEntropy', T([1e4, -1e4, 0, 0, 1e4, 1e4], [2, 3]), I([1, 2]), second=False, name='crossEntropy of extreme logits')
    s.call(N + 'crossEntropy', x, T([0, 2, 1, 2], d='uint8'), ref=lambda a, b: F.cross_entropy(a, b.long()), name='crossEntropy with uint8 classes')
    s.call(N + 'crossEntropy', R(5, [3, 4], v=[['permute', [1, 0]]]), y, name='crossEntropy of permuted logits')
    s.call(N + 'crossEntropy', R(5, [3, 300], -4, 4), RI(6, [3], 300), second=False)
    c('nllLoss', R(1, [4, 3], -3, 0), y, options=({}, {'weight': w}, {'ignoreIndex': 2}))
    c('nllLoss', R(2, [2, 3, 2, 2], -3, 0), RI(3, [2, 2, 2], 3))
    p, t = R(5, [2, 3], 0.05, 0.95), R(6, [2, 3], 0, 1, g=False)
    c('binaryCrossEntropy', p, t, options=({}, {'weight': T([1, 2, 0.5], g=False)}))
    s.call(N + 'binaryCrossEntropy', T([0, 1, 0, 1]), T([0, 1, 1, 0], g=False), second=False, grads=False, exact=True, name='binaryCrossEntropy clamps the log at −100')
    z = R(7, [2, 3], -4, 4)
    c('binaryCrossEntropyWithLogits', z, t, options=({}, {'weight': T([1, 2, 0.5], g=False)}, {'posWeight': T([3, 1, 0.2], g=False)}))
    s.call(N + 'binaryCrossEntropyWithLogits', T([100, -100, 1000, -1000, 0]), T([0, 1, 1, 0, 1], g=False), second=False)
    a, b = R(8, [2, 3], -2, 2), R(9, [2, 3], -2, 2)
    for name, options in (('mseLoss', ({},)), ('l1Loss', ({},)), ('smoothL1Loss', ({}, {'beta': 0.5}, {'beta': 2})), ('huberLoss', ({}, {'delta': 0.5}, {'delta': 2}))):
        c(name, a, b, options=options)
    s.call(N + 'smoothL1Loss', T([0, 1, 2, -1]), T([0, 0, 0, 0], g=False), second=False, name='smoothL1Loss at its kinks')
    s.call(N + 'smoothL1Loss', T([0, 1, 2, -1]), T([0, 0, 0, 0], g=False), {'beta': 0}, second=False, name='smoothL1Loss with beta 0 is l1')
    s.call(N + 'l1Loss', T([0, 1]), T([0, 2], g=False), second=False)
    s.call(N + 'mseLoss', R(1, [0]), R(2, [0], g=False), grads=False, exact=True, name='mseLoss of nothing is NaN')
    logp, q, logq = R(1, [3, 4], -3, 0), R(2, [3, 4], 0.05, 1), R(2, [3, 4], -3, 0)
    c('klDiv', logp, q)
    c('klDiv', logp, logq, options=({'logTarget': True},))
    s.call(N + 'klDiv', logp, q, {'reduction': 'batchmean'})
    s.call(N + 'klDiv', logp, T([0, 0.5, 0.5, 0] * 3, [3, 4], g=False), {'reduction': 'sum'}, second=False, name='klDiv with zeros in the target')
    e1, e2 = R(1, [4, 3]), R(2, [4, 3])
    c('cosineEmbeddingLoss', e1, e2, T([1, -1, 1, -1], g=False), options=({}, {'margin': 0.3}), second=False)
    c('marginRankingLoss', R(1, [4]), R(2, [4]), T([1, -1, 1, -1], g=False), options=({}, {'margin': 0.5}), second=False)
    c('tripletMarginLoss', e1, e2, R(3, [4, 3]), options=({}, {'margin': 0.2}, {'p': 1}, {'margin': 2, 'p': 3}), second=False)
    c('gaussianNllLoss', a, b, R(3, [2, 3], 0.3, 2), options=({}, {'full': True}, {'eps': 0.5}), second=False)
    c('gaussianNllLoss', a, b, R(3, [2, 1], 0.3, 2), second=False)
    for name, code, err, part in [
        ('crossEntropy with float32 classes', 'F.crossEntropy(tensor.zeros([2, 3]), tensor([0, 1]))', 'dtype', '{ dtype: "int32" }'), ('crossEntropy of different batches', 'F.crossEntropy(tensor.zeros([2, 3]), tensor([0, 1, 2], { dtype: "int32" }))', 'shape', 'crossEntropy'),
        ('nllLoss with float32 classes', 'F.nllLoss(tensor.zeros([2, 3]), tensor([0, 1]))', 'dtype', '{ dtype: "int32" }'), ('an unknown reduction', "F.mseLoss(tensor([1]), tensor([2]), { reduction: 'avg' })", 'value', 'mseLoss'), ('binaryCrossEntropy of different shapes', 'F.binaryCrossEntropy(tensor.zeros([2]), tensor.zeros([3]))', 'shape', 'binaryCrossEntropy'),
        ('mseLoss of shapes that do not broadcast', 'F.mseLoss(tensor.zeros([2]), tensor.zeros([3]))', 'shape', 'mseLoss'), ('crossEntropy with a weight of another length', 'F.crossEntropy(tensor.zeros([2, 3]), tensor([0, 1], { dtype: "int32" }), { weight: tensor([1, 2]) })', 'shape', 'crossEntropy'),
        ('an unknown option of crossEntropy', 'F.crossEntropy(tensor.zeros([2, 3]), tensor([0, 1], { dtype: "int32" }), { smoothing: 0.1 })', 'value', 'labelSmoothing'),
    ]:
        s.throws(name, f'return {code}', err, part)
    s.throws('crossEntropy with a class out of range', 'return F.crossEntropy(tensor.zeros([2, 3]), tensor([0, 3], { dtype: "int32" }))', '', 'crossEntropy', devices=['js', 'wasm'])
    return s
