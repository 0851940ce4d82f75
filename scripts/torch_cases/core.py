"""The small language of the cases, and how PyTorch computes what they expect.

A *call* names a function of our library and gives it arguments; the same call is made with torch (camelCase becomes
snake_case, a trailing dict becomes keywords), in float32 for shapes, dtypes and special values and in float64 for
numbers. A *program* is JavaScript text beside a Python closure that means the same. `run.ts` in test/torch reads both.

Tensors of the language: `{"$t": values, "s": shape, "d": dtype, "g": 1, "v": [[method, ...arguments]]}`, or, instead of
`$t`, `"$r": seed, "lo", "hi"`: numbers of `mulberry32(seed)` in [lo, hi). Without "d" they are float32. `v` are views
taken before use (so that an argument is not contiguous); gradients are those of the base, not of the view.
"""

import json
import math
import re

import torch
import torch.nn.functional as F

torch.set_num_threads(1)

NAMES = {torch.float32: 'float32', torch.float64: 'float64', torch.int32: 'int32', torch.int64: 'int32',
         torch.uint8: 'uint8', torch.bool: 'bool', torch.float16: 'float16'}
TYPES = {'float32': torch.float32, 'float64': torch.float64, 'int32': torch.int32, 'uint8': torch.uint8,
         'bool': torch.bool, 'index': torch.int64}
SPECIAL = {'nan': math.nan, 'inf': math.inf, '-inf': -math.inf, '-0': -0.0}


