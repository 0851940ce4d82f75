"""Sections 2, 7.1 and 7.4: making tensors, reading them, views, shapes, padding."""

import torch
import torch.nn.functional as F

from .core import I, R, Section, T, index


def factories():
    s = Section('factories')
    js = lambda name, code, ref: s.program(name, f'return {code}', {}, ref)  # noqa: E731
    f = torch.float32
    for code, ref in [
        ('tensor.zeros([2, 3])', lambda: torch.zeros(2, 3)), ('tensor.zeros(2, 3)', lambda: torch.zeros(2, 3)), ('tensor.ones([2, 0])', lambda: torch.ones(2, 0)),
        ('tensor.ones([])', lambda: torch.ones([])), ("tensor.zeros([2], { dtype: 'int32' })", lambda: torch.zeros(2, dtype=torch.int32)),
        ("tensor.ones([2], { dtype: 'bool' })", lambda: torch.ones(2, dtype=torch.bool)), ("tensor.ones([2], { dtype: 'uint8' })", lambda: torch.ones(2, dtype=torch.uint8)),
        ('tensor.empty([2, 2])', lambda: torch.zeros(2, 2)), ('tensor.full([2, 3], 1.5)', lambda: torch.full((2, 3), 1.5)), ('tensor.full([2], 7)', lambda: torch.full((2,), 7.0)),
        ('tensor.full([2], true)', lambda: torch.full((2,), True)), ("tensor.full([2], 7, { dtype: 'float32' })", lambda: torch.full((2,), 7.0)),
        ('tensor.arange(5)', lambda: torch.arange(5)), ('tensor.arange(2, 7)', lambda: torch.arange(2, 7)), ('tensor.arange(2, 11, 3)', lambda: torch.arange(2, 11, 3)),
        ('tensor.arange(5, 0, -2)', lambda: torch.arange(5, 0, -2)), ('tensor.arange(0, 1, 0.3)', lambda: torch.arange(0, 1, 0.3)), ('tensor.arange(1, 2.5, 0.5)', lambda: torch.arange(1, 2.5, 0.5)),
        ('tensor.arange(2.5)', lambda: torch.arange(2.5)), ('tensor.arange(0)', lambda: torch.arange(0)), ("tensor.arange(3, { dtype: 'float32' })", lambda: torch.arange(3, dtype=f)),
        ('tensor.arange(3, 3)', lambda: torch.arange(3, 3)),
        ('tensor.linspace(0, 1, 5)', lambda: torch.linspace(0, 1, 5)), ('tensor.linspace(-3, 10, 7)', lambda: torch.linspace(-3, 10, 7)), ('tensor.linspace(2, 5, 1)', lambda: torch.linspace(2, 5, 1)),
        ('tensor.linspace(2, 5, 0)', lambda: torch.linspace(2, 5, 0)), ('tensor.logspace(-2, 3, 6)', lambda: torch.logspace(-2, 3, 6)), ('tensor.logspace(0, 4, 5, { base: 2 })', lambda: torch.logspace(0, 4, 5, base=2)),
        ('tensor.eye(3)', lambda: torch.eye(3)), ('tensor.eye(2, { m: 4 })', lambda: torch.eye(2, 4)), ("tensor.eye(2, { dtype: 'int32' })", lambda: torch.eye(2, dtype=torch.int32)),
        ("tensor.zerosLike(tensor([[1, 2]]))", lambda: torch.zeros(1, 2)), ("tensor.onesLike(tensor(new Int32Array([1, 2])))", lambda: torch.ones(2, dtype=torch.int32)),
        ('tensor.fullLike(tensor([1, 2]), 3.5)', lambda: torch.full((2,), 3.5)), ("tensor.zerosLike(tensor([1]), { dtype: 'bool' })", lambda: torch.zeros(1, dtype=torch.bool)),
        ('tensor.meshgrid([tensor([1, 2, 3]), tensor([4, 5])])', lambda: list(torch.meshgrid(torch.tensor([1., 2, 3]), torch.tensor([4., 5]), indexing='ij'))),
        ("tensor.meshgrid([tensor([1, 2, 3]), tensor([4, 5])], { indexing: 'xy' })", lambda: list(torch.meshgrid(torch.tensor([1., 2, 3]), torch.tensor([4., 5]), indexing='xy'))),
        ('nn.functional.oneHot(tensor(new Int32Array([0, 2, 1])), 4)', lambda: F.one_hot(torch.tensor([0, 2, 1]), 4)),
        ('tensor([[1, 2], [3, 4]])', lambda: torch.tensor([[1., 2], [3, 4]])), ('tensor(3)', lambda: torch.tensor(3.)), ('tensor(true)', lambda: torch.tensor(True)),
        ('tensor([[true, false]])', lambda: torch.tensor([[True, False]])), ('tensor([])', lambda: torch.tensor([])), ('tensor([[], []])', lambda: torch.zeros(2, 0)),
        ('tensor(new Float64Array([1.5, 2]))', lambda: torch.tensor([1.5, 2.])), ('tensor(new Uint8Array([1, 255]))', lambda: torch.tensor([1, 255], dtype=torch.uint8)),
        ('tensor(new Int8Array([1, -5]))', lambda: torch.tensor([1, -5], dtype=torch.int32)), ('tensor(new Uint32Array([1, 5]))', lambda: torch.tensor([1, 5], dtype=torch.int32)),
        ('tensor(new BigInt64Array([1n, -5n]))', lambda: torch.tensor([1, -5], dtype=torch.int32)), ('tensor([[1, 2, 3]], { dtype: "int32" })', lambda: torch.tensor([[1, 2, 3]], dtype=torch.int32)),
        ('tensor([1, 0, 2], { dtype: "bool" })', lambda: torch.tensor([True, False, True])), ('tensor([1, 2], { dtype: "uint8" })', lambda: torch.tensor([1, 2], dtype=torch.uint8)),
        ('tensor(new Float32Array([1, 2, 3, 4, 5, 6]), { shape: [2, 3] })', lambda: torch.arange(1., 7).reshape(2, 3)), ('tensor(tensor([1, 2]))', lambda: torch.tensor([1., 2])),
    ]:
        js(code, code, ref)
    s.gives('values NaN and infinities survive', 'return tensor([NaN, Infinity, -Infinity, -0])', {'$t': ['nan', 'inf', '-inf', '-0'], 's': [4]})
    s.cases[-1]['bits'] = 1
    for shape in ('rand', 'randn'):
        s.gives(f'{shape} has its shape', f'const a = tensor.{shape}([3, 4]), b = tensor.{shape}(2, 5); return [a.shape, b.shape, a.dtype]', [[3, 4], [2, 5], 'float32'])
    s.gives('random factories', '''const p = tensor.randperm(7), i = tensor.randint(3, 9, [50]), b = tensor.bernoulli(tensor.full([4], 1)), m = tensor.multinomial(tensor([0, 1, 0]), 2, { replacement: true }), n = tensor.normal(5, 0, [3])
const v = Array.from(await i.data()); return [p.dtype, Array.from(await p.sort().values.data()), i.dtype, Math.min(...v) >= 3 && Math.max(...v) < 9, await b.array(), await m.array(), await n.array(), m.dtype]''',
            ['int32', [0, 1, 2, 3, 4, 5, 6], 'int32', True, [1, 1, 1, 1], [1, 1], [5, 5, 5], 'int32'])
    s.gives('properties', '''const a = tensor([[1, 2, 3], [4, 5, 6]]), t = a.t(); return [a.shape, a.ndim, a.dtype, a.requiresGrad, a.isLeaf, a.grad, a.numel(), a.size(), a.size(-1), a.dim(), a.stride(), t.stride(), a.at(1).storageOffset(), t.isContiguous(), a.isContiguous(), t.sharesStorage(a), a.clone().sharesStorage(a), a.T.shape, tensor.zeros([2, 3, 4]).mT.shape, a.disposed]''',
            [[2, 3], 2, 'float32', False, True, None, 6, [2, 3], 3, 2, [3, 1], [1, 3], 3, False, True, True, False, [3, 2], [2, 4, 3], False])
    s.gives('reading', '''const a = tensor([[1, 2], [3, 4.5]]); return [Array.from(await a.data()), await a.array(), await a.tolist(), await tensor(3.5).item(), await tensor([[true]]).item(), await tensor(2).array(), (await a.data()).constructor.name, (await a.int().data()).constructor.name, (await a.bool().data()).constructor.name, await a.gt(2).array(), Array.from(await a.gt(2).data()), await a.t().array(), String(a).startsWith("Tensor [2, 2] float32"), (await tensor.readAll([a, tensor([7])])).map((x) => Array.from(x))]''',
            [[1, 2, 3, 4.5], [[1, 2], [3, 4.5]], [[1, 2], [3, 4.5]], 3.5, True, 2, 'Float32Array', 'Int32Array', 'Uint8Array', [[False, False], [True, True]], [0, 0, 1, 1], [[1, 3], [2, 4.5]], True, [[1, 2, 3, 4.5], [7]]])
    s.gives('synchronous reading', 'const a = tensor([[1, 2]]); return [Array.from(a.dataSync()), a.arraySync(), tensor(5).itemSync()]', [[1, 2], [[1, 2]], 5], devices=['js', 'wasm'])
    s.gives('iteration gives views along dim 0', 'const a = tensor([[1, 2], [3, 4]]); const out = []; for (const row of a) { row.add_(1); out.push(await row.array()) } return [out, await a.array()]', [[[2, 3], [4, 5]], [[2, 3], [4, 5]]])
    s.gives('an undefined option is the default', 'return tensor.zeros([1], { dtype: undefined })', {'$t': [0], 's': [1]})
    for name, code, err, part in [
        ('a ragged array', 'tensor([[1, 2], [3]])', '', 'tensor'), ('a BigInt out of range', 'tensor(new BigInt64Array([1n << 40n]))', '', 'tensor'), ('a Uint32 out of range', 'tensor(new Uint32Array([4294967295]))', '', 'tensor'),
        ('a shape that does not fit the data', 'tensor(new Float32Array(5), { shape: [2, 3] })', 'shape', 'tensor'), ('float64 off js', "tensor([1], { dtype: 'float64' })", 'dtype', 'float64'),
        ('a negative size', 'tensor.zeros([2, -1])', '', 'zeros'), ('arange with step 0', 'tensor.arange(0, 5, 0)', 'value', 'arange'), ('arange the wrong way', 'tensor.arange(0, 5, -1)', 'value', 'arange'),
        ('an unknown dtype', "tensor.zeros([2], { dtype: 'float' })", '', 'float'), ('integers cannot require gradients', "tensor([1], { dtype: 'int32', requiresGrad: true })", '', ''), ('item of many', 'tensor([1, 2]).item()', '', 'item'),
        ('an unknown option of zeros', "tensor.zeros([2], { dtyp: 'int32' })", 'value', 'dtype'), ('oneHot without numClasses', 'nn.functional.oneHot(tensor.arange(3))', '', 'oneHot'), ('T of three dims', 'tensor.zeros([2, 3, 4]).T', '', 'T'),
        ('oneHot of a class out of range', 'nn.functional.oneHot(tensor.arange(3), 2)', '', 'oneHot'),
    ]:
        s.throws(name, f'return {code}', err, part, devices=['wasm', 'webgpu'] if 'off js' in name else ['js', 'wasm'] if 'class out' in name else None)
    s.throws('synchronous reading on webgpu', 'return tensor([1]).dataSync()', '', 'data', devices=['webgpu'])
    return s


