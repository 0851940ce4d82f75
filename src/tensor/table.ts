/* One table of all operations: how each is called, where it is found, whether it is differentiable, and which kernels it is made of.
   index.ts makes functions and methods from it; the contract suite, the completeness check and the docs read it.

   where: m method · f function on `tensor` · n function in `nn.functional`; ∇ differentiable, – not. */

import { apartRows } from '../base/apart.ts';
import type { OperationName } from '../../kernels/operations.ts';
import * as composed from './ops/composed.ts';
import * as e from './ops/elementwise.ts';
import * as factory from './ops/factory.ts';
import * as g from './ops/gather.ts';
import * as p from './ops/product.ts';
import * as q from './ops/quantised.ts';
import * as r from './ops/reduce.ts';
import * as s from './ops/sort.ts';
import * as v from './ops/view.ts';
import { activations, layers, losses } from './functional/table.ts';

export interface Operation {
  readonly section: string;
  readonly signature: string;
  readonly where: string;
  readonly differentiable: boolean;
  readonly run: (...args: never[]) => unknown;
  readonly kernels: readonly OperationName[];
}

type Run = (...args: never[]) => unknown;

/** Rows of one section; what the core does without may lie apart (apart.ts). */
export function section(
  name: string,
  rows: readonly (readonly [signature: string, where: string, run: unknown, ...kernels: OperationName[]])[],
): Operation[] {
  return apartRows(name, rows).map(([signature, where, run, ...kernels]) => ({
    section: name,
    signature,
    where: where.replace(/[∇–]/, ''),
    differentiable: where.includes('∇'),
    run: run as Run,
    kernels,
  }));
}

const unary = (functions: object, where: string): [string, string, unknown, OperationName][] =>
  Object.entries(functions).map(([name, run]) => [`${name}(a)`, where, run, 'unary']);
const binary = (functions: object, where: string): [string, string, unknown, OperationName][] =>
  Object.entries(functions).map(([name, run]) => [`${name}(a, b)`, where, run, 'binary']);

const made = 'dtype, device, requiresGrad = false';

