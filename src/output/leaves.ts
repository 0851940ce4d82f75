/* Values that show as one leaf of the tree: primitives, functions, dates, errors and the like. */

import { cutText } from './line.ts';
import { is, isTensor, isTypedArray, ownText, tensorFacts } from './kinds.ts';
import type { ValueNode } from './types.ts';

export const isPrimitive = (value: unknown): boolean => (typeof value !== 'object' || value === null) && typeof value !== 'function';

export function primitive(value: unknown, limit: number): ValueNode {
  switch (typeof value) {
    case 'string':
      return { type: 'primitive', of: 'string', text: JSON.stringify(cutText(value, limit)) };
    case 'number':
      return { type: 'primitive', of: 'number', text: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { type: 'primitive', of: 'bigint', text: bigintText(value) };
    case 'symbol':
      return { type: 'primitive', of: 'symbol', text: cutText(String(value), 200) };
    case 'boolean':
      return { type: 'primitive', of: 'boolean', text: String(value) };
    default:
      return { type: 'primitive', of: value === null ? 'null' : 'undefined', text: String(value) };
  }
}

/** Decimal up to some 4,000 digits; the time to write a longer one grows with its square. */
function bigintText(value: bigint): string {
  return BigInt.asIntN(13_000, value) === value ? `${value}n` : 'a bigint of more than 3,900 digits';
}

export function functionNode(value: Function): ValueNode {
  const name = cutText(ownText(value, 'name') ?? '', 200);
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype');
  if (prototype && !prototype.writable && 'value' in prototype && prototype.value)
    return { type: 'primitive', of: 'class', text: `class ${name}`.trim() };
  return { type: 'primitive', of: 'function', text: `ƒ ${name}()` };
}

/** A callable object that draws itself, such as a module: the first line of its text. */
export function callableNode(value: Function): ValueNode {
  const [line = ''] = String((value as { toString(): string }).toString()).split('\n');
  return { type: 'primitive', of: 'other', text: cutText(line.endsWith('(') ? `${line}…)` : line, 200) };
}

const boxes: Readonly<Record<string, (this: never) => unknown>> = Object.assign(Object.create(null), {
  Number: Number.prototype.valueOf,
  String: String.prototype.valueOf,
  Boolean: Boolean.prototype.valueOf,
});

/** Objects that show as one leaf. */
export function singleNode(value: object, name: string, limit: number): ValueNode | undefined {
  if (is(value, 'Date', Date)) {
    const time = Date.prototype.getTime.call(value);
    return { type: 'primitive', of: 'date', text: Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString() };
  }
  if (is(value, 'RegExp', RegExp)) return { type: 'primitive', of: 'regexp', text: cutText(RegExp.prototype.toString.call(value), limit) };
  if (value instanceof Error) {
    return {
      type: 'primitive',
      of: 'error',
      text: cutText(`${ownText(value, 'name') ?? (name || 'Error')}: ${ownText(value, 'message') ?? ''}`, limit),
    };
  }
  const facts = tensorFacts(value, 0);
  if (facts) return { type: 'primitive', of: 'other', text: `Tensor ${facts.dtype} [${facts.shape.slice(0, 20).join(', ')}]` };
  if (isTensor(value)) return { type: 'primitive', of: 'other', text: `${name} ${value.dtype} [${value.shape.slice(0, 20).join(', ')}]` };
  if (value instanceof Promise) return { type: 'primitive', of: 'other', text: 'Promise' };
  const unbox = boxes[name];
  if (unbox) return { type: 'primitive', of: 'other', text: `${name} ${cutText(String(unbox.call(value as never)), limit)}` };
  if (value instanceof ArrayBuffer || (ArrayBuffer.isView(value) && !isTypedArray(value)))
    return { type: 'primitive', of: 'other', text: `${name}, ${value.byteLength} bytes` };
  return undefined;
}
