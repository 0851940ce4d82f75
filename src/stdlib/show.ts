/* What a cell shows: the value of its last line, and what `display` is given. A value that is ready later (a promise, a
   picture) holds its place among the outputs; an input stays tied to what it drives (ask.ts). */

import { Mutable, type Evaluation } from './host.ts';
import { toOutput } from '../output/inspect.ts';
import { refuses } from '../output/kinds.ts';
import { behind } from './behind.ts';
import { Input } from './inputs.ts';
import { picture } from './pictures.ts';
import type { Output } from '../output/types.ts';
import type { Ask } from './ask.ts';

export type Show = (value: unknown, evaluation: Evaluation) => void;

export function createShow(ask: Ask): Show {
  return (value, evaluation) => {
    if (refuses(value)) return void evaluation.emit(toOutput(value) as Output);
    if (value instanceof Input) return ask.show(value, evaluation);
    if (value instanceof Promise) return later(value.then(drawn), evaluation);
    const one = drawn(value);
    if (one.output instanceof Promise)
      later(
        one.output.then((output) => ({ ...one, output })),
        evaluation,
      );
    else if (one.output) evaluation.emit(one.output, undefined, behind(one.value, one.output));
  };
}

interface Drawn<T = Promise<Output> | Output | undefined> {
  readonly value: unknown;
  readonly output: T;
}

function drawn(shown: unknown): Drawn {
  const value = shown instanceof Mutable ? shown.value : shown;
  return { value, output: picture(value) ?? toOutput(value) };
}

function later(ready: Promise<Drawn>, evaluation: Evaluation): void {
  const key = evaluation.emit({ kind: 'text', text: '' });
  const shown = ready.then(async ({ value, output }) => {
    const known = await output;
    if (known) evaluation.emit(known, key, behind(value, known));
  });
  evaluation.waitFor(shown);
}
