/* For tests: whole training steps as an eager trace records them: forward, backward rule by rule, gradients kept, parameters updated. */

import type { Shape } from '../types.ts';
import { expand, Trace, transpose } from './test-program.ts';
import type { ProgramView } from './views.ts';
import { reshapeView } from './views.ts';

/** A parameter with its gradient and moments, all kept between runs. */
interface Parameter {
  readonly value: ProgramView;
  readonly grad: ProgramView;
  readonly moments: readonly ProgramView[];
}

/** Layers with their rules, as the tensor library records them. */
export class Step extends Trace {
  readonly parameters: Parameter[] = [];
  readonly h = this.feed([8]);

  parameter(shape: Shape): Parameter {
    const made = { value: this.held(shape), grad: this.held(shape), moments: [this.held(shape), this.held(shape)] };
    this.parameters.push(made);
    return made;
  }
  /** x·Wᵀ + b, W (out, in); the rule gives dx. */
  linear(x: ProgramView, w: Parameter, b: Parameter | undefined): [ProgramView, (g: ProgramView) => ProgramView] {
    let y = this.matmul(x, transpose(w.value, 0, 1));
    if (b) y = this.binary('add', y, b.value);
    return [
      y,
      (g) => {
        if (b) this.keep(this.sumRows(g), b.grad);
        const rows = (t: ProgramView) => reshapeView(t, [t.shape.slice(0, -1).reduce((p, n) => p * n, 1), t.shape.at(-1)!])!;
        const dwT = this.matmul(transpose(rows(x), 0, 1), rows(g));
        this.keep(transpose(dwT, 0, 1), w.grad);
        return this.matmul(g, w.value);
      },
    ];
  }
  layerNorm(x: ProgramView, w: Parameter, b: Parameter): [ProgramView, (g: ProgramView) => ProgramView] {
    const n = x.shape.at(-1)!;
    const r = x.shape.slice(0, -1).reduce((p, length) => p * length, 1);
    const rows = reshapeView(x, [r, n])!;
    const [y, mean, rstd] = [this.inner([r, n]), this.inner([r]), this.inner([r])];
    this.into('layerNorm', [rows, w.value, b.value], [y, mean, rstd], { eps: 1e-5, rms: false, weight: true, bias: true });
    return [
      reshapeView(y, x.shape)!,
      (g) => {
        const [dx, dw, db] = [this.inner([r, n]), this.inner([n]), this.inner([n])];
        this.into('layerNormGrad', [this.reshape(g, [r, n]), rows, mean, rstd, w.value], [dx, dw, db], {
          rms: false,
          weight: true,
          bias: true,
        });
        this.keep(dw, w.grad);
        this.keep(db, b.grad);
        return reshapeView(dx, x.shape)!;
      },
    ];
  }
  /** Mean cross entropy; the rule gives dlogits. */
  loss(logits: ProgramView, target: ProgramView): [ProgramView, () => ProgramView] {
    const [n, k] = logits.shape as [number, number];
    const [losses, lse] = [this.inner([n]), this.inner([n])];
    const attributes = { ignoreIndex: -100, smoothing: 0 };
    this.into('crossEntropy', [logits, target], [losses, lse], attributes);
    const sum = this.call('reduce', [losses], [], { fn: 'sum', count: 1 });
    const mean = this.binary('mul', sum, this.number(1 / n));
    return [
      mean,
      () => {
        const seed = this.number(1);
        const each = this.binary('mul', seed, this.number(1 / n));
        const g = this.call('copy', [expand(each, [n])], [n], {});
        return this.call('crossEntropyGrad', [g, logits, target, lse], [n, k], attributes);
      },
    ];
  }
  /** A slice of the last dim; the rule gives zeros with the gradient in place. */
  slice(x: ProgramView, start: number, length: number): [ProgramView, (g: ProgramView) => ProgramView] {
    const part = { ...x, offset: x.offset + start, shape: [...x.shape.slice(0, -1), length] };
    return [
      part,
      (g) => {
        const out = this.call('fill', [], x.shape, { value: 0 });
        this.into('copy', [g], [{ ...out, offset: start, shape: part.shape }], {});
        return out;
      },
    ];
  }
  /** What `.grad` gets: a contiguous copy. */
  keep(gradient: ProgramView, grad: ProgramView): void {
    this.into('copy', [gradient], [grad], {});
  }
  update(): void {
    for (const { value, grad, moments } of this.parameters) {
      const [m, v] = moments as [ProgramView, ProgramView];
      this.into('adam', [this.h, value, grad, m, v], [value, m, v], { count: 1, decoupled: true, amsgrad: false, maximize: false });
    }
  }
}

/** A perceptron of two layers, its loss, gradients and update. */
export function mlpStep(): Step {
  const step = new Step();
  const [n, input, hidden, classes] = [6, 12, 8, 4];
  const x = step.argument([n, input]);
  const target = step.argument([n], 'int32');
  const [w1, b1, w2, b2] = [
    step.parameter([hidden, input]),
    step.parameter([hidden]),
    step.parameter([classes, hidden]),
    step.parameter([classes]),
  ];
  const [z, dz] = step.linear(x, w1, b1);
  const h = step.unary('relu', z);
  const [logits, dlogits] = step.linear(h, w2, b2);
  const [loss, dloss] = step.loss(logits, target);
  const g = dlogits(dloss());
  dz(step.binary('reluGrad', g, z));
  step.into('copy', [loss], [step.result([])], {});
  step.update();
  return step;
}

