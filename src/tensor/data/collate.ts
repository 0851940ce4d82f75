/* Items of a dataset into one batch: what stands at the same place of each item is stacked, and the item's form stays. */

import { fail } from '../error.ts';
import { isPlain } from '../calls.ts';
import { describe } from '../ops/operands.ts';
import { stack } from '../ops/view.ts';
import { makeTensor } from '../reading.ts';
import { show } from '../shape.ts';
import { Tensor } from '../tensor.ts';

/** Tensors and typed arrays are stacked along a new dim 0, numbers and booleans become one tensor, texts a list; lists and plain objects go by parts. */
export function collate(items: readonly unknown[], where = 'item'): unknown {
  const first = items[0];
  if (first instanceof Tensor) {
    items.forEach((item, i) => {
      if (!(item instanceof Tensor)) mixed(where, i, 'a tensor', item);
      if (show(item.shape) !== show(first.shape) || item.dtype !== first.dtype)
        fail(
          'shape',
          'DataLoader',
          `expected every ${where} of one shape and dtype to stack them, got ${show(first.shape)} ${first.dtype} and ${show(item.shape)} ${item.dtype}. Pad them in a collateFn.`,
        );
    });
    return stack(items as Tensor[]);
  }
  if (typeof first === 'number' || typeof first === 'boolean') {
    items.forEach((item, i) => typeof item !== typeof first && mixed(where, i, `a ${typeof first}`, item));
    return makeTensor(items);
  }
  if (typeof first === 'string') return [...items];
  if (ArrayBuffer.isView(first)) {
    const rows = items.map((item, i) => (ArrayBuffer.isView(item) ? makeTensor(item) : mixed(where, i, 'a typed array', item)));
    const batch = collate(rows, where);
    for (const row of rows) row.dispose();
    return batch;
  }
  if (Array.isArray(first)) {
    items.forEach((item, i) => {
      if (!Array.isArray(item) || item.length !== first.length) mixed(where, i, `an array of ${first.length}`, item);
    });
    return first.map((_, k) => collate(items.map((item) => (item as unknown[])[k]), `${where}[${k}]`)); // prettier-ignore
  }
  if (isPlain(first)) {
    items.forEach((item, i) => {
      if (!isPlain(item) || Object.keys(first).some((key) => !(key in item)))
        mixed(where, i, `an object with ${Object.keys(first).join(', ')}`, item);
    });
    return Object.fromEntries(
      Object.keys(first).map((key) => [key, collate(items.map((item) => (item as Record<string, unknown>)[key]), `${where}.${key}`)]), // prettier-ignore
    );
  }
  return fail(
    'value',
    'DataLoader',
    `expected items of tensors, numbers, texts, arrays or plain objects, got ${describe(first)} as ${where}. Make a batch of them in a collateFn.`,
  );
}

function mixed(where: string, at: number, expected: string, got: unknown): never {
  const what = Array.isArray(got) ? `an array of ${got.length}` : describe(got);
  return fail('value', 'DataLoader', `expected ${expected} as ${where} of every example, got ${what} at position ${at} of the batch.`);
}
