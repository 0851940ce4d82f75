"""Section 7.2: elementwise operations, promotion of dtypes, in-place forms."""

import torch

from .core import I, R, Section, T, TYPES, encode, NAMES

SMOOTH = {  # name: (lo, hi) of inputs where the function and its derivatives are tame
    'exp': (-3, 3), 'exp2': (-3, 3), 'expm1': (-2, 2), 'log': (0.1, 5), 'log2': (0.1, 5), 'log10': (0.1, 5), 'log1p': (-0.8, 4),
    'sqrt': (0.05, 5), 'rsqrt': (0.1, 5), 'square': (-3, 3), 'reciprocal': (0.2, 3), 'sin': (-7, 7), 'cos': (-7, 7), 'tan': (-1.3, 1.3),
    'asin': (-0.9, 0.9), 'acos': (-0.9, 0.9), 'atan': (-4, 4), 'sinh': (-3, 3), 'cosh': (-3, 3), 'tanh': (-3, 3), 'asinh': (-4, 4),
    'acosh': (1.1, 5), 'atanh': (-0.9, 0.9), 'sigmoid': (-6, 6), 'erf': (-2.5, 2.5), 'erfc': (-2.5, 2.5), 'neg': (-3, 3), 'abs': (-3, 3),
    'sign': (-3, 3), 'relu': (-3, 3), 'gelu': (-4, 4), 'silu': (-5, 5), 'nanToNum': (-3, 3),
}
ROUNDING = ['floor', 'ceil', 'round', 'trunc', 'frac']
EXTREMES = ['nan', 'inf', '-inf', '-0', 0, 1, -1, 0.5, -0.5, 1e-7, -1e-7, 1e-20, 1e20, -1e20, 88, 89, -88, -104, 100, -100, 3e38, -3e38, 2e-38, 9, -9, 1.5, 2.5, -2.5]
UNSIGNED = ('gelu', 'silu', 'sigmoid', 'nanToNum', 'relu', 'sign', 'erfc')  # the sign of their zeros is left open


def special(name):
    import torch.nn.functional as F
    if name in ('gelu', 'silu'):
        return getattr(F, name)
    return None


