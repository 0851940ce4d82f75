/* `view(input)`: shows an input and ties it to what follows. Under a name the name changes and its dependents follow; where
   the cell uses the value itself (`view(a) * 2`) the cell is evaluated again, and its inputs start where the reader left
   them. Inputs only shown (`display(input)`) are tied to nothing. One with the option `address` starts at what the page's
   address says, and later at what the reader made of it. */

import { Uncommitted, type Evaluation, type Host, type Library } from './host.ts';
import { toText } from '../output/inspect.ts';
import { Input } from './inputs.ts';

export interface Ask {
  readonly view: Library['view'];
  /** Shows `input` at a new output of `evaluation`; the page may move it from now on. */
  show(input: Input, evaluation: Evaluation): void;
  readonly input: Library['input'];
  /** Where the reader left unnamed inputs, by cell. */
  readonly held: Iterable<readonly [cell: string, inputs: unknown]>;
}

/** Buttons and files are kept by value: their wire values say what was pressed, not where they stand. */
interface Held {
  readonly type: string;
  readonly label: string;
  readonly wire: unknown;
  readonly value: unknown;
}
/** How many inputs that are gone are known by their place. */
const mostGone = 200;
const byValue: ReadonlySet<string> = new Set(['button', 'file']);

export function createAsk(host: Host): Ask {
  /** Inputs on the page, by id, with the evaluation that shows each. */
  const shown = new Map<string, { readonly input: Input; readonly evaluation: Evaluation }>();
  /** Where the reader left the unnamed inputs of a cell, in the order of its calls; its latest evaluation knows what it is called. */
  const held = Object.entries((host.options.sweep?.held ?? {}) as Record<string, Held[]>).map(
    ([cell, kept]): { of: Pick<Evaluation, 'cell'>; readonly kept: Held[] } => ({ of: { cell }, kept }),
  );
  const unnamed = new WeakMap<Evaluation, number>();
  /** What the page's address says by now, by parameter. */
  const address = new Map(Object.entries(host.options.address ?? {}));

  const open = (input: Input): void => {
    for (const one of withFields(input)) {
      const texts = one.address === undefined ? undefined : address.get(one.address);
      if (texts !== undefined) one.open(texts);
    }
  };
  const keep = (input: Input): void => {
    if (input.address === undefined) return;
    const texts = input.parameters;
    if (texts === undefined) address.delete(input.address);
    else address.set(input.address, texts);
  };

  /** An input that follows from its own value is made anew while the reader moves it: what was sent to the one before goes to
      the one in its place, when that is there. */
  const places = new Map<string, string>();
  const gone = new Map<string, string>();
  const early = new Map<string, unknown>();
  const leave = (id: string, place: string): void => {
    gone.set(id, place);
    if (gone.size > mostGone) gone.delete(gone.keys().next().value!);
  };
  const receive = (id: string, value: unknown): boolean => {
    const entry = shown.get(id);
    if (!entry) {
      const place = gone.get(id);
      const next = place === undefined ? undefined : places.get(place);
      if (next !== undefined && shown.has(next)) return receive(next, value);
      if (place !== undefined) early.set(place, value);
      return false;
    }
    host.enter(entry.evaluation, () => {
      entry.input.receive(value);
      keep(entry.input);
    });
    return true;
  };

  const show = (input: Input, evaluation: Evaluation): void => {
    if (input.unseen) return;
    const key = evaluation.emit(input.output, undefined, input.behind?.());
    const place = `${evaluation.cell} ${key} ${input.type} ${input.label}`;
    places.set(place, input.id);
    if (early.has(place)) {
      const value = early.get(place);
      early.delete(place);
      evaluation.onEnd(() => queueMicrotask(() => receive(input.id, value)));
    }
    const again = (): void => {
      evaluation.emit(input.output, key, input.behind?.());
    };
    input.shownAt.add(again);
    const all = withFields(input);
    for (const one of all) shown.set(one.id, { input: one, evaluation });
    evaluation.onDispose(() => {
      input.shownAt.delete(again);
      if (input.shownAt.size === 0) input.dispatchEvent(new Event('dispose'));
      for (const one of all) if (shown.get(one.id)?.evaluation === evaluation) shown.delete(one.id);
      leave(input.id, place);
    });
  };

  const listen = (input: Input, evaluation: Evaluation, fn: () => void): void => {
    input.addEventListener('input', fn);
    evaluation.onDispose(() => input.removeEventListener('input', fn));
  };

  return {
    show,
    get held() {
      return held.map(({ of, kept }) => [of.cell, kept] as const);
    },
    view(input, evaluation, name) {
      if (!(input instanceof Input)) {
        throw new TypeError(
          `view: expected an input, got ${toText(input, 60)}. Pass one of Inputs, such as view(Inputs.range([0, 1])), or use display(…) to show a value.`,
        );
      }
      const { set } = host.options;
      open(input);
      if (typeof name === 'string' && Object.hasOwn(set, name)) input.begin(set[name]);
      if (input.absent) {
        listen(input, evaluation, () => host.again(evaluation.cell));
        show(input, evaluation);
        throw new Uncommitted();
      }
      if (name === undefined) {
        const n = unnamed.get(evaluation) ?? 0;
        unnamed.set(evaluation, n + 1);
        let own = held.find(({ of }) => of.cell === evaluation.cell);
        if (own === undefined) held.push((own = { of: evaluation, kept: [] }));
        own.of = evaluation;
        const { kept } = own;
        const before = kept[n];
        if (before && before.type === input.type && before.label === input.label) {
          if (byValue.has(input.type)) input.start(before.value);
          else input.restore(before.wire);
        }
        listen(input, evaluation, () => {
          kept[n] = { type: input.type, label: input.label, wire: input.wire, value: input.value };
          host.again(evaluation.cell);
        });
      } else if (typeof name === 'string') {
        listen(input, evaluation, () => host.assign(evaluation.cell, name, input.value));
      } else {
        listen(input, evaluation, () => {
          for (const [part, value] of Object.entries(name(input.value)))
            if (!Object.hasOwn(set, part)) host.assign(evaluation.cell, part, value);
        });
      }
      show(input, evaluation);
      return input.value;
    },
    input: receive,
  };
}

function withFields(input: Input): Input[] {
  return [input, ...input.fields.flatMap(withFields)];
}
