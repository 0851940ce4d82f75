/* Pools as records of pool.as. */

import type { AttributesOf } from '../operations.ts';
import type { Call } from '../types.ts';
import { moreKernels } from '../wasm/more.ts';
import type { Encoder, Opcode, Tape } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

type Pool = AttributesOf<'maxPool2d'> & { readonly includePadding?: boolean };

export const maxPool2d: Encoder = (call, tape) => putPool('maxPool2d', call, tape, false);
export const avgPool2d: Encoder = (call, tape) => putPool('avgPool2d', call, tape, false);
export const avgPool2dGrad: Encoder = (call, tape) => putPool('avgPool2dGrad', call, tape, true);

export const maxPool2dGrad: Encoder = (call, tape) => {
  const none: Pool = { size: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] };
  return putPool('maxPool2dGrad', { ...call, attributes: none }, tape, true);
};

function putPool<B>(op: Opcode, call: Call<B>, tape: Tape<B>, backward: boolean): boolean {
  const { size, stride, padding, dilation, includePadding } = call.attributes as Pool;
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  const index = op === 'maxPool2d' ? call.outputs[1] : op === 'maxPool2dGrad' ? call.inputs[1] : undefined;
  const [image, result] = backward ? [y, x] : [x, y];
  const [N, C, H, W] = image.shape as [number, number, number, number];
  const [, , outH, outW] = result.shape as [number, number, number, number];
  if (x.dtype !== 'float32' || N * C * H * W * outH * outW === 0) return false;
  const each = Math.max(1, Math.floor(4096 / (outH * outW * size[0] * size[1])));
  tape
    .beginMore(moreKernels, op, tilesFor(N * C, each))
    .address(x)
    .address(y)
    .address(index);
  tape.integers(N * C, H, W, outH, outW, ...size, ...stride, padding[0], padding[2], padding[1], padding[3], ...dilation);
  tape.integers(Number(includePadding ?? false), each).end();
  return true;
}
