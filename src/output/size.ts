/* What an output weighs, so that a cell cannot flood the page. */

import type { Output } from './types.ts';

/** A cheap estimate in bytes of what an output weighs as a message; a typed array counts one `share`th of its bytes. */
export function sizeOf(output: Output, share = 1): number {
  if (output.kind === 'value' && output.value.type === 'primitive') return 64 + output.value.text.length;
  let size = 64;
  const stack: unknown[] = [output];
  for (let i = 0; stack.length && i < 5000; i++) {
    const value = stack.pop();
    if (typeof value === 'string') size += value.length;
    else if (ArrayBuffer.isView(value)) size += value.byteLength / share;
    else if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value)) {
        size += 8;
        stack.push(part);
      }
    }
  }
  return size + 8 * stack.length;
}
