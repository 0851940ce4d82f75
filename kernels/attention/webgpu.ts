/* Attention on the device without its matrix of scores: a query row (or, for the gradients of keys and values, a key row) an
   invocation, its head in registers. Heads wider than 256 are left to the host. */

import { apart } from '../../src/base/apart.ts';
import type { AttributesOf } from '../operations.ts';
import type { View } from '../types.ts';
import type { Shader } from '../webgpu/shader.ts';
import { floatBits } from '../webgpu/shader.ts';
import type { DeviceFacts, Lowering } from '../webgpu/step.ts';
import { contiguous, copied, flat, isContiguous } from '../webgpu/step.ts';
import gradKvText from './attention-grad-kv.wgsl';
import gradQText from './attention-grad-q.wgsl';
import attentionGradQuads from './attention-grad-quads.wgsl';
import attentionQuads from './attention-quads.wgsl';
import statsText from './attention-stats.wgsl';
import text from './attention.wgsl';

const shader: Shader = { name: 'attention', text };
const statsShader: Shader = { name: 'attentionStats', text: statsText };
const gradQ: Shader = { name: 'attentionGradQ', text: gradQText };
const gradKv: Shader = { name: 'attentionGradKv', text: gradKvText };
/** What only software adapters need. */
const far = apart('kernels/quads', { attentionQuads, attentionGradQuads });
const quads: Shader = {
  name: 'attentionQuads',
  get text() {
    return far.attentionQuads;
  },
};
const gradQuads: Shader = {
  name: 'attentionGradQuads',
  get text() {
    return far.attentionGradQuads;
  },
};
const WIDEST = 256;

/** Strides of batch, head and row, and the offset. */
function place(view: View<unknown>): number[] {
  return [view.strides[0]!, view.strides[1]!, view.strides[2]!, view.offset].map((word) => word >>> 0);
}

/** The words of a kernel: places of q, k, v, strides of the mask, `others`, sizes. */
function sizes(
  others: readonly View<unknown>[],
  q: View<unknown>,
  k: View<unknown>,
  v: View<unknown>,
  mask: View<unknown> | undefined,
  { offset, scale }: AttributesOf<'attention'>,
): number[] {
  const [batch, heads, t, d] = q.shape as [number, number, number, number];
  const [, keyHeads, s] = k.shape as [number, number, number];
  const strides = mask ? mask.strides.map((stride) => stride >>> 0) : [0, 0, 0, 0];
  const numbers = [batch, heads, keyHeads, t, s, d, v.shape[3]!, offset >>> 0, floatBits(scale), mask?.offset ?? 0];
  return [...place(q), ...place(k), ...place(v), ...strides, ...others.flatMap(place), ...numbers];
}

/** Whether rows can be loaded as vec4s. */
function four(view: View<unknown>): boolean {
  return view.shape[3]! % 4 === 0 && [...view.strides.slice(0, 3), view.offset].every((step) => step % 4 === 0);
}

/** Whether neighbours share what they load. */
function inQuads(q: View<unknown>, k: View<unknown>, others: readonly View<unknown>[], { software, subgroups }: DeviceFacts): boolean {
  return software && subgroups === true && q.shape[2]! % 4 === 0 && k.shape[2]! % 4 === 0 && [q, k, ...others].every(four);
}

export const attention: Lowering = (call, to) => {
  const attributes = call.attributes as AttributesOf<'attention'>;
  const [q, k, v] = call.inputs.slice(0, 3).map((view) => (view.strides[3] === 1 || view.shape[3] === 1 ? view : copied(view, to)));
  const mask = attributes.mask ? call.inputs[3]! : undefined;
  const [out, lse] = [call.outputs[0]!, call.outputs[1]!];
  if (!q || !k || !v || q.dtype !== 'float32') return false;
  const [batch, heads, t, d] = q.shape as [number, number, number, number];
  const dv = v.shape[3]!;
  if (d > WIDEST || dv > WIDEST) return false;
  if (batch * heads * t * dv === 0) return true;
  const both = {
    D4: `${Math.max(1, Math.ceil(d / 4))}u`,
    V4: `${Math.ceil(dv / 4)}u`,
    CAUSAL: attributes.causal,
    MASK: attributes.mask,
  };
  const shared = d > 0 && inQuads(q, k, [v], to.facts);
  const constants = {
    ...both,
    ...(four(k) ? { K: 'vec4f', 'fn fourOfK': 'k[(i + c) >> 2u]', 'fn oneOfK': '0.0' } : {}),
    ...(four(v) ? { V: 'vec4f', 'fn fourOfV': 'v[(i + c) >> 2u]', 'fn oneOfV': '0.0' } : {}),
  };
  const words = [...sizes([out], q, k, v, mask, attributes), lse.offset];
  to.emit(
    shared ? quads : shader,
    shared ? both : constants,
    [q.buffer, k.buffer, v.buffer, (mask ?? q).buffer, out.buffer, lse.buffer],
    words,
    flat(batch * heads * t),
    isContiguous(out) ? out : undefined,
  );
  return true;
};