export const operations: readonly Operation[] = [
  ...section('7.1', [
    [`zeros(*shape, { ${made} })`, 'f–', factory.zeros, 'fill'],
    [`ones(*shape, { ${made} })`, 'f–', factory.ones, 'fill'],
    [`empty(*shape, { ${made} })`, 'f–', factory.empty, 'fill'],
    [`full(shape, value, { ${made} })`, 'f–', factory.full, 'fill'],
    [`arange(start, end?, step?, { ${made} })`, 'f–', factory.arange, 'iota'],
    [`linspace(start, end, steps, { ${made} })`, 'f–', factory.linspace],
    [`logspace(start, end, steps, { base = 10, ${made} })`, 'f–', factory.logspace],
    [`eye(n, { m = n, ${made} })`, 'f–', factory.eye, 'fill'],
    [`zerosLike(a, { ${made} })`, 'f–', factory.zerosLike, 'fill'],
    [`onesLike(a, { ${made} })`, 'f–', factory.onesLike, 'fill'],
    [`fullLike(a, value, { ${made} })`, 'f–', factory.fullLike, 'fill'],
    [`rand(*shape, { generator, ${made} })`, 'f–', factory.rand, 'random'],
    [`randn(*shape, { generator, ${made} })`, 'f–', factory.randn, 'random'],
    [`randint(low, high, shape, { generator, ${made} })`, 'f–', factory.randint, 'random'],
    [`randperm(n, { generator, ${made} })`, 'f–', factory.randperm],
    [`normal(mean, std, shape?, { generator, ${made} })`, 'f–', factory.normal, 'random'],
    [`bernoulli(p, { generator })`, 'f–', factory.bernoulli, 'random'],
    [`multinomial(probs, numSamples, { replacement = false, generator })`, 'f–', factory.multinomial, 'random', 'scan', 'searchSorted'],
    [`meshgrid(tensors, { indexing = "ij" })`, 'f–', factory.meshgrid],
  ]),
  ...section('7.2', [
    ...unary(
      {
        neg: e.neg,
        abs: e.abs,
        sign: e.sign,
        exp: e.exp,
        exp2: e.exp2,
        expm1: e.expm1,
        log: e.log,
        log2: e.log2,
        log10: e.log10,
        log1p: e.log1p,
        sqrt: e.sqrt,
        rsqrt: e.rsqrt,
        square: e.square,
        reciprocal: e.reciprocal,
        sin: e.sin,
        cos: e.cos,
        tan: e.tan,
        asin: e.asin,
        acos: e.acos,
        atan: e.atan,
        sinh: e.sinh,
        cosh: e.cosh,
      },
      'mf∇',
    ),
    ...unary({ asinh: e.asinh, acosh: e.acosh, atanh: e.atanh, erf: e.erf, erfc: e.erfc }, 'mf∇'),
    ...unary({ relu: e.relu, sigmoid: e.sigmoid, silu: e.silu, tanh: e.tanh }, 'mfn∇'),
    ['gelu(a, { approximate = "none" })', 'mfn∇', e.gelu, 'unary'],
    ['add(a, b, { alpha = 1 })', 'mf∇', e.add, 'binary'],
    ['sub(a, b, { alpha = 1 })', 'mf∇', e.sub, 'binary'],
    ['mul(a, b)', 'mf∇', e.mul, 'binary'],
    ['div(a, b, { roundingMode = null })', 'mf∇', e.div, 'binary'],
    ...binary({ pow: e.pow, maximum: e.maximum, minimum: e.minimum, fmod: e.fmod, remainder: e.remainder, atan2: e.atan2 }, 'mf∇'),
    ['clamp(a, min?, max?, {})', 'mf∇', e.clamp, 'binary', 'where'],
    ['lerp(a, end, weight)', 'mf∇', e.lerp, 'binary'],
    ['where(condition, a, b)', 'f∇', e.where, 'where'],
    ['nanToNum(a, { nan = 0, posinf, neginf })', 'mf∇', e.nanToNum, 'where'],
    ['addcmul(a, t1, t2, { value = 1 })', 'mf∇', e.addcmul, 'binary'],
    ['addcdiv(a, t1, t2, { value = 1 })', 'mf∇', e.addcdiv, 'binary'],
    ...unary(
      {
        floor: e.floor,
        ceil: e.ceil,
        round: e.round,
        trunc: e.trunc,
        frac: e.frac,
        isnan: e.isnan,
        isinf: e.isinf,
        isfinite: e.isfinite,
        logicalNot: e.logicalNot,
        bitwiseNot: e.bitwiseNot,
      },
      'mf–',
    ),
    ...binary(
      {
        floorDivide: e.floorDivide,
        eq: e.eq,
        ne: e.ne,
        lt: e.lt,
        le: e.le,
        gt: e.gt,
        ge: e.ge,
        logicalAnd: e.logicalAnd,
        logicalOr: e.logicalOr,
        logicalXor: e.logicalXor,
        bitwiseAnd: e.bitwiseAnd,
        bitwiseOr: e.bitwiseOr,
        bitwiseXor: e.bitwiseXor,
      },
      'mf–',
    ),
    ['isclose(a, b, { rtol = 1e-5, atol = 1e-8, equalNan = false })', 'mf–', e.isclose, 'binary'],
    ['allclose(a, b, { rtol = 1e-5, atol = 1e-8, equalNan = false })', 'mf–', composed.allclose, 'binary', 'reduce'],
    ['equal(a, b)', 'mf–', composed.equal, 'binary', 'reduce'],
  ]),
  ...section('7.3', [
    ['sum(a, dim?, { keepdim = false })', 'mf∇', r.sum, 'reduce'],
    ['mean(a, dim?, { keepdim = false })', 'mf∇', r.mean, 'reduce'],
    ['prod(a, dim?, { keepdim = false })', 'mf∇', r.prod, 'reduce', 'scan'],
    ['amax(a, dim?, { keepdim = false })', 'mf∇', r.amax, 'reduce'],
    ['amin(a, dim?, { keepdim = false })', 'mf∇', r.amin, 'reduce'],
    ['var(a, dim?, { correction = 1, keepdim = false })', 'mf∇', r.variance, 'reduce'],
    ['std(a, dim?, { correction = 1, keepdim = false })', 'mf∇', r.std, 'reduce'],
    ['logsumexp(a, dim, { keepdim = false })', 'mf∇', r.logsumexp, 'reduce'],
    ['norm(a, { p = 2, dim, keepdim = false })', 'mf∇', r.norm, 'reduce'],
    ['max(a, dim?, { keepdim = false })', 'mf∇', r.max, 'reduce', 'gather'],
    ['min(a, dim?, { keepdim = false })', 'mf∇', r.min, 'reduce', 'gather'],
    ['median(a, dim?, { keepdim = false })', 'mf∇', r.median, 'sort', 'gather'],
    ['cumsum(a, dim)', 'mf∇', r.cumsum, 'scan'],
    ['cumprod(a, dim)', 'mf∇', r.cumprod, 'scan'],
    ['logcumsumexp(a, dim)', 'mf∇', r.logcumsumexp, 'scan'],
    ['argmax(a, dim?, { keepdim = false })', 'mf–', r.argmax, 'reduce'],
    ['argmin(a, dim?, { keepdim = false })', 'mf–', r.argmin, 'reduce'],
    ['all(a, dim?, { keepdim = false })', 'mf–', r.all, 'reduce'],
    ['any(a, dim?, { keepdim = false })', 'mf–', r.any, 'reduce'],
    ['countNonzero(a, dim?)', 'mf–', r.countNonzero, 'reduce'],
    ['scan(f, init, xs: object)', 'f∇', composed.scan],
  ]),
  ...section('7.4', [
    ['reshape(a, ...shape)', 'mf∇', v.reshape],
    ['view(a, ...shape)', 'mf∇', v.viewAs],
    ['flatten(a, { startDim = 0, endDim = -1 })', 'mf∇', v.flatten],
    ['unflatten(a, dim, sizes)', 'mf∇', v.unflatten],
    ['squeeze(a, dim?)', 'mf∇', v.squeeze],
    ['unsqueeze(a, dim)', 'mf∇', v.unsqueeze],
    ['transpose(a, d0, d1)', 'mf∇', v.transpose],
    ['t(a)', 'mf∇', v.t],
    ['permute(a, ...dims)', 'mf∇', v.permute],
    ['movedim(a, from, to)', 'mf∇', v.movedim],
    ['expand(a, ...shape)', 'mf∇', v.expand],
    ['broadcastTo(a, shape)', 'mf∇', v.broadcastTo],
    ['repeat(a, ...sizes)', 'mf∇', v.repeat, 'copy'],
    ['repeatInterleave(a, n, { dim })', 'mf∇', composed.repeatInterleave, 'copy', 'rows'],
    ['flip(a, dims)', 'mf∇', v.flip, 'copy'],
    ['roll(a, shifts, dims?)', 'mf∇', composed.roll, 'copy'],
    ['tril(a, { diagonal = 0 })', 'mf∇', v.tril, 'where'],
    ['triu(a, { diagonal = 0 })', 'mf∇', v.triu, 'where'],
    ['diag(a, { diagonal = 0 })', 'mf∇', v.diag, 'copy'],
    ['diagonal(a, { offset = 0, dim1 = 0, dim2 = 1 })', 'mf∇', v.diagonal],
    ['narrow(a, dim, start, length)', 'mf∇', v.narrow],
    ['select(a, dim, index)', 'mf∇', v.select],
    ['unbind(a, dim?)', 'mf∇', v.unbind],
    ['split(a, sizeOrSizes, dim?)', 'mf∇', v.split],
    ['chunk(a, n, dim?)', 'mf∇', v.chunk],
    ['contiguous(a)', 'mf∇', v.contiguous, 'copy'],
    ['clone(a)', 'mf∇', v.clone, 'copy'],
    ['detach(a)', 'mf–', v.detach],
    ['at(a, ...index)', 'mf∇', g.at],
    ['cat(tensors, dim?)', 'f∇', composed.cat, 'copy'],
    ['stack(tensors, dim?)', 'f∇', composed.stack, 'copy'],
    ['broadcastShapes(...shapes)', 'f–', v.broadcastShapes],
  ]),
  ...section('7.5', [
    ['gather(a, dim, index)', 'mf∇', g.gather, 'gather', 'scatter'],
    ['scatter(a, dim, index, src)', 'mf∇', g.scatter, 'scatter', 'gather'],
    ['scatterAdd(a, dim, index, src)', 'mf∇', g.scatterAdd, 'scatter', 'gather'],
    ['indexSelect(a, dim, index)', 'mf∇', g.indexSelect, 'gather', 'rows', 'rowsAdd'],
    ['indexAdd(a, dim, index, src, { alpha = 1 })', 'mf∇', g.indexAdd, 'scatter'],
    ['takeAlongDim(a, index, dim?)', 'mf∇', g.takeAlongDim, 'gather'],
    ['maskedFill(a, mask, value)', 'mf∇', g.maskedFill, 'where'],
    ['take(a, index)', 'mf∇', g.take, 'gather'],
    ['sort(a, dim?, { descending = false, stable = false })', 'mf∇', composed.sort, 'sort', 'gather'],
    ['topk(a, k, dim?, { largest = true, sorted = true })', 'mf∇', composed.topk, 'sort', 'gather'],
    ['argsort(a, dim?, { descending = false, stable = false })', 'mf–', composed.argsort, 'sort'],
    ['searchsorted(sorted, values, { right = false })', 'mf–', s.searchsorted, 'searchSorted'],
    ['bincount(a, weights?, { minlength = 0 })', 'mf–', composed.bincount, 'scatter'],
    ['histc(a, { bins = 100, min = 0, max = 0 })', 'mf–', composed.histc, 'scatter'],
    ['histogram(a, bins, { range, density = false })', 'mf–', composed.histogram, 'scatter'],
    ['unique(a, { sorted = true, returnInverse = false, returnCounts = false, dim })', 'mf–', composed.unique],
    ['nonzero(a)', 'mf–', composed.nonzero],
    ['maskedSelect(a, mask)', 'mf–', composed.maskedSelect],
  ]),
  ...section('7.6', [
    ['matmul(a, b)', 'mf∇', p.matmul, 'matmul'],
    ['mm(a, b)', 'mf∇', p.mm, 'matmul'],
    ['bmm(a, b)', 'mf∇', p.bmm, 'matmul'],
    ['mv(a, b)', 'mf∇', p.mv, 'matmul'],
    ['dot(a, b)', 'mf∇', p.dot, 'matmul'],
    ['outer(a, b)', 'mf∇', p.outer, 'binary'],
    ['addmm(input, m1, m2, { beta = 1, alpha = 1 })', 'mf∇', p.addmm, 'matmul'],
    ['baddbmm(input, m1, m2, { beta = 1, alpha = 1 })', 'mf∇', p.baddbmm, 'matmul'],
    ['einsum(equation, ...tensors)', 'f∇', composed.einsum, 'matmul', 'reduce'],
    ['tensordot(a, b, { dims = 2 })', 'mf∇', p.tensordot, 'matmul'],
    ['cdist(a, b, { p = 2 })', 'mf∇', p.cdist, 'reduce'],
    ['softmax(a, dim)', 'mfn∇', p.softmax, 'softmax', 'softmaxGrad'],
    ['logSoftmax(a, dim)', 'mfn∇', p.logSoftmax, 'softmax', 'softmaxGrad'],
  ]),
  ...section('7.11', [
    ['quantize(w, { bits = 8, groupSize = null, symmetric = true })', 'f–', q.quantize, 'unary', 'binary', 'reduce', 'where', 'cast'],
    ['dequantize(qt: object)', 'f–', q.dequantize, 'binary', 'where', 'cast'],
    ['qmatmul(x, qt: object)', 'f∇', q.qmatmul, 'qmatmul'],
  ]),
  ...section('2', [
    ['add_(a, b, { alpha = 1 })', 'm∇', composed.add_, 'binary'],
    ['sub_(a, b, { alpha = 1 })', 'm∇', composed.sub_, 'binary'],
    ['mul_(a, b)', 'm∇', composed.mul_, 'binary'],
    ['div_(a, b, { roundingMode = null })', 'm∇', composed.div_, 'binary'],
    ['pow_(a, b)', 'm∇', composed.pow_, 'binary'],
    ['neg_(a)', 'm∇', composed.neg_, 'unary'],
    ['exp_(a)', 'm∇', composed.exp_, 'unary'],
    ['sqrt_(a)', 'm∇', composed.sqrt_, 'unary'],
    ['clamp_(a, min?, max?, {})', 'm∇', composed.clamp_, 'binary'],
    ['lerp_(a, end, weight)', 'm∇', composed.lerp_, 'binary'],
    ['maskedFill_(a, mask, value)', 'm∇', composed.maskedFill_, 'where'],
    ['zero_(a)', 'm–', composed.zero_, 'fill'],
    ['fill_(a, value)', 'm–', composed.fill_, 'fill'],
    ['copy_(a, source)', 'm∇', composed.copy_, 'copy'],
    ['uniform_(a, { low = 0, high = 1, generator })', 'm–', factory.uniform_, 'random'],
    ['normal_(a, { mean = 0, std = 1, generator })', 'm–', factory.normal_, 'random'],
    ['bernoulli_(a, p?, { generator })', 'm–', factory.bernoulli_, 'random'],
    ['to(a, dtype)', 'mf∇', composed.to, 'cast'],
    ['typeAs(a, b)', 'mf∇', composed.typeAs, 'cast'],
  ]),
  ...section('7.7', activations),
  ...section('7.7', layers),
  ...section('7.8', losses),
];
