/* Recurrent layers and cells (tensor-api.md 9). Gates in PyTorch's order: LSTM i f g o, GRU r z n. */

import { noGrad } from '../autograd.ts';
import { isFloat } from '../dtype.ts';
import { compute } from '../dispatch.ts';
import { fail } from '../error.ts';
import { linear } from '../functional/linear.ts';
import { dropout } from '../functional/norm.ts';
import * as e from '../ops/elementwise.ts';
import { describe, oneOf, tensorAt } from '../ops/operands.ts';
import { cat, chunk, select, squeeze, stack, transpose, unsqueeze } from '../ops/view.ts';
import { sameShape, show } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { checkSizes, python, uniformParameter, withDefaults } from './layer.ts';
import { Layer, setProperty } from './module.ts';
import type { Parameter } from './parameter.ts';
import { sequence, type Mode } from './sequence.ts';

export interface RecurrentOptions {
  readonly numLayers?: number;
  readonly bias?: boolean;
  readonly batchFirst?: boolean;
  /** Between layers, in training. */
  readonly dropout?: number;
  readonly bidirectional?: boolean;
}
export interface RNNOptions extends RecurrentOptions {
  readonly nonlinearity?: 'tanh' | 'relu';
}
const defaults: Required<RecurrentOptions> = { numLayers: 1, bias: true, batchFirst: false, dropout: 0, bidirectional: false };

/** What RNN, GRU and LSTM share: layers over layers, both directions, forms of input. */
abstract class Recurrent extends Layer {
  readonly mode: Mode;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;

  constructor(name: string, mode: Mode, inputSize: number, hiddenSize: number, o: Required<RecurrentOptions>) {
    super();
    checkSizes(name, { inputSize, hiddenSize, numLayers: o.numLayers });
    if (!(o.dropout >= 0 && o.dropout <= 1)) fail('value', name, `expected dropout in [0, 1], got ${describe(o.dropout)}.`);
    this.mode = mode;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = o.numLayers;
    this.bias = o.bias;
    this.batchFirst = o.batchFirst;
    this.dropout = o.dropout;
    this.bidirectional = o.bidirectional;
    const gates = gatesOf[mode] * hiddenSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    for (const { suffix, layer } of this.walks()) {
      const width = layer === 0 ? inputSize : hiddenSize * (o.bidirectional ? 2 : 1);
      setProperty(this, `weight_ih_${suffix}`, uniformParameter([gates, width], bound));
      setProperty(this, `weight_hh_${suffix}`, uniformParameter([gates, hiddenSize], bound));
      if (!o.bias) continue;
      setProperty(this, `bias_ih_${suffix}`, uniformParameter([gates], bound));
      setProperty(this, `bias_hh_${suffix}`, uniformParameter([gates], bound));
    }
  }

  /** Each layer's walks over the sequence, in the order of their names and of the states. */
  private walks(): { suffix: string; layer: number; reverse: boolean }[] {
    return Array.from({ length: this.numLayers }, (_, layer) => [
      { suffix: `l${layer}`, layer, reverse: false },
      ...(this.bidirectional ? [{ suffix: `l${layer}_reverse`, layer, reverse: true }] : []),
    ]).flat();
  }

  /** (T, B, in) and states (layers·directions, B, H) → output (T, B, H·directions) and the last states. */
  private run(x: Tensor, h0: Tensor, c0: Tensor | null): { out: Tensor; h: Tensor; c: Tensor | null } {
    const own = this as unknown as Record<string, Parameter | undefined>;
    const [hs, cs]: [Tensor[], Tensor[]] = [[], []];
    let outs: Tensor[] = [];
    let layerInput = x;
    this.walks().forEach(({ suffix, layer, reverse }, i) => {
      if (layer > 0 && !reverse) {
        layerInput = outs.length > 1 ? cat(outs, { dim: -1 }) : outs[0]!;
        if (this.dropout > 0) layerInput = dropout(layerInput, { p: this.dropout, training: this.training });
        outs = [];
      }
      const weights = {
        ih: own[`weight_ih_${suffix}`]!,
        hh: own[`weight_hh_${suffix}`]!,
        biasIh: own[`bias_ih_${suffix}`] ?? null,
        biasHh: own[`bias_hh_${suffix}`] ?? null,
      };
      const { out, h, c } = sequence(this.mode, layerInput, select(h0, 0, i), c0 && select(c0, 0, i), weights, reverse);
      outs.push(out);
      hs.push(h);
      if (c) cs.push(c);
    });
    const joined = (list: readonly Tensor[]): Tensor => (list.length === 1 ? unsqueeze(list[0]!, 0) : stack(list));
    return { out: outs.length > 1 ? cat(outs, { dim: -1 }) : outs[0]!, h: joined(hs), c: c0 && joined(cs) };
  }

