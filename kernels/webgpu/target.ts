/* Lowers a call to a list of steps, with the scratch buffers that they need. */

import type { OperationName } from '../operations.ts';
import type { Call, DType } from '../types.ts';
import type { Constants, Shader } from './shader.ts';
import { accessOf, buildShader } from './shader.ts';
import type { DeviceFacts, Lowering, Step, Target } from './step.ts';

export interface Lowered<B> {
  readonly steps: readonly Step<B>[];
  readonly scratch: readonly B[];
}

/** Where buffers lie to each other, where that is known. */
export interface Neighbours<B> {
  follows(a: B, b: B): boolean;
  span(first: B, last: B): B;
}

const strangers: Neighbours<never> = {
  follows: () => false,
  span: (first) => first,
};

/** The steps of a call; undefined where the device cannot compute it. `allocate` makes scratch buffers. */
export function lowerInto<B>(
  call: Call<B>,
  facts: DeviceFacts,
  lowerings: Partial<Record<OperationName, Lowering>>,
  allocate: (length: number, dtype: DType) => B,
  neighbours: Neighbours<B> = strangers as unknown as Neighbours<B>,
): Lowered<B> | undefined {
  const steps: Step<B>[] = [];
  const scratch: B[] = [];
  let able = true;
  const target: Target<B> = {
    facts,
    follows: neighbours.follows,
    span: neighbours.span,
    scratch(length, dtype) {
      const buffer = allocate(length, dtype);
      scratch.push(buffer);
      return { buffer, offset: 0, shape: [length], strides: [1], dtype };
    },
    emit(shader, constants, buffers, words, groups, whole, beside) {
      steps.push({
        key: keyOf(shader, constants),
        text: () => buildShader(shader, constants),
        access: accessesOf(shader),
        buffers,
        words,
        groups,
        whole,
        beside,
      });
    },
    add(step) {
      steps.push(step);
    },
    call(inner) {
      able &&= lowerings[inner.op]?.(inner, target) !== false;
    },
  };
  const lowering = lowerings[call.op];
  if (!lowering || lowering(call, target) === false || !able) return undefined;
  return { steps, scratch };
}

function keyOf(shader: Shader, constants: Constants): string {
  let key = shader.name;
  for (const name in constants) key += ` ${name}=${String(constants[name])}`;
  return key;
}

const accesses = new WeakMap<Shader, string>();

function accessesOf(shader: Shader): string {
  let access = accesses.get(shader);
  if (access === undefined) accesses.set(shader, (access = accessOf(shader.text)));
  return access;
}