def build():
    s = Section('shape')
    A, V = R(1, [2, 3, 4]), R(2, [4, 3, 2], v=[['permute', [2, 1, 0]]])
    c = s.call
    for X in (A, V):
        c('tensor.reshape', X, [4, 6], second=False)
        c('tensor.reshape', X, [-1], second=False)
        c('tensor.reshape', X, [3, -1, 2], second=False)
        c('tensor.flatten', X, second=False)
        c('tensor.flatten', X, {'startDim': 1}, second=False)
        c('tensor.flatten', X, {'startDim': 0, 'endDim': 1}, second=False)
        c('tensor.transpose', X, 0, 2, second=False)
        c('tensor.transpose', X, -1, 1, second=False)
        c('tensor.permute', X, [2, 0, 1], second=False)
        c('tensor.permute', X, [0, -1, 1], second=False)
        c('tensor.movedim', X, 0, 2, second=False)
        c('tensor.movedim', X, [0, 1], [-1, 0], second=False)
        c('tensor.unsqueeze', X, 1, second=False)
        c('tensor.unsqueeze', X, -1, second=False)
        c('tensor.flip', X, [0, 2], second=False)
        c('tensor.flip', X, [-1], second=False)
        c('tensor.roll', X, 5, second=False)
        c('tensor.roll', X, 1, {'dims': 0}, second=False)
        c('tensor.roll', X, [1, -2], {'dims': [0, 2]}, second=False)
        c('tensor.tril', X, second=False)
        c('tensor.triu', X, {'diagonal': 1}, second=False)
        c('tensor.tril', X, {'diagonal': -1}, second=False)
        c('tensor.diagonal', X, second=False)
        c('tensor.diagonal', X, {'offset': 1, 'dim1': -2, 'dim2': -1}, second=False)
        c('tensor.diagonal', X, {'offset': -1, 'dim1': 0, 'dim2': 2}, second=False)
        c('tensor.narrow', X, 1, 1, 2, second=False)
        c('tensor.narrow', X, -1, 0, 3, second=False)
        c('tensor.select', X, 0, 1, second=False)
        c('tensor.select', X, -1, -2, second=False)
        c('tensor.unbind', X, second=False)
        c('tensor.unbind', X, {'dim': 1}, second=False)
        c('tensor.split', X, 3, {'dim': 2}, second=False)
        c('tensor.split', X, [1, 2], {'dim': 1}, second=False)
        c('tensor.chunk', X, 2, {'dim': 1}, second=False)
        c('tensor.chunk', X, 3, {'dim': -1}, second=False)
        c('tensor.repeat', X, [2, 1, 1], second=False, ref=lambda a, r: a.repeat(*r))
        c('tensor.repeat', X, [2, 1, 2, 1], second=False, ref=lambda a, r: a.repeat(*r))
        c('tensor.repeatInterleave', X, 2, {'dim': 1}, second=False)
        c('tensor.repeatInterleave', X, 3, second=False)
    c('tensor.repeatInterleave', R(1, [3, 2]), I([1, 0, 2]), {'dim': 0}, second=False)
    c('tensor.view', A, [6, 4], second=False, ref=lambda a, r: a.view(r))
    c('tensor.unflatten', A, 2, [2, -1], second=False)
    c('tensor.unflatten', A, -1, [2, 2], second=False)
    c('tensor.t', R(1, [2, 3]), second=False)
    c('tensor.t', R(1, [3]), second=False)
    S = R(3, [1, 3, 1, 2])
    c('tensor.squeeze', S, second=False)
    c('tensor.squeeze', S, {'dim': 0}, second=False)
    c('tensor.squeeze', S, 1, second=False)
    c('tensor.squeeze', S, -2, second=False)
    c('tensor.squeeze', S, [0, 2], second=False)
    c('tensor.expand', R(1, [3, 1]), [2, 3, 4], second=False, ref=lambda a, r: a.expand(r))
    c('tensor.expand', R(1, [3, 1]), [-1, 4], second=False, ref=lambda a, r: a.expand(r))
    c('tensor.broadcastTo', R(1, [3, 1]), [2, 3, 2], second=False)
    for k in (0, 1, -2):
        c('tensor.diag', R(1, [3]), {'diagonal': k}, second=False)
        c('tensor.diag', R(1, [3, 4]), {'diagonal': k}, second=False)
        c('tensor.triu', R(1, [5, 3]), {'diagonal': k}, second=False)
    c('tensor.tril', T([1, 2, 3, 4], [2, 2], d='int32'))
    c('tensor.tril', T([1, 1, 1, 1], [2, 2], d='bool'))
    c('tensor.flip', T([1, 2, 3], d='int32'), [0])
    c('tensor.cat', [A, V], second=False, forms=False)
    c('tensor.cat', [A, R(5, [2, 1, 4]), R(6, [2, 0, 4])], {'dim': 1}, second=False, forms=False)
    c('tensor.cat', [A, A], {'dim': -1}, second=False, forms=False)
    c('tensor.cat', [T([1, 2], d='int32'), T([0.5])], second=False, exact=True)
    c('tensor.cat', [T([1, 0], d='bool'), T([1], d='bool')])
    c('tensor.cat', [T([1, 2], d='uint8'), T([3, 4, 5], d='uint8')])
    c('tensor.stack', [R(1, [2, 3]), R(2, [2, 3])], second=False)
    c('tensor.stack', [R(1, [2, 3]), R(2, [2, 3])], {'dim': -1}, second=False)
    c('tensor.stack', [R(1, [2, 3]), R(2, [3, 2], v=[['permute', [1, 0]]])], {'dim': 1}, second=False)
    c('tensor.stack', [T(1), T(2)], second=False)
    for name in ('flip', 'roll', 'repeat', 'reshape', 'cat'):
        Z = R(1, [0, 3], g=False)
        c(f'tensor.{name}', *{'flip': (Z, [1]), 'roll': (Z, 1), 'repeat': (Z, [2, 2]), 'reshape': (Z, [3, 0]), 'cat': ([Z, Z],)}[name], ref={'repeat': lambda a, r: a.repeat(*r)}.get(name))
    P4 = R(4, [1, 2, 5, 4])
    for mode in ('constant', 'reflect', 'replicate', 'circular'):
        for pad in ([1, 2], [2, 1, 0, 3]):
            c('nn.functional.pad', P4, pad, {'mode': mode} if mode != 'constant' else {'value': 1.5}) if not (len(pad) == 2 and mode != 'constant') else None
            if len(pad) == 2:
                c('nn.functional.pad', R(5, [2, 2, 5]), pad, {'mode': mode})
    c('nn.functional.pad', R(5, [2, 3]), [1, 1])
    c('nn.functional.pad', R(5, [2, 3]), [1, 0, 2, 1], {'mode': 'constant', 'value': -1})
    c('nn.functional.pad', R(5, [2, 5]), [-1, 1, 0, -1])
    c('nn.functional.pad', T([1, 2], d='int32'), [1, 1], {'value': 3})
    js = s.program
    for code, idx in [('-1', [-1]), ('0, 2', [0, 2]), ('null, [0, null, 2]', [None, [0, None, 2]]), ('[1, 2]', [[1, 2]]), ('"...", 1', ['...', 1]), ('null, "new", 1', [None, 'new', 1]), ('"new"', ['new']),
                      ('[-5, 9], null, [-3, null]', [[-5, 9], None, [-3, None]]), ('0, [2, 1]', [0, [2, 1]]), ('"...", [1, 4, 2]', ['...', [1, 4, 2]]), ('1, "...", "new"', [1, '...', 'new']), ('', [])]:
        if code == '':
            continue
        js(f'at({code})', f'const r = a.at({code}); r.backward(tensor.ones(r.shape)); return [r, a.grad, r.sharesStorage(a)]', {'a': A}, lambda a, idx=idx: at_ref(index(a, idx), a))
    i, j = I([1, 0, -1, 1]), I([0, 2, 1, -1])
    js('at(ids)', 'const r = a.at(i); r.mul(r).sum().backward(); return [r, a.grad]', {'a': R(1, [3, 2]), 'i': i}, lambda a, i: at_square(a[i], a))
    js('at(null, ids)', 'const r = a.at(null, i); r.mul(r).sum().backward(); return [r, a.grad]', {'a': R(1, [2, 3]), 'i': i}, lambda a, i: at_square(a[:, i], a))
    js('at(ids, ids)', 'const r = a.at(i, j); r.mul(r).sum().backward(); return [r, a.grad]', {'a': R(1, [3, 4, 2]), 'i': i, 'j': j}, lambda a, i, j: at_square(a[i, j], a))
    js('at(ids, ids) broadcast', 'const r = a.at(i.unsqueeze(1), j); r.mul(r).sum().backward(); return [r, a.grad]', {'a': R(1, [3, 4]), 'i': i, 'j': j}, lambda a, i, j: at_square(a[i.unsqueeze(1), j], a))
    js('at("...", ids)', 'const r = a.at("...", i); r.mul(r).sum().backward(); return [r, a.grad]', {'a': R(1, [2, 2, 3]), 'i': i}, lambda a, i: at_square(a[..., i], a))
    js('at(ids, number)', 'return a.at(i, 1).detach()', {'a': R(1, [3, 4, 2]), 'i': i}, lambda a, i: a[i, 1].detach())
    js('at(ids, null, ids): the index dims come first', 'return a.at(i, null, j).detach()', {'a': R(1, [3, 2, 4]), 'i': i, 'j': j}, lambda a, i, j: a[i, :, j].detach())
    js('at(ids2d)', 'return a.at(i).detach()', {'a': R(1, [3, 2]), 'i': I([[0, 1], [2, 2]])}, lambda a, i: a[i].detach())
    js('views of views share storage', 'const v = a.detach().permute(2, 0, 1).narrow(0, 1, 2).select(1, 0); v.fill_(9); return [a.detach(), v.sharesStorage(a.detach()), v.isContiguous(), v.contiguous().sharesStorage(v), v.stride(), v.storageOffset() - a.storageOffset()]', {'a': A},
       lambda a: views_ref(a.detach().clone()))
    js('permute(2, 0, 1) and reshape(4, 6) with numbers in a row', 'return [a.permute(2, 0, 1).detach(), a.reshape(4, 6).detach(), a.view(-1).detach(), a.repeat(2, 1, 1).detach(), a.at(null, [0, 1]).expand(2, 5, 4).detach()]', {'a': A},
       lambda a: [a.permute(2, 0, 1).detach(), a.reshape(4, 6).detach(), a.view(-1).detach(), a.repeat(2, 1, 1).detach(), a[:, :1].expand(2, 5, 4).detach()])
    js('options: unbind(1), split(2, 1), chunk(2, 1), cat(list, 1), stack(list, 1)', 'return [a.unbind(1), a.split(3, 2), a.chunk(2, 2), tensor.cat([a, a], 1), tensor.stack([a, a], 1)].map((x) => Array.isArray(x) ? x.map((y) => y.detach()) : x.detach())', {'a': R(1, [2, 3, 4])},
       lambda a: [[x.detach() for x in a.unbind(1)], [x.detach() for x in a.split(3, 2)], [x.detach() for x in a.chunk(2, 2)], torch.cat([a, a], 1).detach(), torch.stack([a, a], 1).detach()])
    s.gives('broadcastShapes', 'return [tensor.broadcastShapes([2, 1], [3]), tensor.broadcastShapes([], [4, 1, 2], [1, 5, 1]), tensor.broadcastShapes([0], [1])]', [[2, 3], [4, 5, 2], [0]])
    s.gives('clone and contiguous', 'const a = tensor([[1, 2], [3, 4]]); return [a.contiguous().sharesStorage(a), a.t().contiguous().sharesStorage(a), a.detach().sharesStorage(a), a.reshape(4).sharesStorage(a), a.t().reshape(4).sharesStorage(a), a.flatten().sharesStorage(a)]', [True, False, True, True, False, True])
    for name, code, err, part in [
        ('reshape to another count', 'tensor.zeros([2, 3]).reshape([4])', 'shape', 'reshape'), ('reshape with two −1', 'tensor.zeros([2, 3]).reshape([-1, -1])', '', 'reshape'), ('view of a transpose', 'tensor.zeros([2, 3]).t().view([6])', '', 'view'),
        ('permute with a dim twice', 'tensor.zeros([2, 3]).permute([0, 0])', '', 'permute'), ('permute with too few dims', 'tensor.zeros([2, 3]).permute([0])', '', 'permute'), ('expand of a size that is not 1', 'tensor.zeros([2, 3]).expand([4, 3])', 'shape', 'expand'),
        ('cat of shapes that differ', 'tensor.cat([tensor.zeros([2, 3]), tensor.zeros([2, 4])])', 'shape', 'cat'), ('cat of nothing', 'tensor.cat([])', '', 'cat'), ('stack of shapes that differ', 'tensor.stack([tensor.zeros([2]), tensor.zeros([3])])', 'shape', 'stack'),
        ('narrow beyond the end', 'tensor.zeros([3]).narrow(0, 2, 2)', '', 'narrow'), ('select out of range', 'tensor.zeros([3]).select(0, 3)', 'index', 'select'), ('at out of range', 'tensor.zeros([3, 2]).at(0, 2)', 'index', 'at'),
        ('at with too many indices', 'tensor.zeros([3]).at(0, 0)', '', 'at'), ('at with a mask', 'tensor([1, 2]).at(tensor([true, false]))', '', 'maskedSelect'), ('at with a negative step', 'tensor([1, 2]).at([null, null, -1])', '', 'at'),
        ('unsqueeze out of range', 'tensor.zeros([3]).unsqueeze(3)', 'index', 'unsqueeze'), ('transpose out of range', 'tensor.zeros([2, 3]).transpose(0, 2)', 'index', 'transpose'), ('split into sizes that do not add up', 'tensor.zeros([5]).split([2, 2])', '', 'split'),
        ('t of three dims', 'tensor.zeros([2, 3, 4]).t()', '', 't'), ('reflect padding wider than the input', "nn.functional.pad(tensor.zeros([1, 1, 3]), [3, 0], { mode: 'reflect' })", '', 'pad'), ('an unknown padding mode', "nn.functional.pad(tensor.zeros([1, 1, 3]), [1, 0], { mode: 'mirror' })", 'value', 'pad'),
        ('broadcastShapes that do not fit', 'tensor.broadcastShapes([2], [3])', 'shape', 'broadcastShapes'), ('diag of three dims', 'tensor.zeros([1, 2, 3]).diag()', '', 'diag'),
    ]:
        s.throws(name, f'return {code}', err, part)
    return [s, factories()]


def at_ref(r, a):
    return [r.detach(), torch.autograd.grad(r.sum(), a)[0], True]


def at_square(r, a):
    return [r.detach(), torch.autograd.grad((r * r).sum(), a)[0]]


def views_ref(a):
    v = a.permute(2, 0, 1).narrow(0, 1, 2).select(1, 0)
    v.fill_(9)
    return [a, True, v.is_contiguous(), False, list(v.stride()), v.storage_offset()]
