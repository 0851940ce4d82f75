/* A whole sequence of a recurrent layer in one direction, and its gradient backward through time. Gates are computed in float64
   and rounded where they are stored; the next step reads what was stored. `operations.ts` gives the shapes and the gates' order. */

import type { AttributesOf } from '../operations.ts';
import { unaryFunctions } from '../elementwise/functions.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

const { sigmoid, relu } = unaryFunctions;

/** (xw [T, B, G·H], whh [G·H, H], bhh [G·H], h0 [B, H], c0 [B, H]?) → out [T, B, H], saved, cells [T, B, H]?. */
export function rnn(call: Call<HostArray>): void {
  const { mode, reverse } = call.attributes as AttributesOf<'rnn'>;
  const [xw, whh, bhh, h0, c0] = call.inputs.map(window) as [HostArray, HostArray, HostArray, HostArray, HostArray?];
  const [out, saved, cells] = call.outputs.map(window) as [HostArray, HostArray, HostArray?];
  const [T, B, H] = call.outputs[0]!.shape as [number, number, number];
  const GH = call.inputs[0]!.shape[2]!;
  const hidden = new Float64Array(GH); // h·whhᵀ + bhh of one example
  for (let step = 0; step < T; step++) {
    const t = reverse ? T - 1 - step : step;
    const before = reverse ? t + 1 : t - 1;
    for (let b = 0; b < B; b++) {
      const h = step === 0 ? h0 : out;
      const hRow = step === 0 ? b * H : (before * B + b) * H;
      for (let j = 0; j < GH; j++) {
        let sum = bhh[j]!;
        for (let i = 0; i < H; i++) sum += h[hRow + i]! * whh[j * H + i]!;
        hidden[j] = sum;
      }
      const x = (t * B + b) * GH;
      const y = (t * B + b) * H;
      for (let i = 0; i < H; i++) {
        if (mode === 'lstm') {
          const input = sigmoid(xw[x + i]! + hidden[i]!);
          const forget = sigmoid(xw[x + H + i]! + hidden[H + i]!);
          const candidate = Math.tanh(xw[x + 2 * H + i]! + hidden[2 * H + i]!);
          const output = sigmoid(xw[x + 3 * H + i]! + hidden[3 * H + i]!);
          const cell = forget * (step === 0 ? c0![hRow + i]! : cells![hRow + i]!) + input * candidate;
          saved[x + i] = input;
          saved[x + H + i] = forget;
          saved[x + 2 * H + i] = candidate;
          saved[x + 3 * H + i] = output;
          cells![y + i] = cell;
          out[y + i] = output * Math.tanh(cell);
        } else if (mode === 'gru') {
          const reset = sigmoid(xw[x + i]! + hidden[i]!);
          const update = sigmoid(xw[x + H + i]! + hidden[H + i]!);
          const candidate = Math.tanh(xw[x + 2 * H + i]! + reset * hidden[2 * H + i]!);
          const s = (t * B + b) * 4 * H;
          saved[s + i] = reset;
          saved[s + H + i] = update;
          saved[s + 2 * H + i] = candidate;
          saved[s + 3 * H + i] = hidden[2 * H + i]!;
          out[y + i] = (1 - update) * candidate + update * h[hRow + i]!;
        } else {
          const sum = xw[x + i]! + hidden[i]!;
          saved[x + i] = out[y + i] = mode === 'tanh' ? Math.tanh(sum) : relu(sum);
        }
      }
    }
  }
}

/** (g [T, B, H], whh, h0, out, saved, c0?, cells?, gc?) → dxw [T, B, G·H], dwhh [G·H, H], dbhh [G·H], dh0 [B, H], dc0 [B, H]?. */
export function rnnGrad(call: Call<HostArray>): void {
  const { mode, reverse } = call.attributes as AttributesOf<'rnnGrad'>;
  const [g, whh, h0, out, saved, c0, cells, gc] = call.inputs.map(window) as [
    HostArray,
    HostArray,
    HostArray,
    HostArray,
    HostArray,
    HostArray?,
    HostArray?,
    HostArray?,
  ];
  const outputs = call.outputs.map(window);
  const dxw = outputs[0]!;
  const [T, B, H] = call.inputs[0]!.shape as [number, number, number];
  const GH = call.inputs[1]!.shape[0]!;
  const dwhh = new Float64Array(GH * H);
  const dbhh = new Float64Array(GH);
  const dh = new Float64Array(B * H); // gradient of h before the step at hand, from later steps
  const dc = Float64Array.from(gc ?? []);
  const gates = new Float64Array(GH); // gradient of h·whhᵀ + bhh of one example
  for (let step = T - 1; step >= 0; step--) {
    const t = reverse ? T - 1 - step : step;
    const before = reverse ? t + 1 : t - 1;
    for (let b = 0; b < B; b++) {
      const h = step === 0 ? h0 : out;
      const hRow = step === 0 ? b * H : (before * B + b) * H;
      const x = (t * B + b) * GH;
      const y = (t * B + b) * H;
      for (let i = 0; i < H; i++) {
        const at = b * H + i;
        const slope = g[y + i]! + dh[at]!;
        dh[at] = 0;
        if (mode === 'lstm') {
          const [input, forget, candidate, output] = [0, 1, 2, 3].map((gate) => saved[x + gate * H + i]!) as [
            number,
            number,
            number,
            number,
          ];
          const squashed = Math.tanh(cells![y + i]!);
          const dCell = dc[at]! + slope * output * (1 - squashed * squashed);
          gates[i] = dCell * candidate * input * (1 - input);
          gates[H + i] = dCell * (step === 0 ? c0! : cells!)[hRow + i]! * forget * (1 - forget);
          gates[2 * H + i] = dCell * input * (1 - candidate * candidate);
          gates[3 * H + i] = slope * squashed * output * (1 - output);
          dc[at] = dCell * forget;
          for (let gate = 0; gate < 4; gate++) dxw[x + gate * H + i] = gates[gate * H + i]!;
        } else if (mode === 'gru') {
          const s = (t * B + b) * 4 * H;
          const [reset, update, candidate, inner] = [0, 1, 2, 3].map((gate) => saved[s + gate * H + i]!) as [
            number,
            number,
            number,
            number,
          ];
          const dCandidate = slope * (1 - update) * (1 - candidate * candidate);
          gates[i] = dCandidate * inner * reset * (1 - reset);
          gates[H + i] = slope * (h[hRow + i]! - candidate) * update * (1 - update);
          gates[2 * H + i] = dCandidate * reset;
          dh[at] = slope * update;
          dxw[x + i] = gates[i]!;
          dxw[x + H + i] = gates[H + i]!;
          dxw[x + 2 * H + i] = dCandidate;
        } else {
          const value = out[y + i]!;
          dxw[x + i] = gates[i] = mode === 'tanh' ? slope * (1 - value * value) : value > 0 ? slope : 0;
        }
      }
      for (let j = 0; j < GH; j++) {
        const gate = gates[j]!;
        dbhh[j]! += gate;
        for (let i = 0; i < H; i++) {
          dwhh[j * H + i]! += gate * h[hRow + i]!;
          dh[b * H + i]! += gate * whh[j * H + i]!;
        }
      }
    }
  }
  outputs[1]!.set(dwhh);
  outputs[2]!.set(dbhh);
  outputs[3]!.set(dh);
  if (mode === 'lstm') outputs[4]!.set(dc);
}
