"""Sections 7.6 and 7.9: products, softmax, linear algebra."""

import torch

from .core import I, R, Section, T


def products():
    s = Section('products')
    c = s.call
    for a, b in [([3], [3]), ([2, 3], [3]), ([3], [3, 2]), ([2, 3], [3, 4]), ([5, 2, 3], [3]), ([3], [5, 3, 2]), ([5, 2, 3], [3, 4]), ([2, 3], [5, 3, 4]), ([5, 2, 3], [5, 3, 4]), ([2, 1, 2, 3], [4, 3, 2]),
                 ([1, 1], [1, 1]), ([7, 11], [11, 13]), ([2, 0], [0, 3]), ([0, 2], [2, 3]), ([2, 3], [3, 0]), ([1, 17], [17, 1]), ([2, 1, 3, 5], [1, 4, 5, 2])]:
        c('tensor.matmul', R(1, a), R(2, b))
    c('tensor.matmul', R(1, [3, 2], v=[['permute', [1, 0]]]), R(2, [3, 4]))
    c('tensor.matmul', R(1, [2, 3]), R(2, [4, 3], v=[['permute', [1, 0]]]))
    c('tensor.matmul', R(1, [3, 2], v=[['permute', [1, 0]]]), R(2, [4, 3], v=[['permute', [1, 0]]]))
    c('tensor.matmul', R(1, [2, 1, 3], v=[['expand', [2, 4, 3]]]), R(2, [3, 4, 2], v=[['permute', [2, 0, 1]]]), name='matmul of an expanded and a permuted batch', second=False)
    c('tensor.matmul', R(1, [33, 65]), R(2, [65, 29]), second=False, name='matmul 33 × 65 × 29', grads=False)
    c('tensor.matmul', R(1, [4, 200]), R(2, [200, 5]), second=False)
    c('tensor.mm', R(1, [2, 3]), R(2, [3, 4]))
    c('tensor.bmm', R(1, [5, 2, 3]), R(2, [5, 3, 4]))
    c('tensor.mv', R(1, [2, 3]), R(2, [3]))
    c('tensor.dot', R(1, [5]), R(2, [5]))
    c('tensor.outer', R(1, [3]), R(2, [4]))
    c('tensor.addmm', R(3, [4]), R(1, [2, 3]), R(2, [3, 4]))
    c('tensor.addmm', R(3, [2, 1]), R(1, [2, 3]), R(2, [3, 4]), {'beta': 0.5, 'alpha': -2})
    c('tensor.addmm', T(['nan', 'nan'], [2, 1]), R(1, [2, 3]), R(2, [3, 4]), {'beta': 0}, grads=False, name='addmm with beta 0 ignores NaN of the input')
    c('tensor.baddbmm', R(3, [5, 2, 4]), R(1, [5, 2, 3]), R(2, [5, 3, 4]))
    c('tensor.baddbmm', R(3, [1, 4]), R(1, [5, 2, 3]), R(2, [5, 3, 4]), {'beta': 2, 'alpha': 0.5})
    for eq, shapes in [('ij,jk->ik', [[2, 3], [3, 4]]), ('ij,jk', [[2, 3], [3, 4]]), ('bij,bjk->bik', [[2, 2, 3], [2, 3, 4]]), ('ii->i', [[3, 3]]), ('ii', [[3, 3]]), ('ij->ji', [[2, 3]]), ('ij->', [[2, 3]]), ('ij->j', [[2, 3]]), ('i,j->ij', [[2], [3]]),
                       ('i,i->', [[3], [3]]), ('bhtd,bhsd->bhts', [[2, 2, 3, 2], [2, 2, 4, 2]]), ('...ij,...jk->...ik', [[2, 1, 2, 3], [4, 3, 2]]), ('...i->...', [[2, 3]]), ('ij,kj,lj->ikl', [[2, 3], [2, 3], [4, 3]]), ('ijk,ilm,njm,nlk,abc->', [[2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2]]),
                       ('abcd->dbca', [[2, 1, 3, 2]]), ('iij->j', [[3, 3, 2]]), (' i j , j k -> i k ', [[2, 3], [3, 2]]), ('b...,b...->...', [[2, 3], [2, 3]]), ('ba,b', [[2, 3], [2]]), ('ij,ij->ij', [[2, 3], [2, 3]]), ('aB,Bc->ac', [[2, 3], [3, 2]]), ('i,ij,j->', [[2], [2, 3], [3]])]:
        c('tensor.einsum', eq, *[R(7 + i, x) for i, x in enumerate(shapes)], second=len(shapes) < 4)
    for dims in (1, 2, 0):
        c('tensor.tensordot', R(1, [2, 3, 4] if dims else [2, 2]), R(2, [4, 5] if dims == 1 else [3, 4, 2] if dims == 2 else [3]), {'dims': dims})
    c('tensor.tensordot', R(1, [3, 4, 2]), R(2, [4, 3, 5]), {'dims': [[1, 0], [0, 1]]}, ref=lambda a, b, o: torch.tensordot(a, b, dims=o['dims']))
    for p in (2, 1, 3, float('inf')):
        c('tensor.cdist', R(1, [3, 4]), R(2, [5, 4]), {'p': p}, second=False)
    c('tensor.cdist', R(1, [2, 3, 4]), R(2, [2, 2, 4]), second=False)
    c('tensor.cdist', T([0, 0, 3, 4], [2, 2]), T([0, 0, 0, 0], [2, 2]), second=False, name='cdist of equal points has gradient 0')
    for name in ('softmax', 'logSoftmax'):
        p = f'tensor.{name}'
        for d in (0, 1, -1):
            c(p, R(1, [3, 5], -4, 4), d)
        c(p, R(1, [5, 3], -4, 4, v=[['permute', [1, 0]]]), 1)
        c(p, R(1, [2, 3, 4]), 1)
        c(p, T([1e4, -1e4, 0, 1e4], [2, 2]), 1)
        c(p, T([10000, 9999, 9998]), 0, name=f'{name} of large logits is exact', second=False)
        c(p, T(['-inf', 0, 1, '-inf'], [2, 2]), 1, exact=True, grads=False)
        c(p, T(['-inf', '-inf', 1, 2], [2, 2]), 1, exact=True, grads=False, name=f'{name} of a row of −inf is NaN')
        c(p, T(['inf', 0, 'nan', 1], [2, 2]), 1, exact=True, grads=False)
        c(p, R(1, [3, 0], g=False), 1)
        c(p, R(1, [4, 1]), 1)
        c(p, R(1, [2, 517], -5, 5), 1, second=False)
    c('tensor.matmul', T([1, 2, 3, 4], [2, 2], d='int32'), T([5, 6, 7, 8], [2, 2], d='int32'))
    c('tensor.matmul', T(['nan', 0, 1, 'inf'], [2, 2]), T([1, 0, 0, 1], [2, 2]), exact=True, grads=False)
    for name, code, err, part in [
        ('matmul of inner sizes that differ', 'tensor.zeros([2, 3]).matmul(tensor.zeros([4, 5]))', 'shape', 'matmul: expected [2, 3] × [3, n], got [2, 3] × [4, 5]. The inner sizes 3 and 4 must be equal.'), ('matmul of a scalar', 'tensor.matmul(tensor(1), tensor([1]))', 'shape', 'matmul'),
        ('matmul of batches that do not broadcast', 'tensor.zeros([2, 2, 3]).matmul(tensor.zeros([3, 3, 2]))', 'shape', 'matmul'), ('mm of three dims', 'tensor.mm(tensor.zeros([2, 2, 3]), tensor.zeros([3, 2]))', 'shape', 'mm'), ('matmul of int32 and float32', "tensor.matmul(tensor.zeros([2, 2], { dtype: 'int32' }), tensor.zeros([2, 2]))", 'dtype', 'matmul'),
        ('dot of different lengths', 'tensor.dot(tensor.zeros([2]), tensor.zeros([3]))', 'shape', 'dot'), ('bmm of different batches', 'tensor.bmm(tensor.zeros([2, 2, 3]), tensor.zeros([1, 3, 2]))', 'shape', 'bmm'), ('einsum of sizes that differ', "tensor.einsum('ij,jk->ik', tensor.zeros([2, 3]), tensor.zeros([4, 5]))", '', 'einsum'),
        ('einsum with too few operands', "tensor.einsum('ij,jk->ik', tensor.zeros([2, 3]))", '', 'einsum'), ('einsum with an output letter of nowhere', "tensor.einsum('ij->ik', tensor.zeros([2, 3]))", '', 'einsum'), ('softmax without a dim', 'tensor.zeros([2]).softmax()', '', 'softmax'), ('outer of a matrix', 'tensor.outer(tensor.zeros([2, 2]), tensor.zeros([2]))', 'shape', 'outer'),
    ]:
        s.throws(name, f'return {code}', err, part)
    return s