  /** `run` for input of any form: without a batch, or with the batch first. */
  protected walk(input: Tensor, h0: Tensor | null, c0: Tensor | null): { out: Tensor; h: Tensor; c: Tensor | null } {
    const name = this.constructor.name;
    const x = tensorAt(input, 1, name);
    const single = x.ndim === 2;
    const form = this.batchFirst
      ? `(B, T, ${this.inputSize}) or (T, ${this.inputSize})`
      : `(T, B, ${this.inputSize}) or (T, ${this.inputSize})`;
    if ((x.ndim !== 3 && !single) || x.shape.at(-1) !== this.inputSize)
      fail('shape', name, `expected input ${form}, got ${show(x.shape)}.`);
    const weight = (this as unknown as Record<string, Parameter>)['weight_ih_l0']!;
    if (!isFloat(x.dtype) || x.dtype !== weight.dtype) fail('dtype', name, `expected input of ${weight.dtype}, got ${x.dtype}.`);
    const swap = this.batchFirst && !single;
    const steps = single ? unsqueeze(x, 1) : swap ? transpose(x, 0, 1) : x;
    if (steps.shape[0] === 0) fail('shape', name, `expected at least one step, got ${show(x.shape)}.`);
    const rows = this.numLayers * (this.bidirectional ? 2 : 1);
    const whole = [rows, steps.shape[1]!, this.hiddenSize];
    const state = (given: Tensor | null, what: string): Tensor => {
      if (!given) return compute('fill', [], whole, x.dtype, { value: 0 }, x.device);
      const wanted = single ? [rows, this.hiddenSize] : whole;
      if (!(given instanceof Tensor) || !sameShape(given.shape, wanted))
        fail('shape', name, `expected ${what} ${show(wanted)}, got ${given instanceof Tensor ? show(given.shape) : describe(given)}.`);
      if (given.dtype !== x.dtype) fail('dtype', name, `expected ${what} of ${x.dtype}, got ${given.dtype}.`);
      return single ? unsqueeze(given, 1) : given;
    };
    const { out, h, c } = this.run(steps, state(h0, 'h0'), this.mode === 'lstm' ? state(c0, 'c0') : null);
    const back = (t: Tensor): Tensor => (single ? squeeze(t, 1) : t);
    return { out: swap ? transpose(out, 0, 1) : back(out), h: back(h), c: c && back(c) };
  }

  protected override extraRepr(): string {
    return [
      `${this.inputSize}, ${this.hiddenSize}`,
      ...(this.numLayers !== 1 ? [`num_layers=${this.numLayers}`] : []),
      ...(this.bias ? [] : ['bias=False']),
      ...(this.batchFirst ? ['batch_first=True'] : []),
      ...(this.dropout !== 0 ? [`dropout=${python(this.dropout)}`] : []),
      ...(this.bidirectional ? ['bidirectional=True'] : []),
    ].join(', ');
  }
}
const gatesOf: Readonly<Record<Mode, number>> = { tanh: 1, relu: 1, gru: 3, lstm: 4 };

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- modules are callable */
export interface RNN {
  (input: Tensor, h0?: Tensor | null): [Tensor, Tensor];
}
export class RNN extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options?: RNNOptions) {
    const o = withDefaults<Required<RNNOptions>>('RNN', options, { ...defaults, nonlinearity: 'tanh' });
    super('RNN', oneOf(o.nonlinearity, ['tanh', 'relu'] as const, 'nonlinearity'), inputSize, hiddenSize, o);
  }
  override forward(input: Tensor, h0: Tensor | null = null): [Tensor, Tensor] {
    const { out, h } = this.walk(input, h0, null);
    return [out, h];
  }
}

export interface GRU {
  (input: Tensor, h0?: Tensor | null): [Tensor, Tensor];
}
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options?: RecurrentOptions) {
    super('GRU', 'gru', inputSize, hiddenSize, withDefaults('GRU', options, defaults));
  }
  override forward(input: Tensor, h0: Tensor | null = null): [Tensor, Tensor] {
    const { out, h } = this.walk(input, h0, null);
    return [out, h];
  }
}

type States = readonly [Tensor, Tensor];
export interface LSTM {
  (input: Tensor, states?: States | null): [Tensor, [Tensor, Tensor]];
}
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options?: RecurrentOptions) {
    super('LSTM', 'lstm', inputSize, hiddenSize, withDefaults('LSTM', options, defaults));
  }
  override forward(input: Tensor, states: States | null = null): [Tensor, [Tensor, Tensor]] {
    const [h0, c0] = statePair(states, 'LSTM');
    const { out, h, c } = this.walk(input, h0, c0);
    return [out, [h, c!]];
  }
}

function statePair(states: States | null, name: string): readonly [Tensor, Tensor] | readonly [null, null] {
  if (states === null) return [null, null];
  if (!Array.isArray(states) || states.length !== 2) fail('value', name, `expected the states as [h, c], got ${describe(states)}.`);
  return states;
}

// ---- one step