export const attentionGrad: Lowering = (call, to) => {
  const attributes = call.attributes as AttributesOf<'attentionGrad'>;
  const [q, k, v] = call.inputs.slice(1, 4).map((view) => (view.strides[3] === 1 || view.shape[3] === 1 ? view : copied(view, to)));
  const [g, out] = [call.inputs[0]!, call.inputs[4]!].map((view) =>
    view.strides[3] === 1 || view.shape[3] === 1 ? view : copied(view, to),
  );
  const lse = contiguous(call.inputs[5]!, to);
  const mask = attributes.mask ? call.inputs[6]! : undefined;
  const [dq, dk, dvOut] = [call.outputs[0]!, call.outputs[1]!, call.outputs[2]!];
  if (!q || !k || !v || !g || !out || q.dtype !== 'float32') return false;
  const [batch, heads, t, d] = q.shape as [number, number, number, number];
  const [, keyHeads, s] = k.shape as [number, number, number];
  const dv = v.shape[3]!;
  if (d > WIDEST || dv > WIDEST || d * dv === 0) return false;
  const rows = batch * heads * t;
  const stats = to.scratch(Math.max(1, rows) * 2, 'float32');
  const vectors = [q, k, v, g].every(four)
    ? Object.fromEntries([
        ['T', 'vec4f'],
        ...[
          ['G', 'grad'],
          ['Q', 'q'],
          ['K', 'k'],
          ['V', 'v'],
        ].flatMap(([letter, name]) => [
          [`fn fourOf${letter}`, `${name}[(i + c) >> 2u]`],
          [`fn oneOf${letter}`, '0.0'],
        ]),
      ])
    : {};
  const both = { D4: `${Math.ceil(d / 4)}u`, V4: `${Math.ceil(dv / 4)}u`, CAUSAL: attributes.causal, MASK: attributes.mask };
  const constants = { ...both, ...vectors };
  const words = sizes([g, dq, dk, dvOut], q, k, v, mask, attributes);
  const inputs = [g.buffer, q.buffer, k.buffer, v.buffer, (mask ?? q).buffer, stats.buffer];
  const ofStats = [...place(g), ...place(out), rows, dv, heads, t, lse.offset];
  to.emit(statsShader, {}, [g.buffer, out.buffer, lse.buffer, stats.buffer], ofStats, flat(rows));
  // Both write parts of their own, be it of one buffer.
  const beside = {};
  if (inQuads(q, k, [v, g], to.facts)) {
    const last = [(mask ?? q).buffer, stats.buffer];
    const none = to.scratch(4, 'float32');
    const ofQ = [q.buffer, g.buffer, k.buffer, v.buffer, ...last, dq.buffer, none.buffer];
    const ofK = [k.buffer, v.buffer, q.buffer, g.buffer, ...last, dk.buffer, dvOut.buffer];
    to.emit(gradQuads, { ...both, KEYS: false }, ofQ, words, flat(rows), undefined, beside);
    to.emit(gradQuads, { ...both, KEYS: true }, ofK, words, flat(batch * keyHeads * s), undefined, beside);
    return true;
  }
  to.emit(gradQ, constants, [...inputs, dq.buffer], words, flat(rows), undefined, beside);
  to.emit(gradKv, constants, [...inputs, dk.buffer, dvOut.buffer], words, flat(batch * keyHeads * s), undefined, beside);
  return true;
};