def build():
    s = Section('elementwise', pointwise=True)
    for i, (name, (lo, hi)) in enumerate(SMOOTH.items()):
        path = f'tensor.{name}'
        s.call(path, R(i + 1, [2, 3], lo, hi), ref=special(name))
        s.call(path, R(i + 1, [5, 3], lo, hi, v=[['permute', [1, 0]]]), ref=special(name))
        values = [x for x in EXTREMES if isinstance(x, str) or abs(x) < 1e4] if name in ('sin', 'cos', 'tan') else [x for x in EXTREMES if x not in ('inf', 3e38)] if name == 'gelu' else EXTREMES
        s.call(path, T(values), ref=special(name), exact=True, bits=name not in UNSIGNED, grads=False, name=f'{path} of extremes')
    for name in ('exp', 'tanh', 'sqrt', 'log', 'sin', 'gelu'):
        s.call(f'tensor.{name}', R(7, [], 0.2, 0.9), ref=special(name), name=f'tensor.{name} of a scalar')
        s.call(f'tensor.{name}', R(7, [2, 0, 3]), ref=special(name), name=f'tensor.{name} of nothing')
        s.call(f'tensor.{name}', R(7, [67], 0.2, 0.9), ref=special(name), name=f'tensor.{name} of a prime size')
    for name in ROUNDING:
        values = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, -0.2, 0.2, '-0', 0, 'nan', 'inf', '-inf', 1e10, -1e10, 8388607.5, 4194303.5]
        s.call(f'tensor.{name}', T(values, g=False), exact=True, bits=name != 'frac', name=f'tensor.{name} of halves and extremes')
        s.call(f'tensor.{name}', R(3, [3, 5], -9, 9, g=False, v=[['permute', [1, 0]]]), exact=True)
    for name in ('neg', 'abs', 'sign', 'square'):
        s.call(f'tensor.{name}', R(3, [3, 4], -9, 9, d='int32'), exact=True)
    for name in ('floor', 'ceil', 'round', 'trunc'):
        s.call(f'tensor.{name}', R(3, [4], -9, 9, d='int32'), exact=True)
    # Kinks
    for name in ('relu', 'abs', 'sign', 'sqrt', 'neg', 'floor'):
        s.call(f'tensor.{name}', T([0, 1, -1, 4, '-0'] if name != 'sqrt' else [0, 1, 4, 9]), exact=True, second=False, name=f'tensor.{name} at its kink') if name != 'floor' else None
    # Two operands
    P = [([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1, 3], [4, 1]), ([], [3]), ([1], [5]), ([0, 3], [1, 3]), ([3, 1], [1, 7])]
    binary = {'add': (-3, 3), 'sub': (-3, 3), 'mul': (-3, 3), 'div': (0.5, 3), 'maximum': (-3, 3), 'minimum': (-3, 3), 'atan2': (-3, 3), 'pow': (0.3, 2.5)}
    for j, (name, (lo, hi)) in enumerate(binary.items()):
        for k, (a, b) in enumerate(P):
            s.call(f'tensor.{name}', R(10 * j + k, a, lo, hi), R(50 + 10 * j + k, b, lo, hi))
        s.call(f'tensor.{name}', R(j, [4, 3], lo, hi, v=[['permute', [1, 0]]]), R(j + 5, [3, 1], lo, hi, v=[['expand', [3, 4]]]))
        s.call(f'tensor.{name}', R(j, [5, 6], lo, hi, v=[['at', [1, 4], [0, None, 2]]]), R(j + 5, [3], lo, hi))
    for name in ('add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'atan2', 'fmod', 'remainder'):
        sp = ['nan', 1, 'nan', 'inf', '-inf', 'inf', 0, '-0', 0, '-0', 0, 0, 1, -1, 'inf', 1, 0, '-0', 3e38, -3e38, 1e-30, 5, -5]
        sq = [1, 'nan', 'nan', 'inf', '-inf', '-inf', '-0', 0, 0, '-0', 'inf', 'nan', 0, 0, 0, 'inf', 1, 1, 3e38, 3e38, 1e-30, 3, 3]
        s.call(f'tensor.{name}', T(sp), T(sq), exact=True, bits=name not in ('maximum', 'minimum', 'fmod', 'remainder', 'pow'), grads=False, name=f'tensor.{name} of special values')
    s.call('tensor.add', R(1, [2, 3]), R(2, [3]), {'alpha': 2.5})
    s.call('tensor.add', R(1, [2, 3]), 2, {'alpha': -3})
    s.call('tensor.sub', R(1, [2, 3]), R(2, [3]), {'alpha': 2})
    for name in ('add', 'sub', 'mul', 'div', 'pow'):
        s.call(f'tensor.{name}', R(1, [2, 3], 0.5, 2), 1.5)
        s.call(f'tensor.{name}', R(1, [2, 3], 0.5, 2), 2)
        s.call(f'tensor.{name}', 3, R(1, [2, 3], 0.5, 2), ref=lambda a, b, n=name: getattr(torch, n)(torch.tensor(a, dtype=b.dtype), b), forms=False)
        s.call(f'tensor.{name}', 0.5, R(1, [2, 3], 0.5, 2), ref=lambda a, b, n=name: getattr(torch, n)(torch.tensor(a, dtype=b.dtype), b), forms=False)
    for mode in (None, 'trunc', 'floor'):
        s.call('tensor.div', T([7, -7, 7, -7, 5.5, -0.3, 1e6]), T([2, 2, -2, -2, 0.5, 1, 7]), {'roundingMode': mode}, exact=True)
        s.call('tensor.div', T([7, -7, 7, -7, 0, 6], d='int32'), T([2, 2, -2, -2, 5, 3], d='int32'), {'roundingMode': mode}, exact=True)
        s.call('tensor.div', T([7, -7, 7, -7]), 2, {'roundingMode': mode}, exact=True)
    s.call('tensor.div', T([7, 250, 3], d='uint8'), T([2, 3, 7], d='uint8'), {'roundingMode': 'floor'}, exact=True)
    for name in ('fmod', 'remainder', 'floorDivide'):
        s.call(f'tensor.{name}', T([7, -7, 7, -7, 5.5, -0.3, 0.3]), T([3, 3, -3, -3, 2, 1, -1]), exact=True, grads=name != 'floorDivide')
        s.call(f'tensor.{name}', T([7, -7, 7, -7, 0], d='int32'), T([3, 3, -3, -3, 5], d='int32'), exact=True)
        s.call(f'tensor.{name}', T([7, -7, 6.5]), 3, exact=True, grads=name != 'floorDivide')
        s.call(f'tensor.{name}', T([7, -7, 6.5]), T([2.5], [1]), exact=True, grads=name != 'floorDivide')
    for e in (0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.7):
        s.call('tensor.pow', R(4, [2, 3], 0.4, 2), e)
    s.call('tensor.pow', T([-2, -1.5, 0, 3]), 3)
    s.call('tensor.pow', T([-2, -1.5, 3]), 2)
    s.call('tensor.pow', T([0, 0, 2]), 0, name='tensor.pow(x, 0) has gradient 0', second=False)
    s.call('tensor.pow', T([-2, -8, 0, 0]), T([3, 2, 0, 2], g=False), second=False)
    s.call('tensor.pow', T([-8, -1, 4]), 0.5, exact=True, grads=False)
    s.call('tensor.pow', T([2, -3, 0, 5], d='int32'), 3, exact=True)
    s.call('tensor.pow', T([2, -3, 1, 5], d='int32'), T([3, 2, 9, 0], d='int32'), exact=True)
    s.call('tensor.pow', 2, R(4, [2, 3], -2, 2), forms=False)
    s.call('tensor.maximum', T([1, 2, 3]), T([1, 5, 3]), exact=True, second=False, name='tensor.maximum shares the gradient among ties')
    s.call('tensor.minimum', T([1, 2, 3]), T([1, 5, 3]), exact=True, second=False, name='tensor.minimum shares the gradient among ties')
    s.call('tensor.maximum', T([1, 7, 3], d='int32'), T([4, 5, 3], d='int32'), exact=True)
    for opt in ({'min': -0.4}, {'max': 0.4}, {'min': -0.4, 'max': 0.3}, {'min': 0.5, 'max': -0.5}):
        s.call('tensor.clamp', R(5, [3, 4]), opt)
        s.call('tensor.clamp', T(['nan', 'inf', '-inf', 0]), opt, exact=True, grads=False)
    s.call('tensor.clamp', R(5, [3, 4]), {'min': R(6, [4], -0.8, 0, g=False), 'max': R(7, [3, 1], 0, 0.8, g=False)})
    s.call('tensor.clamp', T([-5, 3, 9], d='int32'), {'min': 0, 'max': 5}, exact=True)
    s.call('tensor.lerp', R(1, [2, 3]), R(2, [2, 3]), 0.3)
    s.call('tensor.lerp', R(1, [2, 3]), R(2, [3]), R(3, [2, 1], 0, 1))
    s.call('tensor.where', T([1, 0, 1, 0, 0, 1], [2, 3], d='bool'), R(1, [2, 3]), R(2, [3]), forms=False)
    s.call('tensor.where', T([1, 0, 1], d='bool'), R(1, [2, 1]), 0, forms=False)
    s.call('tensor.where', T([1, 0, 1], d='bool'), 1.5, R(1, [2, 3]), forms=False)
    s.call('tensor.where', T([1, 0], d='bool'), T([1, 2], d='int32'), T([0.5, 1.5]), exact=True, forms=False)
    s.call('tensor.where', T([1, 0], d='bool'), T([1, 1]), T(['nan', 'nan']), exact=True, forms=False, second=False, name='where keeps NaN of the other side out of the gradient')
    s.program('a.where(cond, b)', 'return a.where(c, b)', {'a': R(1, [2, 3]), 'b': R(2, [3]), 'c': T([1, 0, 1], d='bool')}, lambda a, b, c: torch.where(c, a, b))
    for opt in ({}, {'nan': 2}, {'nan': -1, 'posinf': 5}, {'nan': 0.5, 'posinf': 5, 'neginf': -6}):
        s.call('tensor.nanToNum', T(['nan', 'inf', '-inf', 1.5, -2]), opt, exact=True)
    s.call('tensor.addcmul', R(1, [2, 3]), R(2, [3]), R(3, [2, 1]))
    s.call('tensor.addcmul', R(1, [2, 3]), R(2, [3]), R(3, [2, 1]), {'value': -0.7})
    s.call('tensor.addcdiv', R(1, [2, 3]), R(2, [3]), R(3, [2, 1], 0.5, 2))
    s.call('tensor.addcdiv', R(1, [2, 3]), R(2, [3]), R(3, [2, 1], 0.5, 2), {'value': 2.5})
    # Tests and comparisons
    sp = T(['nan', 'inf', '-inf', 0, '-0', 1e38, -3], g=False)
    for name in ('isnan', 'isinf', 'isfinite', 'logicalNot', 'relu', 'sign'):
        s.call(f'tensor.{name}', sp, exact=True, name=f'tensor.{name} of specials')
    for name in ('isnan', 'isinf', 'isfinite', 'logicalNot'):
        s.call(f'tensor.{name}', T([1, 0, -3], d='int32'), exact=True)
    for name in ('eq', 'ne', 'lt', 'le', 'gt', 'ge'):
        s.call(f'tensor.{name}', T(['nan', 'inf', 0, 1, -2, 'nan'], g=False), T(['nan', 'inf', '-0', 2, -2, 1], g=False), exact=True)
        s.call(f'tensor.{name}', T([1, 2, 3, 4, 5, 6], [2, 3], g=False), T([2, 3], [2, 1], g=False), exact=True)
        s.call(f'tensor.{name}', T([1, 2, 3], d='int32'), 2, exact=True)
        s.call(f'tensor.{name}', T([1, 2, 3], d='int32'), 2.5, exact=True)
        s.call(f'tensor.{name}', T([1, 2, 3], d='int32'), T([1, 2.5, 2], g=False), exact=True)
        s.call(f'tensor.{name}', T([1, 0, 1], d='bool'), T([1, 1, 0], d='bool'), exact=True)
    for name in ('logicalAnd', 'logicalOr', 'logicalXor'):
        s.call(f'tensor.{name}', T([0, 1.5, 'nan', 0], g=False), T([1, 0, 1, 0], g=False), exact=True)
        s.call(f'tensor.{name}', T([0, 1, 5, 0], d='int32'), T([1, 0, 1, 0], d='bool'), exact=True)
    for name in ('bitwiseAnd', 'bitwiseOr', 'bitwiseXor'):
        s.call(f'tensor.{name}', T([12, -7, 2147483647, 255], d='int32'), T([10, 3, -1, 256], d='int32'), exact=True)
        s.call(f'tensor.{name}', T([12, 200], d='uint8'), T([10, 77], d='uint8'), exact=True)
        s.call(f'tensor.{name}', T([1, 0, 1], d='bool'), T([1, 1, 0], d='bool'), exact=True)
        s.call(f'tensor.{name}', T([12, 200], d='uint8'), T([-10, 77], d='int32'), exact=True)
        s.call(f'tensor.{name}', T([12, 200], d='int32'), 7, exact=True)
    for t in (T([0, 5, -9, 2147483647], d='int32'), T([0, 5, 255], d='uint8'), T([1, 0], d='bool')):
        s.call('tensor.bitwiseNot', t, exact=True)
    a, b = T([1, 1.00001, 2, 'nan', 'inf', 'inf', 0], g=False), T([1, 1, 2.1, 'nan', 'inf', '-inf', 1e-9], g=False)
    for opt in ({}, {'rtol': 0.1}, {'atol': 0.2, 'rtol': 0}, {'equalNan': True}):
        s.call('tensor.isclose', a, b, opt, exact=True)
        s.call('tensor.allclose', a, b, opt, exact=True)
    s.call('tensor.allclose', T([1, 2], g=False), T([1.000001, 2], g=False), exact=True)
    s.call('tensor.equal', T([1, 2], g=False), T([1, 2], g=False), exact=True)
    s.call('tensor.equal', T([1, 2], g=False), T([1, 3], g=False), exact=True)
    s.call('tensor.equal', T([1, 2], g=False), T([[1, 2]], g=False), exact=True)
    # int32 wraps, float64 on js
    for name in ('add', 'sub', 'mul'):
        s.call(f'tensor.{name}', T([2147483647, -2147483648, 65536, 123456789], d='int32'), T([1, -1, 65536, 987654321], d='int32'), exact=True, name=f'tensor.{name} of int32 wraps')
        s.call(f'tensor.{name}', T([200, 3, 16], d='uint8'), T([100, 5, 16], d='uint8'), exact=True, name=f'tensor.{name} of uint8 wraps')
    for name in ('exp', 'log', 'sin', 'tanh', 'erf', 'gelu'):
        s.call(f'tensor.{name}', T([0.123456789012, 1.5, 2.25], d='float64'), ref=special(name), devices=['js'])
    s.call('tensor.add', T([0.1, 1e300], d='float64'), T([0.2, 1], d='float64'), devices=['js'])
    promotion(s)
    in_place(s)
    errors(s)
    return s


def promotion(s):
    """Tables of result dtypes: name of operation, dtypes of the operands (tensor, 0-d tensor or number) and of the result."""
    types = ['bool', 'uint8', 'int32', 'float32']
    for operation in ('add', 'mul', 'sub', 'div', 'pow', 'maximum', 'eq', 'floorDivide', 'remainder', 'atan2', 'where'):
        for a in types:
            for b in types:
                for kind, shape in (('', [2]), (' 0-d', [])):
                    x, y = T([1, 1], d=a, g=False), T([1] * (2 if shape else 1), shape, d=b, g=False)
                    if operation == 'where':
                        s.call('tensor.where', T([1, 0], d='bool'), x, y, exact=True, forms=False, name=f'promotion: where({a}, {b}{kind})')
                        continue
                    try:
                        getattr(torch, {'floorDivide': 'floor_divide'}.get(operation, operation))(x.torch(False)[1], y.torch(False)[1])
                    except RuntimeError:
                        if operation == 'sub':
                            s.throws(f'promotion: sub({a}, {b}{kind}) is an error', 'return tensor.sub(a, b)', 'dtype', 'sub', {'a': x, 'b': y})
                        continue
                    s.call(f'tensor.{operation}', x, y, exact=True, name=f'promotion: {operation}({a}, {b}{kind})')
            for n in (2, 1.5):
                x = T([1, 1], d=a, g=False)
                if operation in ('maximum', 'atan2', 'where') or (operation, a) == ('sub', 'bool'):
                    continue
                try:
                    s.call(f'tensor.{operation}', x, n, exact=True, name=f'promotion: {operation}({a}, {n})')
                except RuntimeError:
                    pass
            if operation in ('add', 'mul', 'div'):
                s.call(f'tensor.{operation}', T([1, 1], d=a, g=False), True, exact=True, name=f'promotion: {operation}({a}, true)')
    for a in ('bool', 'uint8', 'int32'):
        for name in ('exp', 'sqrt', 'sin', 'log', 'sigmoid', 'tanh', 'reciprocal', 'rsqrt', 'erf', 'expm1'):
            s.call(f'tensor.{name}', T([1, 1], d=a), name=f'promotion: {name}({a})', exact=True)
        for name in ('sum', 'prod', 'amax', 'argmax', 'any', 'all', 'countNonzero'):
            if (name, a) == ('argmax', 'bool'):
                continue
            s.call(f'tensor.{name}', T([1, 1], d=a), name=f'promotion: {name}({a})', exact=True)
        s.throws(f'promotion: mean({a}) is an error', 'return tensor.mean(a)', 'dtype', 'mean', {'a': T([1, 1], d=a)})
        s.call('tensor.cumsum', T([1, 1], d=a), 0, name=f'promotion: cumsum({a})', exact=True)
    s.throws('neg(bool) is an error', 'return tensor.neg(a)', 'dtype', 'neg', {'a': T([1, 0], d='bool')})
    for d in ('float32', 'int32', 'uint8', 'bool'):
        for to in ('float32', 'int32', 'uint8', 'bool'):
            x = T([0, 1, 200, 3] if d in ('uint8', 'int32') else [0, 1, 2.7, 200.4] if d == 'float32' else [0, 1, 1, 0], d=d)
            s.program(f'to: {d} → {to}', f"return a.to('{to}').detach()", {'a': x}, lambda a, to=to, d=d: a.detach().to(TYPES[to]) if not (a.dtype == torch.float64) else a.detach().to(TYPES[to]) if to != 'float32' else a.detach())
    s.program('float() int() bool()', 'return [a.float(), a.int(), a.bool(), b.float()]', {'a': T([0, 1.7, -1.7, 'nan'][:3], g=False), 'b': T([1, 0], d='bool')},
              lambda a, b: [a, a.int(), a.bool(), b.float()])
    s.program('typeAs', 'return a.typeAs(b)', {'a': T([0, 1.7, -1.7], g=False), 'b': T([1], d='int32')}, lambda a, b: a.to(b.dtype))
    s.gives('int32 negatives to uint8 wrap', "return tensor(new Int32Array([-1, 256, 300])).to('uint8')", {'$t': [255, 0, 44], 's': [3], 'd': 'uint8'})
    s.gives('float64 with float32 gives float64', "return [tensor([1.5]).add(tensor([2], { dtype: 'float64' })), tensor([1], { dtype: 'float64' }).mul(tensor(2))]",
            [{'$t': [3.5], 's': [1], 'd': 'float64'}, {'$t': [2], 's': [1], 'd': 'float64'}], devices=['js'])


def in_place(s):
    x, y = R(1, [2, 3], 0.3, 2, g=False), R(2, [3], 0.3, 2, g=False)
    for name, js, ref in [
        ('add_', 'x.add_(y)', lambda x, y: x.add_(y)), ('add_ alpha', 'x.add_(y, { alpha: 0.5 })', lambda x, y: x.add_(y, alpha=0.5)),
        ('sub_', 'x.sub_(y)', lambda x, y: x.sub_(y)), ('mul_', 'x.mul_(2)', lambda x, y: x.mul_(2)), ('div_', 'x.div_(y)', lambda x, y: x.div_(y)),
        ('pow_', 'x.pow_(3)', lambda x, y: x.pow_(3)), ('neg_', 'x.neg_()', lambda x, y: x.neg_()), ('exp_', 'x.exp_()', lambda x, y: x.exp_()),
        ('sqrt_', 'x.sqrt_()', lambda x, y: x.sqrt_()), ('clamp_', 'x.clamp_({ min: 0.5, max: 1 })', lambda x, y: x.clamp_(0.5, 1)),
        ('zero_', 'x.zero_()', lambda x, y: x.zero_()), ('fill_', 'x.fill_(2.5)', lambda x, y: x.fill_(2.5)), ('copy_', 'x.copy_(y)', lambda x, y: x.copy_(y)),
        ('maskedFill_', 'x.maskedFill_(x.gt(1), -1)', lambda x, y: x.masked_fill_(x > 1, -1)), ('lerp_', 'x.lerp_(y, 0.25)', lambda x, y: x.lerp_(y, 0.25)),
    ]:
        s.program(f'in place: {name} returns and changes the tensor', f'const z = {js}; return [x, z, z.sharesStorage(x)]', {'x': x, 'y': y}, lambda x, y, ref=ref: (lambda z: [x, z, True])(ref(x, y)))
        s.program(f'in place: {name} through a view', f'const base = x; x = x.t(); y = tensor(0.7); {js}; return base', {'x': x, 'y': y},
                  lambda x, y, ref=ref: (ref(x.t(), torch.tensor(0.7, dtype=x.dtype)), x)[1])
    s.program('in place: select', 'x.at(1).zero_(); return x', {'x': x}, lambda x: (x[1].zero_(), x)[1])
    s.program('in place: strided slice', 'x.at(null, [0, null, 2]).add_(10); return x', {'x': x}, lambda x: (x[:, ::2].add_(10), x)[1])
    s.program('in place: copy_ from int32', 'x.copy_(y); return x', {'x': x, 'y': T([1, 2, 3], d='int32')}, lambda x, y: x.copy_(y))
    s.program('in place: copy_ from an overlapping transpose', 'x.copy_(x.t()); return x', {'x': R(3, [3, 3], g=False)}, lambda x: x.copy_(x.t().clone()))
    s.program('in place: differentiable on a non-leaf', 'const z = a.mul(2); z.add_(b); z.mul_(a); z.sum().backward(); return [z, a.grad, b.grad]', {'a': R(1, [2, 3]), 'b': R(2, [3])},
              lambda a, b: grads_of((lambda z: (z.add_(b), z.mul_(a))[1])(a * 2), a, b))
    s.program('in place: copy_ and maskedFill_ pass gradients', 'const z = a.mul(1); z.at(0).copy_(b); z.maskedFill_(m, 0); z.mul(z).sum().backward(); return [z, a.grad, b.grad]',
              {'a': R(1, [2, 3]), 'b': R(2, [3]), 'm': T([0, 0, 1], d='bool')}, lambda a, b, m: grads_in_place(a, b, m))


def grads_of(z, *leaves):
    return [z.detach(), *torch.autograd.grad(z.sum(), leaves)]


def grads_in_place(a, b, m):
    z = a * 1
    z[0].copy_(b)
    z.masked_fill_(m, 0)
    return [z.detach(), *torch.autograd.grad((z * z).sum(), (a, b))]


def errors(s):
    for op in ('add', 'sub', 'mul', 'div', 'pow', 'maximum', 'eq'):
        s.throws(f'{op} of shapes that do not broadcast', f'return tensor.{op}(tensor.zeros([2, 3]), tensor.zeros([4, 3]))', 'shape', f'{op}: shapes [2, 3] and [4, 3] do not broadcast')
    s.throws('the message of broadcasting names the dim', 'return tensor.add(tensor.zeros([2, 3]), tensor.zeros([4, 3]))', 'shape', 'dim 0 has 2 and 4')
    s.throws('add_ that would enlarge its tensor', 'return tensor.zeros([3]).add_(tensor.zeros([2, 3]))', 'shape', 'add_')
    s.throws('add_ on a leaf that requires gradients', 'return a.add_(1)', 'grad', 'in place', {'a': R(1, [2])})
    s.throws('mul_ on a leaf names itself', 'return a.mul_(1)', 'grad', 'mul_', {'a': R(1, [2])})
    s.throws('add_ of float into int32', 'return tensor(new Int32Array([1, 2])).add_(1.5)', 'dtype', 'add_')
    s.throws('an unknown option suggests a name', "return tensor.div(tensor([1]), 2, { roundingmode: 'floor' })", 'value', 'roundingMode')
    s.throws('a wrong roundingMode', "return tensor.div(tensor([1]), 2, { roundingMode: 'up' })", 'value', 'div')
    s.throws('a string for a tensor', "return tensor.add(tensor([1]), 'a')", 'value', 'add')
    s.throws('bitwiseAnd of floats', 'return tensor.bitwiseAnd(tensor([1]), tensor([2]))', 'dtype', 'bitwiseAnd')
    s.throws('clamp without bounds', 'return tensor([1]).clamp()', 'value', 'clamp')
    s.throws('where without a bool condition', 'return tensor.where(tensor([1.5]), tensor([1]), tensor([2]))', 'dtype', 'where')
    s.throws('a tensor that was disposed', 'const a = tensor([1, 2]); a.dispose(); return a.add(1)', 'disposed', 'argument 1 was disposed')
    s.throws('+ on a tensor', 'return tensor([1]) + 1', '', 'a.add(1)')
