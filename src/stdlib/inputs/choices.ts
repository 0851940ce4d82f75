/* `Inputs.select`, `radio`, `checkbox` and `toggle`. The choices stay in the worker: the page sees their labels and speaks in
   indices. Order, uniqueness, keys and first values are Observable's. */

import { ascending, descending, formatLocaleAuto } from './format.ts';
import { Input, htmlOf, labelOf, type Codec } from './input.ts';
import { checked, isIterable, quoted, wrong, type Common } from './options.ts';

type Of = (item: unknown, index: number, data: readonly unknown[]) => unknown;
export interface ChoiceOptions extends Common {
  format?: Of;
  keyof?: Of;
  valueof?: Of;
  sort?: boolean | 'ascending' | 'descending' | ((a: unknown, b: unknown) => number);
  unique?: boolean;
  locale?: string;
  multiple?: boolean | number;
  size?: number;
  key?: unknown;
}

/** A label for the page: words, or html`…` to clean and draw. */
export const faceOf = (label: unknown): string | { readonly html: string; readonly text: string } => {
  const html = htmlOf(label);
  return html === undefined ? labelOf(label) : { html, text: labelOf(label) };
};

export function chooser(type: 'select' | 'radio' | 'checkbox') {
  return (data: Iterable<unknown>, given?: ChoiceOptions): Input => {
    if (!isIterable(data))
      throw new TypeError(
        `Inputs.${type}: expected an array, a Map or another iterable of choices, got ${quoted(data)}. Write Inputs.${type}(["a", "b"]).`,
      );
    const options = checked(type, given, { format: 'function' });
    const many = type === 'checkbox' || (type === 'select' && Boolean(options.multiple));
    const { labels, values } = choicesOf(type, data, options);
    const indexOf = (value: unknown): number => values.findIndex((other) => same(other, value));
    const list = (value: unknown): unknown[] =>
      value === undefined || value === null ? [] : typeof value === 'object' && isIterable(value) ? Array.from(value) : [value];
    const chosen = (value: unknown): unknown[] => {
      const wanted = list(value);
      return values.filter((other) => wanted.some((one) => same(one, other)));
    };
    const off = options.disabled;
    const disabled = typeof off === 'object' && off !== null ? Array.from(off, indexOf).filter((i) => i >= 0) : off || undefined;
    const at = (wire: unknown): unknown => {
      if (!Number.isInteger(wire) || (wire as number) < 0 || (wire as number) >= values.length)
        throw new RangeError(`Inputs.${type}: there is no choice ${String(wire)}.`);
      return values[wire as number];
    };
    const words = labels.map((label) => (typeof label === 'string' ? label : label.text));
    const codec: Codec = many
      ? {
          encode: (value) =>
            list(value)
              .map(indexOf)
              .filter((i) => i >= 0),
          decode: (wire) => (wire as unknown[]).map(at),
          accept: chosen,
          address: {
            write: (wire) => ((wire as number[]).length === 0 ? [''] : (wire as number[]).map((i) => words[i]!)),
            read: (texts) => texts.map((text) => words.indexOf(text)).filter((i) => i >= 0),
          },
        }
      : {
          encode: (value) => (indexOf(value) < 0 ? null : indexOf(value)),
          decode: (wire) => (wire === null || wire === -1 ? null : at(wire)),
          accept: (value) => (indexOf(value) < 0 ? null : values[indexOf(value)]),
          address: {
            write: (wire) => [wire === null ? '' : words[wire as number]!],
            read: ([text]) => (words.includes(text!) ? words.indexOf(text!) : text === '' && type === 'radio' ? null : undefined),
          },
        };
    let { value } = options;
    if (value === undefined && options.key !== undefined && data instanceof Map)
      value = many ? list(options.key).map((key) => data.get(key) as unknown) : data.get(options.key);
    let first: unknown = many ? chosen(value) : value !== undefined && indexOf(value) >= 0 ? values[indexOf(value)] : null;
    // A native select stands at the first choice that is not disabled.
    if (type === 'select' && !many && (value === undefined || indexOf(value) < 0)) {
      const open = values.findIndex((_, i) => !(Array.isArray(disabled) && disabled.includes(i)));
      first = open < 0 ? null : values[open];
    }
    const rows = typeof options.multiple === 'number' ? options.multiple : (options.size ?? Math.max(1, Math.min(10, values.length)));
    return new Input(
      type,
      options,
      { labels, disabled, ...(type === 'select' ? { multiple: many, size: many ? Number(rows) : undefined } : {}) },
      first,
      codec,
    );
  };
}

function choicesOf(
  type: string,
  data: Iterable<unknown>,
  { keyof, valueof, format, sort, unique, locale }: ChoiceOptions,
): { labels: ReturnType<typeof faceOf>[]; values: unknown[] } {
  const map = data instanceof Map,
    items = Array.from(data);
  const key = keyof ?? ((item: unknown) => (map ? (item as [unknown, unknown])[0] : item));
  const value = valueof ?? ((item: unknown) => (map ? (item as [unknown, unknown])[1] : item));
  const auto = formatLocaleAuto(locale);
  let keys = items.map((item, i) => [key(item, i, items), i] as const);
  if (sort !== undefined && sort !== null && sort !== false) {
    const order = sort === true || sort === 'ascending' ? ascending : sort === 'descending' ? descending : sort;
    if (typeof order !== 'function') throw wrong(type, 'sort', 'true, "ascending", "descending" or a function of two keys', sort);
    keys.sort(([a], [b]) => order(a, b));
  }
  if (unique) keys = [...new Map(keys.map((pair) => [pair[0] instanceof Date ? +pair[0] : pair[0], pair])).values()];
  return {
    values: keys.map(([, i]) => value(items[i], i, items)),
    labels: keys.map(([own, i]) => faceOf(format ? format(items[i], i, items) : plainly(own, auto))),
  };
}

const plainly = (key: unknown, auto: (value: unknown) => string): unknown =>
  htmlOf(key) === undefined && (typeof key === 'number' || key instanceof Date || key === null) ? auto(key) : key;

const same = (a: unknown, b: unknown): boolean => Object.is(a, b) || a === b || (a instanceof Date && b instanceof Date && +a === +b);

/** One box: on or off, or one of two `values`. */
export function toggle(given?: Common & { values?: Iterable<unknown> }): Input {
  const options = checked('toggle', given);
  const [on, off] = options.values ? Array.from(options.values) : [true, false];
  const read = (value: unknown): unknown => (options.values ? (same(value, on) ? on : off) : Boolean(value));
  return new Input('toggle', options, {}, read(options.value), {
    encode: (value) => same(value, on),
    decode: (wire) => (wire ? on : off),
    accept: read,
    address: {
      write: (wire) => [String(wire)],
      read: ([text]) => (text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : undefined),
    },
  });
}
