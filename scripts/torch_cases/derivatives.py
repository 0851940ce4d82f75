"""Section 3: backward, grad, vjp, jvp, jacobian, hessian, kinks, checkpoint, own operations; section 2: the printed text."""

import math

import torch
import torch.nn.functional as F
from torch.func import functional_call, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp

from .core import I, R, Section, T


def autograd():
    s = Section('autograd')
    p, g = s.program, s.gives
    X, Y, W = R(1, [2, 3]), R(2, [3]), R(3, [3, 2])
    ag = torch.autograd.grad
    p('backward accumulates into leaves', 'x.mul(y).sum().backward(); x.mul(2).sum().backward(); return [x.grad, y.grad]', {'x': X, 'y': Y}, lambda x, y: [a + (2 if a.shape == x.shape else 0) for a in ag((x * y).sum(), (x, y))])
    p('backward with a gradient', 'const z = x.mul(y); z.backward(c); return [x.grad, y.grad]', {'x': X, 'y': Y, 'c': R(5, [2, 3], g=False)}, lambda x, y, c: list(ag(x * y, (x, y), c)))
    p('a diamond', 'const a = x.exp(), b = a.mul(x).add(a.sin()); b.mul(a).sum().backward(); return x.grad', {'x': X}, lambda x: ag(((x.exp() * x + x.exp().sin()) * x.exp()).sum(), x)[0])
    p('retainGrad of a middle tensor', 'const a = x.mul(3); a.retainGrad(); a.mul(a).sum().backward(); return [a.grad, x.grad]', {'x': X}, lambda x: [x.detach() * 6, x.detach() * 18])
    p('retainGraph: twice through one graph', 'const l = x.mul(x).sum(); l.backward(undefined, { retainGraph: true }); l.backward(); return x.grad', {'x': X}, lambda x: 4 * x.detach())
    p('autograd.grad leaves .grad alone', 'const [a, b] = tensor.autograd.grad(x.matmul(w).tanh().sum(), [x, w]); return [a, b, x.grad]', {'x': X, 'w': W}, lambda x, w: [*ag((x @ w).tanh().sum(), (x, w)), None])
    p('autograd.grad of several outputs with gradOutputs', 'return tensor.autograd.grad([x.mul(2), x.exp()], [x], { gradOutputs: [c, c.mul(c)] })', {'x': X, 'c': R(5, [2, 3], g=False)}, lambda x, c: list(ag([x * 2, x.exp()], [x], [c, c * c])))
    p('autograd.grad, allowUnused', 'return tensor.autograd.grad(x.sum(), [x, y], { allowUnused: true })', {'x': X, 'y': Y}, lambda x, y: [torch.ones_like(x), None])
    p('createGraph: third derivative', 'let f = x.pow(4).sum(); const out = []; for (let i = 0; i < 3; i++) { const [d] = tensor.autograd.grad(f, [x], { createGraph: true }); out.push(d.detach()); f = d.sum() } return out', {'x': X}, lambda x: [4 * x.detach() ** 3, 12 * x.detach() ** 2, 24 * x.detach()])
    p('a gradient penalty', 'const z = x.matmul(w).tanh().sum(); const [d] = tensor.autograd.grad(z, [x], { createGraph: true }); const l = z.add(d.norm({ dim: 1 }).sub(1).pow(2).mean()); l.backward(); return [l, x.grad, w.grad]', {'x': X, 'w': W}, penalty)
    p('backward with createGraph', 'const l = x.pow(3).sum(); l.backward(undefined, { createGraph: true }); const d = x.grad; const e = tensor.autograd.grad(d.sum(), [x]); return [d.detach(), e[0]]', {'x': X}, lambda x: [3 * x.detach() ** 2, 6 * x.detach()])
    p('detach cuts', 'x.mul(x.detach()).sum().backward(); return x.grad', {'x': X}, lambda x: x.detach())
    p('views pass gradients', 'x.t().at([0, 2]).at(null, 1).mul(5).sum().backward(); return x.grad', {'x': X}, lambda x: ag((x.t()[0:2][:, 1] * 5).sum(), x)[0])
    p('one tensor used many times', 'let a = x; for (let i = 0; i < 20; i++) a = a.mul(x).add(x); a.sum().backward(); return x.grad', {'x': R(1, [4], -0.9, 0.9)}, many)
    g('noGrad and enableGrad', '''const x = tensor([1, 2], { requiresGrad: true }); const a = tensor.noGrad(() => [x.mul(2).requiresGrad, tensor.isGradEnabled(), tensor.enableGrad(() => x.mul(2).requiresGrad)]); const b = await tensor.noGrad(async () => { await null; return x.mul(2).requiresGrad })
return [a, b, tensor.isGradEnabled(), x.mul(2).requiresGrad]''', [[False, False, True], False, True, True])
    g('leaves, gradFn, requiresGrad', 'const x = tensor([1], { requiresGrad: true }), y = x.mul(2), z = tensor([1]); return [x.isLeaf, y.isLeaf, z.isLeaf, x.gradFn, y.gradFn !== null, typeof y.gradFn.name, y.requiresGrad, z.requiresGrad, z.requiresGrad_().requiresGrad, y.detach().requiresGrad, x.gt(0).requiresGrad]', [True, False, True, None, True, 'string', True, False, True, False, False])
    g('a deep graph does not overflow the stack', 'const x = tensor([1], { requiresGrad: true }); let a = x; for (let i = 0; i < 20000; i++) a = a.add(1); a.sum().backward(); return x.grad', {'$t': [1], 's': [1]}, devices=['js', 'wasm'])
    g('in-place changes of what is not needed are fine', 'const x = tensor([1, 2], { requiresGrad: true }); const y = x.add(1); y.mul_(3); y.sum().backward(); return x.grad', {'$t': [3, 3], 's': [2]})
    inputs = {'x': X, 'y': Y, 'w': W}
    nog = {'x': R(1, [2, 3], g=False), 'y': R(2, [3], g=False), 'w': R(3, [3, 2], g=False)}
    f1 = lambda x, w: (x @ w).tanh().sum()  # noqa: E731
    p('grad', 'return tensor.grad((x, w) => x.matmul(w).tanh().sum())(x, w)', nog, lambda x, y, w: grad(f1)(x, w))
    p('grad with argnums as a list', 'return tensor.grad((x, w) => x.matmul(w).tanh().sum(), { argnums: [0, 1] })(x, w)', nog, lambda x, y, w: list(grad(f1, argnums=(0, 1))(x, w)))
    p('grad with argnums 1', 'return tensor.grad((x, w) => x.matmul(w).tanh().sum(), { argnums: 1 })(x, w)', nog, lambda x, y, w: grad(f1, argnums=1)(x, w))
    p('grad over a tree', 'return tensor.grad((q) => q.a.mul(q.list[0]).sum())({ a: x, list: [y] })', nog, lambda x, y, w: {'a': y.expand(2, 3), 'list': [x.sum(0)]})
    p('grad with hasAux', 'return tensor.grad((x) => [x.pow(3).sum(), x.mul(2)], { hasAux: true })(x)', nog, lambda x, y, w: [3 * x ** 2, 2 * x])
    p('valueAndGrad', 'return tensor.valueAndGrad((x, w) => x.matmul(w).tanh().sum())(x, w)', nog, lambda x, y, w: list(reversed(grad_and_value(f1)(x, w))))
    p('valueAndGrad with hasAux', 'return tensor.valueAndGrad((x) => [x.pow(3).sum(), x.mul(2)], { hasAux: true })(x)', nog, lambda x, y, w: [[(x ** 3).sum(), 2 * x], 3 * x ** 2])
    p('grad of grad', 'return tensor.grad((z) => tensor.grad((x) => x.pow(4).sum())(z).sum())(x)', nog, lambda x, y, w: 12 * x ** 2)
    p('grad leaves nothing in .grad', 'tensor.grad((a) => a.mul(x).sum())(y); return [x.grad, y.grad]', inputs, lambda x, y, w: [None, None])
    p('vjp', 'const [out, pull] = tensor.vjp((x, w) => x.matmul(w).sin(), x, w); return [out, pull(tensor.ones([2, 2])), pull(out.detach())]', nog, vjp_ref)
    for name, js, f in [('matmul and sin', '(x, w) => x.matmul(w).sin()', lambda x, w: (x @ w).sin()), ('softmax', '(x, w) => x.matmul(w).softmax(1)', lambda x, w: (x @ w).softmax(1)), ('logsumexp', '(x, w) => x.matmul(w).logsumexp(0)', lambda x, w: (x @ w).logsumexp(0)),
                        ('division and sqrt', '(x, w) => x.square().add(1).sqrt().div(w.t().exp())', lambda x, w: (x * x + 1).sqrt() / w.t().exp()), ('reductions', '(x, w) => x.mean(0).mul(x.var(0)).add(w.prod(1))', lambda x, w: x.mean(0) * x.var(0) + w.prod(1)),
                        ('cat and indexing', '(x, w) => tensor.cat([x, w.t()]).at([1, 3]).cumsum(1)', lambda x, w: torch.cat([x, w.t()])[1:3].cumsum(1)), ('layerNorm and gelu', '(x, w) => nn.functional.gelu(nn.functional.layerNorm(x, [3])).matmul(w)', lambda x, w: F.gelu(F.layer_norm(x, [3])) @ w)]:
        p(f'jvp of {name}', f'return tensor.jvp({js}, [x, w], [x.mul(0.5), w.cos()])', nog, lambda x, y, w, f=f: list(jvp(f, (x, w), (x * 0.5, w.cos()))))
        p(f'jacobian of {name}', f"const f = {js}; return [tensor.jacobian(f, {{ argnums: [0, 1] }})(x, w), tensor.jacobian(f, {{ mode: 'forward' }})(x, w)]" if False else f'const f = {js}; return [tensor.jacobian(f, {{ argnums: [0, 1] }})(x, w), tensor.jacfwd(f)(x, w), tensor.jacrev(f)(x, w)]', nog, lambda x, y, w, f=f: [list(jacrev(f, argnums=(0, 1))(x, w)), jacfwd(f)(x, w), jacrev(f)(x, w)])
        p(f'hessian of {name}', f'const f = {js}; return tensor.hessian((x) => f(x, w).pow(2).sum())(x)', nog, lambda x, y, w, f=f: hessian(lambda x: (f(x, w) ** 2).sum())(x))
    p('jacobian of a vector function', 'return tensor.jacobian((y) => y.mul(y).cumsum(0))(y)', nog, lambda x, y, w: jacrev(lambda y: (y * y).cumsum(0))(y))
    p('jacobian of a scalar function', 'return tensor.jacobian((y) => y.exp().sum())(y)', nog, lambda x, y, w: y.exp())
    p('hessian of a quadratic', 'return tensor.hessian((y) => y.matmul(a).dot(y))(y)', {'y': R(2, [3], g=False), 'a': R(4, [3, 3], g=False)}, lambda y, a: a + a.T)
    p('hessian with argnums 1', 'return tensor.hessian((x, y) => x.mul(y.pow(3)).sum(), { argnums: 1 })(x, y)', nog, lambda x, y, w: hessian(lambda x, y: (x * y ** 3).sum(), argnums=1)(x, y))
    p('hessian of the Rosenbrock function', 'return tensor.hessian((v) => tensor.sub(1, v.at(0)).pow(2).add(v.at(1).sub(v.at(0).pow(2)).pow(2).mul(100)))(v)', {'v': T([0.7, 1.3], g=False)}, lambda v: hessian(lambda v: (1 - v[0]) ** 2 + 100 * (v[1] - v[0] ** 2) ** 2)(v))
    p('checkpoint gives the same gradients', 'const f = (a, b) => a.matmul(b).tanh().exp(); const z = tensor.checkpoint(f, x, w); z.sum().backward(); return [z, x.grad, w.grad]', {'x': X, 'w': W}, lambda x, w: (lambda z: [z.detach(), *ag(z.sum(), (x, w))])((x @ w).tanh().exp()))
    g('checkpoint recomputes with the same random numbers', 'tensor.manualSeed(3); const x = tensor.ones([200], { requiresGrad: true }); const z = tensor.checkpoint((a) => F.dropout(a, { p: 0.5 }), x); z.sum().backward(); return await z.detach().equal(x.grad)', True)
    p('defineOp', '''const cube = tensor.defineOp ? tensor.defineOp({ name: 'cube', forward(ctx, a) { ctx.save(a); return a.mul(a).mul(a) }, vjp(ctx, c) { const [a] = ctx.saved; return c.mul(a.mul(a).mul(3)) } }) : null
const z = cube(x); z.mul(2).sum().backward(); return [z, x.grad]''', {'x': X}, lambda x: [x.detach() ** 3, 6 * x.detach() ** 2])
    p('defineOp with two inputs and ctx.needs', '''const f = tensor.defineOp({ name: 'f', forward(ctx, a, b) { ctx.save(a, b); return a.mul(b) }, vjp(ctx, c) { const [a, b] = ctx.saved; return [ctx.needs[0] ? c.mul(b) : null, ctx.needs[1] ? c.mul(a) : null] } })
f(x, y.detach().expand([2, 3])).sum().backward(); return x.grad''', {'x': X, 'y': Y}, lambda x, y: y.detach().expand(2, 3).clone())
    kinks(s)
    g('gradcheck passes and fails', "const x = tensor([0.3, -0.7], { dtype: 'float64', requiresGrad: true }); const bad = tensor.defineOp({ name: 'bad', forward: (ctx, a) => a.mul(2), vjp: (ctx, c) => c.mul(3) }); let caught = false; try { caught = !(await tensor.autograd.gradcheck(bad, [x])) } catch { caught = true } return [await tensor.autograd.gradcheck((a) => a.sin().mul(a), [x]), caught]", [True, True], devices=['js'])
    for name, code, err, part in [
        ('backward of many elements without a gradient', 'tensor([1, 2], { requiresGrad: true }).mul(2).backward()', 'grad', 'backward'), ('backward of what requires no gradients', 'tensor([1]).backward()', 'grad', 'backward'),
        ('backward twice names retainGraph', '(() => { const x = tensor([2], { requiresGrad: true }); const l = x.mul(x).sum(); l.backward(); l.backward() })()', 'grad', 'retainGraph'), ('a gradient of a wrong shape', 'tensor([1, 2], { requiresGrad: true }).mul(2).backward(tensor([1]))', 'shape', 'backward'),
        ('a saved tensor changed in place: the operation that saved', '(() => { const x = tensor([2], { requiresGrad: true }); const a = x.mul(1), l = a.exp(); l.mul_(2); l.sum().backward() })()', 'grad', 'exp'), ('a saved tensor changed in place: the change', '(() => { const x = tensor([2], { requiresGrad: true }); const a = x.mul(1), l = a.exp(); l.mul_(2); l.sum().backward() })()', 'grad', 'mul_'),
        ('autograd.grad of an unused input', '(() => { const x = tensor([1], { requiresGrad: true }), y = tensor([1], { requiresGrad: true }); return tensor.autograd.grad(x.sum(), [y]) })()', 'grad', 'allowUnused'), ('requiresGrad_ of int32', 'tensor(new Int32Array([1])).requiresGrad_()', '', 'requiresGrad_'),
        ('detectAnomaly names the operation', 'tensor.autograd.detectAnomaly(() => tensor([-1]).log())', '', 'log'), ('grad of a function that is not scalar', 'tensor.grad((x) => x.mul(2))(tensor([1, 2]))', '', 'grad'), ('second derivative of a fused attention', '(() => { const q = tensor.ones([1, 2, 2], { requiresGrad: true }); const z = nn.functional.scaledDotProductAttention(q, q, q).sum(); const [d] = tensor.autograd.grad(z, [q], { createGraph: true }); return tensor.autograd.grad(d.sum(), [q]) })()', '', ''),
    ]:
        s.throws(name, f'return {code}', err, part)
    return s


