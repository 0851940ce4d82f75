/* Cases of attention: heads that share keys, causal alignments, masks of any strides, rows with nothing to attend to, packed q k v. */

import type { ContractCase, Operand } from '../case.ts';
import { input, output, uniform } from '../case.ts';
import type { Shape } from '../types.ts';
import { attention } from './reference.ts';

interface Sizes {
  readonly B: number;
  readonly H: number;
  readonly Hk: number;
  readonly T: number;
  readonly S: number;
  readonly D: number;
  readonly Dv: number;
}

interface Options {
  readonly causal?: boolean;
  readonly offset?: number;
  /** Additive mask: which dims of [B, H, T, S] it is broadcast over, and its element i. */
  readonly mask?: readonly number[];
  readonly maskValue?: (i: number) => number;
  /** q, k, v as one block [B, T, 3, H, D], and so everything else but logsumexp. */
  readonly packed?: boolean;
}

export function attentionCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (B: number, H: number, Hk: number, T: number, S: number, D: number, Dv: number, options: Options = {}) => {
    const sizes = { B, H, Hk, T, S, D, Dv };
    const { causal = false, offset = 0, mask, packed } = options;
    const attributes = { causal, offset, scale: 1 / Math.sqrt(D), mask: mask !== undefined };
    const name = `${JSON.stringify(sizes).replaceAll('"', '')}${causal ? ` causal ${offset}` : ''}${mask ? ` mask broadcast ${mask.join('+') || 'nowhere'}` : ''}${packed ? ' packed' : ''}`;
    cases.push(
      {
        name: `attention ${name}`,
        op: 'attention',
        tolerance: 'scaled',
        make: () => {
          const { q, k, v, masks } = operands(sizes, options);
          const out = output(packed ? [B, T, 3, H, Dv] : [B, H, T, Dv]);
          return { inputs: [q, k, v, ...masks], outputs: [packed ? partOf(out, 1) : out, output([B, H, T])], attributes };
        },
      },
      {
        name: `attentionGrad ${name}`,
        op: 'attentionGrad',
        tolerance: 'scaled',
        make: () => {
          const { q, k, v, masks } = operands(sizes, options);
          const blocks = { q: [B, H, T, D], k: [B, Hk, S, D], v: [B, Hk, S, Dv], out: [B, H, T, Dv] };
          /** A block that holds such a thing, and the view on it. */
          const made = (of: keyof typeof blocks, make: (shape: Shape) => Operand): Operand => {
            const [batch, heads, rows, width] = blocks[of] as [number, number, number, number];
            return packed ? partOf(make([batch, rows, 3, heads, width]), 2) : make(blocks[of]);
          };
          const out = made('out', (shape) => input(shape, () => 0));
          const lse = input([B, H, T], () => 0);
          const [inputs, outputs] = [
            [q, k, v, ...masks],
            [out, lse],
          ].map((list) => list.map((operand) => ({ ...operand, buffer: operand.data })));
          attention({ op: 'attention', inputs: inputs!, outputs: outputs!, attributes });
          return {
            inputs: [made('out', (shape) => input(shape, uniform(116))), q, k, v, out, lse, ...masks],
            outputs: (['q', 'k', 'v'] as const).map((of) => made(of, (shape) => output(shape))),
            attributes,
          };
        },
      },
    );
  };
  add(1, 1, 1, 1, 1, 1, 1);
  add(2, 3, 3, 5, 7, 8, 8);
  add(1, 2, 2, 65, 65, 16, 16, { causal: true });
  add(2, 4, 2, 7, 9, 8, 12);
  add(1, 6, 1, 17, 33, 5, 3, { causal: true, offset: 16 });
  add(1, 1, 1, 130, 130, 64, 64, { causal: true });
  add(1, 2, 2, 9, 5, 32, 32, { causal: true, offset: -4 });
  add(1, 2, 1, 1, 257, 16, 16, { causal: true, offset: 256 });
  add(1, 1, 1, 3, 1031, 8, 8);
  add(2, 2, 2, 64, 64, 32, 32, { packed: true, causal: true });
  add(2, 2, 2, 13, 13, 7, 7, { packed: true });
  add(1, 1, 1, 4, 4, 130, 130);
  add(0, 2, 2, 3, 3, 4, 4);
  const blocked = (i: number) => (i % 3 === 1 ? -Infinity : (i % 5) - 2);
  for (const mask of [[], [0, 1], [0, 1, 2], [1, 3]]) add(2, 2, 2, 5, 7, 8, 8, { mask, maskValue: blocked });
  add(1, 2, 2, 5, 7, 8, 8, { mask: [0, 1], maskValue: (i) => (i >= 7 && i < 14 ? -Infinity : 0) });
  add(1, 2, 1, 33, 70, 16, 16, { mask: [1], maskValue: blocked, causal: true, offset: 37 });
  return cases;
}

function operands(
  { B, H, Hk, T, S, D, Dv }: Sizes,
  { mask, maskValue, packed }: Options,
): Record<'q' | 'k' | 'v', Operand> & { masks: Operand[] } {
  const masks = mask ? [input([B, H, T, S], maskValue ?? uniform(114), 'float32', mask)] : [];
  if (!packed) {
    return {
      q: input([B, H, T, D], uniform(111, -2, 2), 'float32', 'offset'),
      k: input([B, Hk, S, D], uniform(112, -2, 2)),
      v: input([B, Hk, S, Dv], uniform(113, -2, 2)),
      masks,
    };
  }
  const block = input([B, T, 3, H, D], uniform(115, -2, 2));
  return { q: partOf(block, 0), k: partOf(block, 1), v: partOf(block, 2), masks };
}

/** One of three of a block [B, T, 3, H, D], as [B, H, T, D]. */
function partOf(block: Operand, which: number): Operand {
  const [B, T, , H, D] = block.shape as [number, number, number, number, number];
  return { ...block, shape: [B, H, T, D], strides: [T * 3 * H * D, D, 3 * H * D, 1], offset: block.offset + which * H * D };
}
