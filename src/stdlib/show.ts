/* What a cell shows: the value of its last line, and what `display` is given. A value that is ready later (a promise, a
   picture) holds its place among the outputs; an input stays tied to what it drives (ask.ts). */

import { Mutable, type Evaluation } from './host.ts';
import { toOutput } from '../output/inspect.ts';
import { Input } from './inputs.ts';
import { picture } from './pictures.ts';
import type { Output } from '../output/types.ts';
import type { Ask } from './ask.ts';

export type Show = (value: unknown, evaluation: Evaluation) => void;

export function createShow(ask: Ask): Show {
  return (value, evaluation) => {
    if (value instanceof Input) return ask.show(value, evaluation);
    const output = value instanceof Promise ? value.then(outputOf) : outputOf(value);
    if (output instanceof Promise) {
      const key = evaluation.emit({ kind: 'text', text: '' });
      const shown = output.then((ready) => {
        if (ready) evaluation.emit(ready, key);
      });
      evaluation.waitFor(shown);
    } else if (output) evaluation.emit(output);
  };
}

const outputOf = (value: unknown): Promise<Output> | Output | undefined =>
  picture(value) ?? toOutput(value instanceof Mutable ? value.value : value);