def penalty(x, w):
    z = (x @ w).tanh().sum()
    d = torch.autograd.grad(z, x, create_graph=True)[0]
    l = z + (d.norm(dim=1) - 1).pow(2).mean()
    return [l.detach(), *torch.autograd.grad(l, (x, w))]


def many(x):
    a = x
    for _ in range(20):
        a = a * x + x
    return torch.autograd.grad(a.sum(), x)[0]


def vjp_ref(x, y, w):
    out, pull = vjp(lambda x, w: (x @ w).sin(), x, w)
    return [out, list(pull(torch.ones_like(out))), list(pull(out))]


def kinks(s):
    Z = T([0, 0, 1])
    for name, js, f in [('relu', 'x.relu()', lambda x: x.relu()), ('abs', 'x.abs()', lambda x: x.abs()), ('sign', 'x.sign()', lambda x: x.sign()), ('norm', 'x.mul(0).norm()', lambda x: (x * 0).norm()), ('max()', 'x.max()', lambda x: x.max()), ('min()', 'x.min()', lambda x: x.min()), ('amin', 'x.amin(0)', lambda x: x.amin(0)),
                        ('maximum', 'tensor.maximum(x, x.detach())', lambda x: torch.maximum(x, x.detach())), ('min(dim)', 'x.min(0).values', lambda x: x.min(0).values), ('pow 0', 'x.pow(0)', lambda x: x.pow(0)), ('sqrt', 'x.sqrt()', lambda x: x.sqrt()), ('leakyRelu', 'F.leakyRelu(x)', lambda x: F.leaky_relu(x)), ('hardtanh', 'F.hardtanh(x)', lambda x: F.hardtanh(x)), ('relu6', 'F.relu6(x)', lambda x: F.relu6(x)),
                        ('std of equal values', 'x.mul(0).std()', lambda x: (x * 0).std()), ('atan2(0, 0)', 'x.atan2(x.detach())', lambda x: torch.atan2(x, x.detach())), ('prod', 'x.prod()', lambda x: x.prod()), ('xlogy by where', 'tensor.where(x.gt(0), x.log(), 0)', lambda x: torch.where(x > 0, x.log(), torch.zeros((), dtype=x.dtype)))]:
        s.program(f'kink: {name}', f'{js}.sum().backward(); return x.grad', {'x': Z}, lambda x, f=f: torch.autograd.grad(f(x).sum(), x, allow_unused=True)[0])