def mulberry32(seed, count):
    """`count` numbers in [0, 1) with 24 bits each: exact in float32, the same in JavaScript."""
    out, a = [], seed & 0xFFFFFFFF
    for _ in range(count):
        a = (a + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((a ^ (a >> 15)) * (a | 1)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        out.append((((t ^ (t >> 14)) & 0xFFFFFFFF) >> 8) / 16777216)
    return out


def size(shape):
    return math.prod(shape)


def cotangent(shape, dtype):
    """The gradient handed to backward: small multiples of 1/4, the same formula in run.ts."""
    return torch.tensor([((i * 7 + 3) % 11 - 5) / 4 for i in range(size(shape))], dtype=dtype).reshape(shape)


class T:
    """A tensor argument."""

    def __init__(self, values=None, shape=None, d='float32', g=None, r=None, lo=-1, hi=1, v=None):
        if values is not None and not isinstance(values, (list, tuple)):
            values, shape = [values], [] if shape is None else shape
        if values is not None and shape is None:
            shape = shape_of(values)
        self.values = None if values is None else flat(values)
        self.shape, self.d, self.r, self.lo, self.hi, self.v = list(shape), d, r, lo, hi, v or []
        self.g = (d in ('float32', 'float64')) if g is None else g

    def json(self):
        out = {'$t': self.values} if self.r is None else {'$r': self.r, 'lo': self.lo, 'hi': self.hi}
        out['s'] = self.shape
        if self.d != 'float32':
            out['d'] = 'int32' if self.d == 'index' else self.d
        if self.g:
            out['g'] = 1
        if self.v:
            out['v'] = self.v
        return encode(out)

    def numbers(self):
        if self.r is None:
            return [SPECIAL.get(x, x) if isinstance(x, str) else x for x in self.values]
        u = [self.lo + (self.hi - self.lo) * x for x in mulberry32(self.r, size(self.shape))]
        return [math.floor(x) for x in u] if self.d in ('int32', 'uint8', 'index', 'bool') else u

    def torch(self, wide):
        """→ [leaf, value]"""
        base = torch.tensor(self.numbers(), dtype=torch.float64).to(TYPES[self.d]).reshape(self.shape)
        if wide and self.d == 'float32':
            base = base.double()
        if self.g:
            base.requires_grad_(True)
        value = base
        for name, *args in self.v:
            value = index(value, args) if name == 'at' else getattr(value, snake(name))(*args)
        return base, value


def index(a, args):
    """Our `at`."""
    def one(x):
        if x is None:
            return slice(None)
        if isinstance(x, list):
            return slice(*x)
        return {'...': Ellipsis, 'new': None}[x] if isinstance(x, str) else x
    return a[tuple(one(x) for x in args)]


def R(seed, shape, lo=-1, hi=1, d='float32', g=None, v=None):
    return T(None, shape, d, g, seed, lo, hi, v)


def I(values, shape=None):
    """Indices: int32 with us, int64 with torch."""
    return T(values, shape, 'index', False)


def RI(seed, shape, hi, lo=0):
    return T(None, shape, 'index', False, seed, lo, hi)


def shape_of(values):
    return [len(values), *(shape_of(values[0]) if values and isinstance(values[0], (list, tuple)) else [])] if isinstance(values, (list, tuple)) else []


def flat(values):
    return [y for x in values for y in flat(x)] if isinstance(values, (list, tuple)) else [values]


def snake(name):
    return re.sub(r'([A-Z])', lambda m: '_' + m[1].lower(), name)


def number(x, digits=9):
    """A JSON value for a float: at most nine digits, special values as text."""
    if isinstance(x, str):
        return x
    if isinstance(x, bool) or isinstance(x, int):
        return x
    if math.isnan(x):
        return 'nan'
    if math.isinf(x):
        return 'inf' if x > 0 else '-inf'
    if x == 0:
        return '-0' if math.copysign(1, x) < 0 else 0
    y = float(f'%.{digits}g' % x)
    return int(y) if y.is_integer() and abs(y) < 1e15 else y


def encode(x):
    """Arguments as JSON: special numbers become `{"$n": "inf"}` (in tensors plain text)."""
    if isinstance(x, T):
        return x.json()
    if isinstance(x, dict):
        if '$t' in x or '$r' in x:
            return {k: [number(y, 17) for y in v] if k == '$t' else encode(v) for k, v in x.items()}
        return {k: encode(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [encode(y) for y in x]
    if isinstance(x, float):
        y = number(x, 17)
        return {'$n': y} if isinstance(y, str) else y
    return x


def whole(x):
    """JavaScript cannot tell 2.0 from 2: an integral number is an integer for torch too."""
    return int(x) if isinstance(x, float) and x.is_integer() else x


class Failed(Exception):
    pass


def evaluate(args, call, wide):
    """→ (leaves, result of `call` on the torch arguments)"""
    leaves = []

    def make(x):
        if isinstance(x, T):
            leaf, value = x.torch(wide)
            if x.g:
                leaves.append(leaf)
            return value
        if isinstance(x, dict):
            return {k: make(v) for k, v in x.items()}
        if isinstance(x, (list, tuple)):
            return [make(y) for y in x]
        return whole(x)

    return leaves, call(*[make(x) for x in args])


def default_call(path):
    name = path.split('.')
    target = torch if name[0] == 'tensor' else F
    if name[:2] == ['nn', 'functional']:
        name = name[1:]
    for part in name[1:-1]:
        target = getattr(target, part)
    fn = getattr(target, snake(name[-1]), None) or getattr(torch.Tensor, snake(name[-1]))

    def call(*args):
        if args and isinstance(args[-1], dict):
            return fn(*args[:-1], **{snake(k): v for k, v in args[-1].items()})
        return fn(*args)
    return call


def tree(x):
    """torch's result in our form: named tuples become dicts, other tuples lists."""
    if isinstance(x, torch.Tensor):
        return x
    if isinstance(x, tuple) and hasattr(x, '_fields'):
        return {k: tree(getattr(x, k)) for k in x._fields}
    if isinstance(x, tuple) and hasattr(type(x), 'n_fields'):
        fields = [k for k in dir(x) if not k.startswith('_') and k not in ('count', 'index', 'n_fields', 'n_sequence_fields', 'n_unnamed_fields')]
        return {k: tree(getattr(x, k)) for k in fields}
    if isinstance(x, (list, tuple)):
        return [tree(y) for y in x]
    if isinstance(x, dict):
        return {k: tree(v) for k, v in x.items()}
    return x


def tensors(x):
    if isinstance(x, torch.Tensor):
        return [x]
    if isinstance(x, (list, tuple)):
        return [z for y in x for z in tensors(y)]
    if isinstance(x, dict):
        return [z for y in x.values() for z in tensors(y)]
    return []


def differentiate(leaves, result, second):
    outs = [t for t in tensors(result) if t.requires_grad]
    if not outs or not leaves:
        return None, None
    cots = [cotangent(t.shape, t.dtype) for t in outs]
    first = torch.autograd.grad(outs, leaves, cots, allow_unused=True, create_graph=second)
    if not second:
        return first, None
    again = [t for t in first if t is not None and t.requires_grad]
    if not again:
        return first, [torch.zeros_like(t) for t in leaves]
    # Another formula than the first cotangent, so that symmetric mistakes show.
    cots = [(cotangent(t.shape, t.dtype) + 0.5) for t in again]
    try:
        return first, torch.autograd.grad(again, leaves, cots, allow_unused=True)
    except RuntimeError as error:
        if 'not implemented' in str(error) or 'does not require grad' in str(error):
            return first, None
        raise


def merge(wide, narrow):
    """The float64 value, or what float32 must give: its infinities and NaN, the signs of zeros both agree upon."""
    w, n = wide.detach().flatten().tolist(), narrow.detach().flatten().tolist()
    if not wide.dtype.is_floating_point:
        return n
    out = []
    for a, b in zip(w, n):
        if isinstance(a, complex):
            raise Failed('complex')
        big = abs(a) > 3.4028235677973366e38 if not math.isnan(a) else False
        out.append(b if not math.isfinite(b) or big or (b == 0 and a == 0) else a)
    return [number(x) for x in out]


class Worst:
    """How far torch's own float32 is from float64, in units of the tolerance: cases in which it fails get more room."""

    def __init__(self, pointwise):
        self.pointwise, self.value = pointwise, 0.0

    def add(self, wide, narrow):
        if not wide.dtype.is_floating_point or wide.numel() == 0:
            return
        w, n = wide.detach().double(), narrow.detach().double()
        ok = torch.isfinite(w) & torch.isfinite(n)
        if not ok.any():
            return
        w, n = w[ok], n[ok]
        absolute = 5e-6 if self.pointwise else 2e-6 * max(1.0, w.abs().max().item())
        self.value = max(self.value, ((w - n).abs() / (2e-5 * w.abs() + absolute)).max().item())


def expectation(wide, narrow, worst):
    if isinstance(narrow, torch.Tensor):
        worst.add(wide, narrow)
        out = {'$t': merge(wide, narrow), 's': list(narrow.shape)}
        if narrow.dtype != torch.float32:
            out['d'] = NAMES[narrow.dtype]
        return out
    if isinstance(narrow, list):
        return [expectation(a, b, worst) for a, b in zip(wide, narrow)]
    if isinstance(narrow, dict):
        return {k: expectation(wide[k], narrow[k], worst) for k in narrow}
    if isinstance(narrow, float):
        y = number(narrow if not math.isfinite(narrow) else wide)
        return {'$n': y} if isinstance(y, str) else y
    return narrow


class Section:
    """Collects the cases of one file."""

    def __init__(self, name, pointwise=False):
        self.name, self.cases, self.pointwise, self.seen, self.problems = name, [], pointwise, {}, []

    def add(self, case):
        n = self.seen[case['name']] = self.seen.get(case['name'], 0) + 1
        if n > 1:
            case['name'] += f' #{n}'
        self.cases.append(case)

    def call(self, path, *args, ref=None, name=None, second=True, exact=False, bits=False, pointwise=None, forms=True, tol=None, grads=True, devices=None, post=None):
        """One call. `exact`: float32 alone, also for values. `bits`: signs of zeros count. `forms`: as a method too."""
        pointwise = self.pointwise if pointwise is None else pointwise
        fn = ref or default_call(path)
        label = name or f'{path}({", ".join(describe(a) for a in args)})'
        try:
            ln, narrow = evaluate(args, fn, False)
            narrow = tree(post(narrow) if post else narrow)
            lw, wide = (ln, narrow) if exact else evaluate(args, fn, True)
            wide = narrow if exact else tree(post(wide) if post else wide)
            worst = Worst(pointwise)
            case = {'name': label, 'call': path, 'args': encode(list(args)), 'expect': expectation(wide, narrow, worst)}
            fn_, gn = differentiate(ln, narrow, second) if grads else (None, None)
            fw, gw = (fn_, gn) if exact or not grads else differentiate(lw, wide, second)
            if fw is not None:
                case['grads'] = gradients(fw, fn_, worst)
            if gw is not None and gn is not None and any(g is not None and g.abs().sum() != 0 for g in gw):
                more = Worst(pointwise)
                second_ = gradients(gw, gn, more)
                case['second'] = second_
                if more.value > 0.5:
                    case['scale2'] = math.ceil(more.value * 3)
        except Exception as error:  # noqa: BLE001
            self.problems.append(f'{self.name}: {label}: {type(error).__name__}: {str(error)[:200]}')
            return
        if pointwise:
            case['pointwise'] = 1
        if worst.value > 0.5:
            case['scale'] = math.ceil(worst.value * 3)
        if tol:
            case['scale'] = tol
        if bits:
            case['bits'] = 1
        if devices:
            case['devices'] = devices
        if forms and path.startswith('tensor.') and path.count('.') == 1 and args and isinstance(args[0], T):
            case['method'] = 1
        self.add(case)

    def program(self, name, js, inputs, ref, pointwise=None, devices=None, tol=None, second=None):
        """JavaScript text (the body of an async function of tensor, nn, optim, random, F and the inputs) beside a closure."""
        pointwise = self.pointwise if pointwise is None else pointwise
        try:
            keys = list(inputs)
            results = []
            for wide in (False, True):
                made = {k: make_input(inputs[k], wide) for k in keys}
                results.append(tree(ref(*[made[k] for k in keys])))
            worst = Worst(pointwise)
            case = {'name': name, 'js': js.strip(), 'in': {k: encode(v) for k, v in inputs.items()}, 'expect': expectation(results[1], results[0], worst)}
        except Exception as error:  # noqa: BLE001
            self.problems.append(f'{self.name}: {name}: {type(error).__name__}: {str(error)[:300]}')
            return
        if pointwise:
            case['pointwise'] = 1
        if worst.value > 0.5:
            case['scale'] = math.ceil(worst.value * 3)
        if tol:
            case['scale'] = tol
        if devices:
            case['devices'] = devices
        self.add(case)

    def gives(self, name, js, expect, inputs=None, devices=None):
        """A program whose result is written here."""
        case = {'name': name, 'js': js.strip(), 'in': {k: encode(v) for k, v in (inputs or {}).items()}, 'expect': expect}
        if devices:
            case['devices'] = devices
        self.add(case)

    def throws(self, name, js, code, message='', inputs=None, devices=None):
        case = {'name': name, 'js': js.strip(), 'in': {k: encode(v) for k, v in (inputs or {}).items()}, 'throws': code, 'message': message}
        if devices:
            case['devices'] = devices
        self.add(case)

    def write(self, folder):
        path = folder / f'{self.name}.json'
        lines = ',\n'.join(json.dumps(c, separators=(',', ':'), allow_nan=False) for c in self.cases)
        path.write_text(f'[\n{lines}\n]\n')
        return len(self.cases), path.stat().st_size


def make_input(x, wide):
    if isinstance(x, T):
        return x.torch(wide)[1]
    if isinstance(x, list):
        return [make_input(y, wide) for y in x]
    if isinstance(x, dict):
        return {k: make_input(v, wide) for k, v in x.items()}
    return x


def gradients(wide, narrow, worst):
    out = []
    for w, n in zip(wide, narrow):
        if w is None or n is None:
            out.append(None)
            continue
        worst.add(w, n)
        values = merge(w, n)
        if values and all(v == 0 or v == '-0' for v in values):
            out.append(0)
        else:
            out.append(values)
    return out


def describe(x):
    if isinstance(x, T):
        kind = '' if x.d == 'float32' else {'index': 'i32'}.get(x.d, x.d)
        views = ''.join('.' + v[0] for v in x.v)
        return f'{kind}{x.shape}{views}'.replace(' ', '')
    if isinstance(x, dict):
        return '{' + ', '.join(f'{k}: {describe(v)}' for k, v in x.items()) + '}'
    if isinstance(x, (list, tuple)):
        return '[' + ', '.join(describe(y) for y in x) + ']'
    return {None: 'null', True: 'true', False: 'false'}.get(x, str(x)) if not isinstance(x, (int, float)) or isinstance(x, bool) else str(whole(x))
