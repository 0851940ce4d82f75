/* The contract that every backend keeps: cases of each operation, computed by the backend and compared with the reference in float64
   (the same inputs, promoted). Runs wherever a backend runs: `runContract` takes one and returns a report, nothing is imported but
   kernels. An operation without a case, or that the backend does not compute itself, is a fault too. */

import { attentionCases } from './attention/cases.ts';
import type { BuiltCase, ContractCase, Operand, Tolerance } from './case.ts';
import { isFloat } from './case.ts';
import { convCases } from './conv/cases.ts';
import { elementwiseCases } from './elementwise/cases.ts';
import { fftCases } from './fft/cases.ts';
import { indexCases } from './index/cases.ts';
import { lossCases } from './loss/cases.ts';
import { matmulCases } from './matmul/cases.ts';
import { normCases } from './norm/cases.ts';
import type { OperationName } from './operations.ts';
import { sizeOf } from './operations.ts';
import { optimiserCases } from './optimiser/cases.ts';
import { poolCases } from './pool/cases.ts';
import { quantisedCases } from './quantised/cases.ts';
import { randomCases } from './random/cases.ts';
import { recurrentCases } from './recurrent/cases.ts';
import { reduceCases } from './reduce/cases.ts';
import { reference } from './reference.ts';
import { softmaxCases } from './softmax/cases.ts';
import { sortCases } from './sort/cases.ts';
import type { Backend, Call, HostArray, Program, View } from './types.ts';

export interface ContractReport {
  /** Number of cases within their tolerance. */
  passed: number;
  failed: { name: string; message: string }[];
}

export interface ContractOptions {
  /** The operations that the backend computes itself; others are faults, and their cases are not run. */
  readonly supported: ReadonlySet<OperationName>;
  /** Only the cases for which this holds; all by default. */
  readonly filter?: (candidate: ContractCase) => boolean;
  /** Each case as a compiled program of one call, too. Default false. */
  readonly compiled?: boolean;
}

/** All cases, in the order of the families. */
export function contractCases(): ContractCase[] {
  return [
    ...elementwiseCases(),
    ...reduceCases(),
    ...matmulCases(),
    ...softmaxCases(),
    ...normCases(),
    ...lossCases(),
    ...attentionCases(),
    ...convCases(),
    ...poolCases(),
    ...indexCases(),
    ...sortCases(),
    ...randomCases(),
    ...optimiserCases(),
    ...recurrentCases(),
    ...quantisedCases(),
    ...fftCases(),
  ];
}

/** Operations without a case, or that the backend lacks, each as a sentence. */
export function incomplete(supported: ReadonlySet<OperationName>, cases: readonly ContractCase[] = contractCases()): string[] {
  const tried = new Set(cases.map((candidate) => candidate.op));
  return (Object.keys(reference) as OperationName[]).flatMap((op) => [
    ...(tried.has(op) ? [] : [`${op}: expected a case in the contract suite. Add one to the family's cases.ts.`]),
    ...(supported.has(op) ? [] : [`${op}: expected a kernel of this backend. Add one and name it in \`supported\`.`]),
  ]);
}

/** Runs the cases on the backend. Faults are in the report; nothing is thrown. Frees what it allocates. */
export async function runContract<B>(
  backend: Backend<B>,
  { supported, filter, compiled = false }: ContractOptions,
): Promise<ContractReport> {
  const cases = contractCases();
  const report: ContractReport = { passed: 0, failed: [] };
  if (!filter) for (const message of incomplete(supported, cases)) report.failed.push({ name: message.split(':')[0]!, message });
  for (const candidate of cases) {
    if (!supported.has(candidate.op) || (filter && !filter(candidate))) continue;
    for (const way of compiled ? (['', ', compiled'] as const) : ([''] as const)) {
      const name = candidate.name + way;
      try {
        const message = await runCase(backend, candidate, way !== '');
        if (message === undefined) report.passed++;
        else report.failed.push({ name, message });
      } catch (error) {
        report.failed.push({ name, message: error instanceof Error ? `threw ${error.message}` : String(error) });
      }
    }
  }
  return report;
}

/** What is wrong with the backend's results of a case, or undefined. */
export async function runCase<B>(backend: Backend<B>, candidate: ContractCase, compiled = false): Promise<string | undefined> {
  const made = prepared(backend, candidate);
  try {
    if (compiled) runCompiled(backend, [made.call]);
    else backend.run(made.call);
    return await made.judge();
  } finally {
    made.free();
  }
}

/** The cases as calls of one compiled program, which may compute them side by side: what is wrong, each as a sentence. */
export async function runTogether<B>(backend: Backend<B>, candidates: readonly ContractCase[]): Promise<string[]> {
  const all = candidates.map((candidate) => prepared(backend, candidate));
  try {
    runCompiled(
      backend,
      all.map(({ call }) => call),
    );
    const faults: string[] = [];
    for (const [i, { judge }] of all.entries()) {
      const message = await judge();
      if (message !== undefined) faults.push(`${candidates[i]!.name}: ${message}`);
    }
    return faults;
  } finally {
    for (const { free } of all) free();
  }
}