PRINTED = [
    ('tensor(3.5)', lambda t: t(3.5)), ('tensor([1, 2, 3])', lambda t: t([1., 2, 3])), ('tensor([1.5, -2.25, 3])', lambda t: t([1.5, -2.25, 3])), ('tensor([[1, 2], [3, 4.125]])', lambda t: t([[1, 2], [3, 4.125]])), ('tensor(new Int32Array([1, -20, 300]))', lambda t: t([1, -20, 300], dtype=torch.int32)),
    ('tensor([true, false])', lambda t: t([True, False])), ('tensor([NaN, Infinity, -Infinity, 1])', lambda t: t([math.nan, math.inf, -math.inf, 1])), ('tensor([1e-5, 1, 1e5])', lambda t: t([1e-5, 1, 1e5])), ('tensor([1e9, 2e9])', lambda t: t([1e9, 2e9])), ('tensor([0.00001, 0.00002])', lambda t: t([0.00001, 0.00002])), ('tensor([1e-8])', lambda t: t([1e-8])),
    ('tensor([123456.789])', lambda t: t([123456.789])), ('tensor([])', lambda t: t([])), ('tensor.zeros([0, 3])', lambda t: torch.zeros(0, 3)), ('tensor.arange(2000, { dtype: "float32" })', lambda t: torch.arange(2000.)), ('tensor.zeros([2, 3, 4])', lambda t: torch.zeros(2, 3, 4)), ('tensor.arange(1200).reshape(30, 40)', lambda t: torch.arange(1200, dtype=torch.int32).reshape(30, 40)),
    ('tensor.ones([2, 2], { requiresGrad: true })', lambda t: torch.ones(2, 2, requires_grad=True)), ('tensor([1, NaN])', lambda t: t([1, math.nan])), ('tensor([NaN])', lambda t: t([math.nan])), ('tensor(new Uint8Array([1, 200]))', lambda t: t([1, 200], dtype=torch.uint8)), ('tensor([100, 0.01])', lambda t: t([100, 0.01])), ('tensor([1000.5, 0.25])', lambda t: t([1000.5, 0.25])),
    ('tensor([1, 2, 3]).mul(2).t()', lambda t: t([2., 4, 6])), ('tensor.arange(30, { dtype: "float32" }).div(7)', lambda t: torch.arange(30.) / 7), ('tensor.arange(3000, { dtype: "float32" }).reshape(3, 1000).div(8)', lambda t: torch.arange(3000.).reshape(3, 1000) / 8), ('tensor([-0, 0])', lambda t: t([-0.0, 0.0])), ('tensor(true)', lambda t: t(True)), ('tensor(new Int32Array([7])).at(0)', lambda t: t(7, dtype=torch.int32)),
]


def printing():
    s = Section('printing')
    for js, make in PRINTED:
        value = make(torch.tensor)
        text = repr(value)
        s.gives(f'toText: {js}', f'return await {js}.toText()', text)
    for precision in (2, 8):
        torch.set_printoptions(precision=precision)
        s.gives(f'toText with precision {precision}', f'return await tensor([1.23456789, 2]).toText({{ precision: {precision} }})', repr(torch.tensor([1.23456789, 2])))
    torch.set_printoptions(profile='default')
    torch.set_printoptions(threshold=5)
    s.gives('toText with threshold 5', 'return await tensor.arange(10, { dtype: "float32" }).toText({ threshold: 5 })', repr(torch.arange(10.)))
    s.gives('toText of a matrix beyond the threshold', 'return await tensor.arange(80, { dtype: "float32" }).reshape(8, 10).toText({ threshold: 5 })', repr(torch.arange(80.).reshape(8, 10)))
    torch.set_printoptions(profile='default')
    return s


def build():
    return [autograd(), printing()]