/** A GPT, its loss, gradients and update. */
export function gptStep(
  layers: number,
  { batch, time, width, heads, vocabulary } = { batch: 2, time: 4, width: 8, heads: 2, vocabulary: 5 },
): Step {
  const step = new Step();
  const size = width / heads;
  const ids = step.argument([batch * time], 'int32');
  const target = step.argument([batch * time], 'int32');
  const [tokens, positions] = [step.parameter([vocabulary, width]), step.parameter([time, width])];
  const embedded = reshapeView(step.call('rows', [tokens.value, ids], [batch * time, width], {}), [batch, time, width])!;
  let x = step.binary('add', embedded, positions.value);
  const back: ((g: ProgramView) => ProgramView)[] = [];

  for (let layer = 0; layer < layers; layer++) {
    const vectors = Array.from({ length: 4 }, () => step.parameter([width])) as [Parameter, Parameter, Parameter, Parameter];
    const [wq, bq] = [step.parameter([3 * width, width]), step.parameter([3 * width])];
    const [wo, bo] = [step.parameter([width, width]), step.parameter([width])];
    const [w1, b1] = [step.parameter([4 * width, width]), step.parameter([4 * width])];
    const [w2, b2] = [step.parameter([width, 4 * width]), step.parameter([width])];
    const [n1, dn1] = step.layerNorm(x, vectors[0], vectors[1]);
    const [qkv, dqkv] = step.linear(n1, wq, bq);
    const parts = [0, 1, 2].map((i) => step.slice(qkv, i * width, width));
    const [q, k, v] = parts.map(([part]) =>
      transpose({ ...part, shape: [batch, time, heads, size], strides: [...part.strides.slice(0, 2), size, 1] }, 1, 2),
    );
    const out = step.inner([batch, heads, time, size]);
    const lse = step.inner([batch, heads, time]);
    const attributes = { causal: true, offset: 0, scale: 1 / Math.sqrt(size), mask: false };
    step.into('attention', [q!, k!, v!], [out, lse], attributes);
    const [y, dy] = step.linear(step.reshape(transpose(out, 1, 2), [batch, time, width]), wo, bo);
    const x1 = step.binary('add', x, y);
    const [n2, dn2] = step.layerNorm(x1, vectors[2], vectors[3]);
    const [f, df] = step.linear(n2, w1, b1);
    const a = step.unary('geluTanh', f);
    const [m, dm] = step.linear(a, w2, b2);
    x = step.binary('add', x1, m);

    back.push((g) => {
      const ga = dm(g);
      const g1 = step.binary('add', g, dn2(df(step.binary('geluTanhGrad', ga, f))));
      const dout = transpose(reshapeView(dy(g1), [batch, time, heads, size])!, 1, 2);
      const grads = [0, 1, 2].map(() => step.inner([batch, heads, time, size]));
      step.into('attentionGrad', [step.contiguous(dout), q!, k!, v!, out, lse], grads, attributes);
      const placed = parts.map(([, rule], i) => rule(step.reshape(transpose(grads[i]!, 1, 2), [batch, time, width])));
      const sum = step.binary('add', step.binary('add', placed[0]!, placed[1]!), placed[2]!);
      return step.binary('add', g1, dn1(dqkv(sum)));
    });
  }

  const [w, b, head] = [step.parameter([width]), step.parameter([width]), step.parameter([vocabulary, width])];
  const [n, dn] = step.layerNorm(x, w, b);
  const [logits, dlogits] = step.linear(n, head, undefined);
  const [loss, dloss] = step.loss(reshapeView(logits, [batch * time, vocabulary])!, target);
  let g = dn(reshapeView(dlogits(reshapeView(dloss(), [batch, time, vocabulary])!), [batch, time, width])!);
  for (const rule of back.toReversed()) g = rule(g);
  const table = step.call('fill', [], [vocabulary, width], { value: 0 });
  step.into('rowsAdd', [ids, reshapeView(g, [batch * time, width])!], [table], {});
  step.keep(table, tokens.grad);
  const sums = step.call('reduce', [transpose(reshapeView(g, [batch, time * width])!, 0, 1)], [time * width], { fn: 'sum', count: 1 });
  step.keep(reshapeView(sums, [time, width])!, positions.grad);
  step.into('copy', [loss], [step.result([])], {});
  step.update();
  return step;
}

/** Starting values that keep a step in range. */
export function startingNumbers(step: Step) {
  return (buffer: number, i: number): number => {
    const { dtype } = step.buffers[buffer]!;
    if (buffer === step.h.buffer) return [1e-3, 0.9, 0.99, 1e-8, 0.01, 0.1, 0.01, 0.01][i]!;
    const hash = (buffer * 7919 + i * 104729) % 1009;
    // Second moments are no less than 0.
    const low = step.parameters.some(({ moments }) => moments[1]!.buffer === buffer) ? 0 : -0.5;
    return dtype === 'int32' ? hash % 4 : hash / 1009 + low;
  };
}