/** A case as a call over buffers of the backend, and how its results are judged. */
function prepared<B>(backend: Backend<B>, candidate: ContractCase): { call: Call<B>; judge(): Promise<string | undefined>; free(): void } {
  const built = candidate.make();
  const want = expected(candidate.op, built);
  const views = built.inputs.map((operand) => viewOn(operand, upload(backend, operand)));
  const results = built.outputs.map((operand) =>
    operand.inPlaceOf === undefined ? viewOn(operand, upload(backend, operand)) : views[operand.inPlaceOf]!,
  );
  return {
    call: { op: candidate.op, inputs: views, outputs: results, attributes: built.attributes },
    async judge() {
      const got = await backend.read(
        results.map((view, i) => ({ buffer: view.buffer, offset: 0, length: built.outputs[i]!.data.length, dtype: view.dtype })),
      );
      for (let i = 0; i < got.length; i++) {
        const message = difference(got[i]!, want[i]!, built.outputs[i]!, candidate.tolerance);
        if (message !== undefined) return got.length > 1 ? `output ${i}: ${message}` : message;
      }
      return undefined;
    },
    free() {
      for (const view of new Set([...views, ...results])) backend.free(view.buffer);
    },
  };
}

/** The whole output buffers after the reference kernel has run in float64. */
function expected(op: OperationName, { inputs, outputs, attributes }: BuiltCase): HostArray[] {
  const promoted = inputs.map(promote);
  const results = outputs.map((operand) => (operand.inPlaceOf === undefined ? promote(operand) : promoted[operand.inPlaceOf]!));
  reference[op]({ op, inputs: promoted, outputs: results, attributes });
  return results.map((view) => view.buffer);
}

function promote(operand: Operand): View<HostArray> {
  return isFloat(operand.dtype)
    ? { ...viewOn(operand, Float64Array.from(operand.data) as HostArray), dtype: 'float64' }
    : viewOn(operand, operand.data.slice() as HostArray);
}

function upload<B>(backend: Backend<B>, operand: Operand): B {
  const buffer = backend.allocate(operand.data.length, operand.dtype);
  backend.write(buffer, operand.data);
  return buffer;
}

function viewOn<B>({ offset, shape, strides, dtype }: Operand, buffer: B): View<B> {
  return { buffer, offset, shape, strides, dtype };
}

/** The calls as a program: every buffer held, since outputs may be in place and have edges to keep. */
function runCompiled<B>(backend: Backend<B>, calls: readonly Call<B>[]): void {
  const views = [...new Set(calls.flatMap((call) => [...call.inputs, ...call.outputs]))];
  const program: Program = {
    buffers: views.map((view) => ({ kind: 'held', buffer: view.buffer, dtype: view.dtype, length: reach(view) })),
    calls: calls.map((call) => ({
      ...call,
      inputs: call.inputs.map((view) => ({ ...view, buffer: views.indexOf(view) })),
      outputs: call.outputs.map((view) => ({ ...view, buffer: views.indexOf(view) })),
    })),
  };
  const executable = backend.compile(program);
  void executable.plan; // fused before its first run too
  executable.run([], [], []);
  executable.dispose();
}

/** Elements of the buffer up to the view's last. */
function reach(view: View): number {
  let last = view.offset;
  view.shape.forEach((length, d) => (last += Math.max(0, (length - 1) * view.strides[d]!)));
  return sizeOf(view.shape) === 0 ? view.offset : last + 1;
}

/** The first element that differs by more than allowed, as a sentence; elements outside the view must be as they were. */
function difference(got: HostArray, want: HostArray, operand: Operand, tolerance: Tolerance): string | undefined {
  const inside = addresses(operand);
  const single = operand.dtype === 'float32' || operand.dtype === 'float16';
  let largest = 1;
  for (const at of inside) {
    const size = Math.abs(want[at]!);
    if (size < Infinity && size > largest) largest = size;
  }
  for (let i = 0; i < inside.length; i++) {
    const at = inside[i]!;
    const right = single ? Math.fround(want[at]!) : want[at]!;
    if (!close(got[at]!, want[at]!, right, tolerance, largest)) {
      return `expected ${right}, got ${got[at]} at element ${i} of [${operand.shape.join(', ')}] ${operand.dtype}`;
    }
  }
  const within = new Uint8Array(got.length);
  for (const at of inside) within[at] = 1;
  for (let at = 0; at < got.length; at++) {
    if (within[at] === 0 && !Object.is(got[at], operand.data[at])) {
      return `expected nothing written outside the output, got ${got[at]} at element ${at} of its buffer, ${operand.offset} being its first`;
    }
  }
  return undefined;
}

/** `want` is float64's, `right` the same in the result's type. */
function close(got: number, want: number, right: number, tolerance: Tolerance, largest: number): boolean {
  if (Object.is(got, right)) return true;
  if (tolerance === 'signed' || !Number.isFinite(right) || !Number.isFinite(got)) return false;
  if (tolerance === 'exact') return got === right;
  if (tolerance === 'sum') return Math.abs(got - want) <= 1e-6 * largest;
  return Math.abs(got - want) <= 2e-5 * Math.abs(want) + (tolerance === 'pointwise' ? 5e-6 : 2e-6 * largest);
}

/** Where the view's elements lie in its buffer, in row-major order. */
function addresses({ shape, strides, offset }: Operand): Int32Array {
  const list = new Int32Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < list.length; i++) {
    let at = offset;
    for (let d = 0; d < shape.length; d++) at += index[d]! * strides[d]!;
    list[i] = at;
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]!; d--) index[d] = 0;
  }
  return list;
}
