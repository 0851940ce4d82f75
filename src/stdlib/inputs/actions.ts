/* `Inputs.button` and `Inputs.file`: what the reader does rather than sets. Neither can stand in an address. */

import { Shown } from '../../output/inspect.ts';
import { withJson } from '../data.ts';
import { faceOf } from './choices.ts';
import { Input, Refused } from './input.ts';
import { checked, isIterable, judge, noAddress, wrong, type Common, type Validate } from './options.ts';

type Content = string | Shown;
type Reduce = (value: unknown) => unknown;

/** Buttons that compute a new value from the old: one (whose value counts the clicks), or several with a `reduce` each. */
export function button(content: Content | Iterable<readonly [Content, Reduce?]> = '≡', given?: Common & { reduce?: Reduce }): Input {
  const options = checked('button', given, { reduce: 'function' });
  noAddress('button', options);
  const single = typeof content === 'string' || content instanceof Shown;
  if (!single && !isIterable(content))
    throw new TypeError(`Inputs.button: expected a text or [[text, reduce], …], got ${String(content)}.`);
  const buttons: (readonly [Content, Reduce?])[] = single
    ? [[content, options.reduce ?? ((value) => Number(value ?? 0) + 1)]]
    : Array.from(content, (pair) =>
        Array.isArray(pair) ? (pair as unknown as readonly [Content, Reduce?]) : [pair as unknown as Content],
      );
  for (const [, reduce] of buttons)
    if (reduce !== undefined && typeof reduce !== 'function') throw wrong('button', 'reduce', 'a function', reduce);
  const { disabled: off, value, required } = options;
  const contents = buttons.map(([label]) => label);
  const disabled =
    typeof off === 'object' && off !== null
      ? Array.from(off, (one) => contents.indexOf(one as Content)).filter((i) => i >= 0)
      : off || undefined;
  return new Input(
    'button',
    { ...options, required: false },
    { labels: contents.map(faceOf), disabled },
    value === undefined && !required ? (single ? 0 : null) : value,
    {
      encode: () => null,
      decode: (wire, before) => {
        const pressed = buttons[wire as number];
        if (!pressed) throw new RangeError(`Inputs.button: there is no button ${String(wire)}.`);
        return pressed[1] ? pressed[1](before) : before;
      },
    },
  );
}

export interface FileOptions extends Common {
  accept?: string;
  capture?: string | boolean;
  multiple?: boolean;
  validate?: Validate;
  transform?: (file: File) => unknown;
}

/** Files of the reader's: a File that also reads itself as JSON, null before one is chosen; with `multiple` an array. */
export function file(given?: FileOptions): Input {
  const options = checked('file', given);
  noAddress('file', options);
  const { accept, capture, multiple, required, validate, transform = (chosen: File) => chosen } = options;
  const none = required ? undefined : multiple ? [] : null;
  return new Input(
    'file',
    options,
    { accept, capture: capture || undefined, multiple: Boolean(multiple), judged: validate && true },
    none,
    {
      encode: () => null,
      decode(wire) {
        const files = (Array.isArray(wire) ? wire : wire ? [wire] : []) as File[];
        const problem = files.length === 0 && required ? 'A file has to be chosen.' : undefined;
        const said = validate ? judge(validate, files[0]?.name ?? '', problem, { files }) : problem;
        if (said !== undefined) throw new Refused(said);
        const values = files.map((one) => transform(withJson(one)));
        return multiple ? values : (values[0] ?? null);
      },
      // Only the reader can choose a file.
      accept: (_, before) => before,
    },
  );
}