def spd(r, n):
    return f'{r}', n


def linalg():
    s = Section('linalg')
    p = s.program
    A3, A5, B = R(11, [3, 3], -1, 1, g=False), R(12, [2, 5, 5], -1, 1, g=False), R(13, [3, 2], g=False)
    L = torch.linalg
    diag = '.add(tensor.eye({n}).mul(2))'
    add = lambda a: a + 2 * torch.eye(a.shape[-1], dtype=a.dtype)  # noqa: E731
    for A, n in ((A3, 3), (A5, 5)):
        x = f'a{diag.format(n=n)}'
        p(f'linalg.inv {A.shape}', f'return await tensor.linalg.inv({x})', {'a': A}, lambda a: L.inv(add(a)))
        p(f'linalg.det {A.shape}', f'return await tensor.linalg.det({x})', {'a': A}, lambda a: L.det(add(a)))
        p(f'linalg.slogdet {A.shape}', f'return await tensor.linalg.slogdet({x}.neg())', {'a': A}, lambda a: L.slogdet(-add(a)))
        p(f'linalg.cholesky {A.shape}', f'const x = {x}; return await tensor.linalg.cholesky(x.matmul(x.mT))', {'a': A}, lambda a: L.cholesky(add(a) @ add(a).mT))
        p(f'linalg.eigvalsh {A.shape}', 'return await tensor.linalg.eigvalsh(a.add(a.mT))', {'a': A}, lambda a: L.eigvalsh(a + a.mT))
        p(f'linalg.svdvals {A.shape}', 'return await tensor.linalg.svdvals(a)', {'a': A}, lambda a: L.svdvals(a))
        p(f'linalg.matrixRank and cond {A.shape}', f'const x = {x}; return [await tensor.linalg.matrixRank(x), await tensor.linalg.cond(x)]', {'a': A}, lambda a: [L.matrix_rank(add(a)), L.cond(add(a))])
        p(f'linalg.pinv {A.shape}', f'return await tensor.linalg.pinv({x})', {'a': A}, lambda a: L.pinv(add(a)))
        zero = lambda a: torch.zeros_like(a)  # noqa: E731
        eye = lambda a: torch.eye(a.shape[-1], dtype=a.dtype).expand(a.shape)  # noqa: E731
        p(f'linalg.lu {A.shape}: residual', 'const { P, L, U } = await tensor.linalg.lu(a); return [P.matmul(L).matmul(U).sub(a), L.triu(), U.sub(U.triu()), await L.abs().le(1).all().item()]', {'a': A}, lambda a: [zero(a), eye(a), zero(a), True])
        p(f'linalg.qr {A.shape}: residual', 'const { Q, R } = await tensor.linalg.qr(a); return [Q.matmul(R).sub(a), Q.mT.matmul(Q), R.sub(R.triu())]', {'a': A}, lambda a: [zero(a), eye(a), zero(a)])
        p(f'linalg.eigh {A.shape}: residual', 'const x = a.add(a.mT), { eigenvalues, eigenvectors } = await tensor.linalg.eigh(x); return [eigenvalues, eigenvectors.mul(eigenvalues.unsqueeze(-2)).matmul(eigenvectors.mT).sub(x), eigenvectors.mT.matmul(eigenvectors)]', {'a': A}, lambda a: [L.eigvalsh(a + a.mT), zero(a), eye(a)])
        p(f'linalg.svd {A.shape}: residual', 'const { U, S, Vh } = await tensor.linalg.svd(a); return [S, U.mul(S.unsqueeze(-2)).matmul(Vh).sub(a), U.mT.matmul(U), Vh.matmul(Vh.mT)]', {'a': A}, lambda a: [L.svdvals(a), zero(a), eye(a), eye(a)])
    p('linalg.solve', 'return await tensor.linalg.solve(a.add(tensor.eye(3).mul(2)), b)', {'a': A3, 'b': B}, lambda a, b: L.solve(add(a), b))
    p('linalg.solve with a vector', 'return await tensor.linalg.solve(a.add(tensor.eye(3).mul(2)), b)', {'a': A3, 'b': R(3, [3], g=False)}, lambda a, b: L.solve(add(a), b))
    p('linalg.solve of a batch', 'return await tensor.linalg.solve(a.add(tensor.eye(5).mul(2)), b)', {'a': A5, 'b': R(3, [2, 5, 3], g=False)}, lambda a, b: L.solve(add(a), b))
    p('linalg.solve needs pivoting', 'return await tensor.linalg.solve(tensor([[0, 1], [1, 0]]), tensor([2, 3]))', {}, lambda: torch.tensor([3., 2.]))
    for name, sh in (('wide', [3, 5]), ('tall', [5, 3])):
        M = R(21, sh, g=False)
        k = 3
        p(f'linalg.svd {name}, fullMatrices', 'const { U, S, Vh } = await tensor.linalg.svd(a); const k = S.shape[0]; return [U.shape, S, Vh.shape, U.narrow(1, 0, k).mul(S).matmul(Vh.narrow(0, 0, k)).sub(a), U.mT.matmul(U), Vh.matmul(Vh.mT)]', {'a': M},
          lambda a: [[a.shape[0]] * 2, L.svdvals(a), [a.shape[1]] * 2, torch.zeros_like(a), torch.eye(a.shape[0], dtype=a.dtype), torch.eye(a.shape[1], dtype=a.dtype)])
        p(f'linalg.svd {name}, reduced', 'const { U, S, Vh } = await tensor.linalg.svd(a, { fullMatrices: false }); return [U.shape, S, Vh.shape, U.mul(S).matmul(Vh).sub(a)]', {'a': M}, lambda a: [[a.shape[0], 3], L.svdvals(a), [3, a.shape[1]], torch.zeros_like(a)])
        p(f'linalg.qr {name}', 'const { Q, R } = await tensor.linalg.qr(a); return [Q.shape, R.shape, Q.matmul(R).sub(a), Q.mT.matmul(Q), R.sub(R.triu())]', {'a': M},
          lambda a: [[a.shape[0], 3], [3, a.shape[1]], torch.zeros_like(a), torch.eye(3, dtype=a.dtype), torch.zeros(3, a.shape[1], dtype=a.dtype)])
        p(f'linalg.pinv {name}', 'return await tensor.linalg.pinv(a)', {'a': M}, lambda a: L.pinv(a))
        p(f'linalg.lu {name}', 'const { P, L, U } = await tensor.linalg.lu(a); return [P.shape, L.shape, U.shape, P.matmul(L).matmul(U).sub(a)]', {'a': M}, lambda a: [*[list(x.shape) for x in L.lu(a)], torch.zeros_like(a)])
        p(f'linalg.matrixRank, cond {name}', 'return [await tensor.linalg.matrixRank(a), await tensor.linalg.cond(a)]', {'a': M}, lambda a: [L.matrix_rank(a), L.cond(a)])
    p('linalg.lstsq', 'const { solution } = await tensor.linalg.lstsq(a, b); return solution', {'a': R(22, [6, 3], g=False), 'b': R(23, [6, 2], g=False)}, lambda a, b: L.lstsq(a, b).solution)
    p('linalg.matrixRank of a singular matrix', 'return await tensor.linalg.matrixRank(tensor([[1, 2, 3], [2, 4, 6], [0, 1, 0]]))', {}, lambda: L.matrix_rank(torch.tensor([[1., 2, 3], [2, 4, 6], [0, 1, 0]])))
    p('linalg.det of a singular matrix', 'return [await tensor.linalg.det(tensor([[1, 2], [2, 4]])), await tensor.linalg.slogdet(tensor([[1, 2], [2, 4]]))]', {}, lambda: [torch.tensor(0.), L.slogdet(torch.tensor([[1., 2], [2, 4]]))])
    p('linalg.det of [0, 0]', 'return await tensor.linalg.det(tensor.zeros([0, 0]))', {}, lambda: torch.tensor(1.))
    for name, code, err, part in [
        ('linalg.solve of a singular matrix', 'await tensor.linalg.solve(tensor([[1, 2], [2, 4]]), tensor([1, 2]))', 'value', 'solve'), ('linalg.inv of a singular matrix', 'await tensor.linalg.inv(tensor([[1, 2], [2, 4]]))', 'value', 'inv'),
        ('linalg.cholesky of an indefinite matrix', 'await tensor.linalg.cholesky(tensor([[1, 2], [2, 1]]))', 'value', 'cholesky'), ('linalg.inv of a matrix that is not square', 'await tensor.linalg.inv(tensor.zeros([2, 3]))', 'shape', 'inv'),
        ('linalg.inv of an input that requires gradients', 'await tensor.linalg.inv(tensor([[2, 0], [0, 2]], { requiresGrad: true }))', 'grad', 'detach'),
    ]:
        s.throws(name, f'return {code}', err, part)
    return s


def build():
    return [products(), linalg()]