/** One step of a recurrent layer: x (B, in) or (in), h (B, H) or (H). */
abstract class Cell extends Layer {
  readonly inputSize: number;
  readonly hiddenSize: number;
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | null;
  bias_hh: Parameter | null;
  constructor(name: string, gates: number, inputSize: number, hiddenSize: number, bias: boolean) {
    super();
    checkSizes(name, { inputSize, hiddenSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    this.weight_ih = uniformParameter([gates * hiddenSize, inputSize], bound);
    this.weight_hh = uniformParameter([gates * hiddenSize, hiddenSize], bound);
    this.bias_ih = bias ? uniformParameter([gates * hiddenSize], bound) : null;
    this.bias_hh = bias ? uniformParameter([gates * hiddenSize], bound) : null;
  }
  /** The state, zeros where none is given, checked against the input. */
  protected state(input: Tensor, given: Tensor | null, what: string): Tensor {
    const name = this.constructor.name;
    const x = tensorAt(input, 1, name);
    if ((x.ndim !== 1 && x.ndim !== 2) || x.shape.at(-1) !== this.inputSize)
      fail('shape', name, `expected input (B, ${this.inputSize}) or (${this.inputSize}), got ${show(x.shape)}.`);
    const wanted = [...x.shape.slice(0, -1), this.hiddenSize];
    if (!given) return noGrad(() => compute('fill', [], wanted, x.dtype, { value: 0 }, x.device));
    if (!sameShape(tensorAt(given, 2, name).shape, wanted))
      fail('shape', name, `expected ${what} ${show(wanted)}, got ${show(given.shape)}.`);
    return given;
  }
  protected fromInput(x: Tensor): Tensor {
    return linear(x, this.weight_ih, this.bias_ih);
  }
  protected fromState(h: Tensor): Tensor {
    return linear(h, this.weight_hh, this.bias_hh);
  }
  protected override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias_ih === null ? ', bias=False' : ''}`;
  }
}
export interface CellOptions {
  readonly bias?: boolean;
}

export interface RNNCell {
  (input: Tensor, h?: Tensor | null): Tensor;
}
export class RNNCell extends Cell {
  readonly nonlinearity: 'tanh' | 'relu';
  constructor(inputSize: number, hiddenSize: number, options?: CellOptions & { readonly nonlinearity?: 'tanh' | 'relu' }) {
    const o = withDefaults<{ bias: boolean; nonlinearity: 'tanh' | 'relu' }>('RNNCell', options, { bias: true, nonlinearity: 'tanh' });
    super('RNNCell', 1, inputSize, hiddenSize, o.bias);
    this.nonlinearity = oneOf(o.nonlinearity, ['tanh', 'relu'] as const, 'nonlinearity');
  }
  override forward(input: Tensor, h: Tensor | null = null): Tensor {
    const before = this.state(input, h, 'h');
    const sum = e.add(this.fromInput(input), this.fromState(before));
    return this.nonlinearity === 'tanh' ? e.tanh(sum) : e.relu(sum);
  }
  protected override extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`}`;
  }
}

export interface GRUCell {
  (input: Tensor, h?: Tensor | null): Tensor;
}
export class GRUCell extends Cell {
  constructor(inputSize: number, hiddenSize: number, options?: CellOptions) {
    super('GRUCell', 3, inputSize, hiddenSize, withDefaults('GRUCell', options, { bias: true }).bias);
  }
  override forward(input: Tensor, h: Tensor | null = null): Tensor {
    const before = this.state(input, h, 'h');
    const [xr, xz, xn] = chunk(this.fromInput(input), 3, -1) as [Tensor, Tensor, Tensor];
    const [hr, hz, hn] = chunk(this.fromState(before), 3, -1) as [Tensor, Tensor, Tensor];
    const update = e.sigmoid(e.add(xz, hz));
    const candidate = e.tanh(e.add(xn, e.mul(e.sigmoid(e.add(xr, hr)), hn)));
    return e.add(e.mul(e.sub(1, update), candidate), e.mul(update, before));
  }
}

export interface LSTMCell {
  (input: Tensor, states?: States | null): [Tensor, Tensor];
}
export class LSTMCell extends Cell {
  constructor(inputSize: number, hiddenSize: number, options?: CellOptions) {
    super('LSTMCell', 4, inputSize, hiddenSize, withDefaults('LSTMCell', options, { bias: true }).bias);
  }
  override forward(input: Tensor, states: States | null = null): [Tensor, Tensor] {
    const [h0, c0] = statePair(states, 'LSTMCell');
    const [h, c] = [this.state(input, h0, 'h'), this.state(input, c0, 'c')];
    const [i, f, g, o] = chunk(e.add(this.fromInput(input), this.fromState(h)), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const cell = e.add(e.mul(e.sigmoid(f), c), e.mul(e.sigmoid(i), e.tanh(g)));
    return [e.mul(e.sigmoid(o), e.tanh(cell)), cell];
  }
}
