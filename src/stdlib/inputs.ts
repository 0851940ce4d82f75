/* `Inputs`: what a cell may ask its reader, with the signatures of Observable Inputs. A handle holds value and options in
   the worker; the page draws a native control from `label`, `props` and the *wire value*, and sends wire values back.

   type      props (beside disabled, width, required)                                     wire value
   range     min max step ('any' | number) text? scale? (values at even slider places)    number
   number    min? max? step placeholder?                                                  number | null
   select    labels multiple size?          radio: labels                                 index | null; multiple: index[]
   checkbox  labels                                                                       index[]
   toggle    -                                                                            boolean
   text      type (text email tel url password) placeholder pattern minlength maxlength datalist submit spellcheck   string
   textarea  placeholder rows minlength maxlength submit monospace readonly               string
   button    labels (one per button)                                                      index of the pressed one
   color     datalist                                                                     "#rrggbb"
   date      min? max? ("2024-01-31")       datetime: the same ("2024-01-31T12:30")       string | null
   file      accept? multiple                                                             File | File[] | null
   search    placeholder datalist text ("3 of 10")                                        the query
   table     columns rows total multiple selectable height layout                         index[] of selected rows
   form      fields: { key, id, type, label, props, value }[]                             none: its fields have ids of their own

   `disabled` is a boolean, or an array of indices for choices. */

import { Shown, toText } from '../output/inspect.ts';
import type { InputType, Output } from '../output/types.ts';
import { cell, rowLimit, toRows, toTable, type TableOptions } from './tables.ts';
import { withJson } from './data.ts';

type Props = Record<string, unknown>;

/** How a handle's value crosses to the page and back. `decode` throws on what cannot be meant. */
interface Codec {
  readonly encode: (value: unknown) => unknown;
  readonly decode: (wire: unknown, value: unknown) => unknown;
  /** What becomes of a value that code sets. Default: itself. */
  readonly accept?: (value: unknown) => unknown;
}

let count = 0;

/** An input: `value`, and an `input` event whenever the reader (or `dispatchEvent`) changes it. */
export class Input extends EventTarget {
  readonly id = `input-${++count}`;
  readonly type: InputType;
  readonly label: string;
  props: Props;
  /** Shows the current state again, one for each place it is shown at. */
  readonly shownAt = new Set<() => void>();
  /** Inputs inside a form, which hear the reader themselves. */
  readonly fields: readonly Input[];
  #value: unknown;
  readonly #codec: Codec;
  /** Props that depend on the value. */
  readonly #derive: ((value: unknown) => Props) | undefined;

  constructor(
    type: InputType,
    label: unknown,
    props: Props,
    value: unknown,
    codec: Codec = same,
    derive?: (value: unknown) => Props,
    fields: readonly Input[] = [],
  ) {
    super();
    this.type = type;
    this.label = labelOf(label);
    this.#value = value;
    this.#codec = codec;
    this.#derive = derive;
    this.fields = fields;
    this.props = Object.fromEntries(Object.entries({ ...props, ...derive?.(value) }).filter(([, prop]) => prop !== undefined));
  }

  get value(): unknown {
    return this.#value;
  }
  set value(value: unknown) {
    this.start(this.#codec.accept ? this.#codec.accept(value) : value);
  }

  /** Puts a value in place as it is, outside the options' bounds too. */
  start(value: unknown): void {
    this.#value = value;
    this.#refresh();
  }

  get wire(): unknown {
    return this.#codec.encode(this.#value);
  }

  /** Takes over what was held before, if it still has a meaning. */
  restore(wire: unknown): void {
    try {
      this.#value = this.#codec.decode(wire, this.#value);
      this.#refresh();
    } catch {
      /* the options have changed: the first value stands */
    }
  }

  /** The reader moved it. */
  receive(wire: unknown): void {
    this.#value = this.#codec.decode(wire, this.#value);
    if (this.#derive || this.shownAt.size > 1) this.#refresh();
    this.dispatchEvent(new Event('input', { bubbles: true }));
  }

  get output(): Output {
    return { kind: 'input', id: this.id, type: this.type, label: this.label, props: this.props, value: this.wire };
  }

  #refresh(): void {
    if (this.#derive) this.props = { ...this.props, ...this.#derive(this.#value) };
    for (const show of this.shownAt) show();
  }
}

const same: Codec = { encode: (value) => value ?? null, decode: (wire) => wire };

interface Common {
  label?: unknown;
  value?: unknown;
  disabled?: boolean | Iterable<unknown>;
  width?: unknown;
  required?: boolean;
}
interface NumberOptions extends Common {
  step?: number;
  format?: (value: number) => unknown;
  transform?: Scale;
  invert?: (value: number) => number;
  placeholder?: string;
}
type Scale = ((value: number) => number) & { invert?: (value: number) => number };
interface ChoiceOptions extends Common {
  format?: (item: unknown, index: number, data: unknown[]) => unknown;
  keyof?: (item: unknown, index: number, data: unknown[]) => unknown;
  valueof?: (item: unknown, index: number, data: unknown[]) => unknown;
  sort?: boolean | 'ascending' | 'descending' | ((a: unknown, b: unknown) => number);
  unique?: boolean;
  multiple?: boolean | number;
  key?: unknown;
}
interface TextOptions extends Common {
  type?: string;
  placeholder?: string;
  pattern?: string;
  minlength?: number;
  maxlength?: number;
  min?: unknown;
  max?: unknown;
  datalist?: Iterable<string>;
  submit?: boolean | string;
  spellcheck?: boolean;
  autocomplete?: unknown;
  autocapitalize?: unknown;
  rows?: number;
  monospace?: boolean;
  readonly?: boolean;
  resize?: boolean;
}
type Reduce = (value: unknown) => unknown;

const common = ({ disabled, width, required }: Common): Props => ({
  disabled: typeof disabled === 'boolean' ? disabled || undefined : undefined,
  width: typeof width === 'number' ? width : undefined,
  required: required || undefined,
});

function number(extent: Iterable<number> | NumberOptions = [], options?: NumberOptions): Input {
  const [min, max, o] = extentOf(extent, options);
  const text = min === -Infinity && max === Infinity ? {} : { min: finite(min), max: finite(max) };
  const accept = (value: unknown): unknown =>
    value === null || value === undefined || value === '' || Number.isNaN(Number(value))
      ? undefined
      : Math.min(max, Math.max(min, Number(value)));
  return new Input('number', o.label, { ...common(o), ...text, step: o.step ?? 'any', placeholder: o.placeholder }, accept(o.value), {
    encode: (value) => value ?? null,
    decode: accept,
    accept,
  });
}

function range(extent: Iterable<number> | NumberOptions = [0, 1], options?: NumberOptions): Input {
  const [from, to, o] = extentOf(extent, options);
  let min = finite(from) ?? 0,
    max = finite(to) ?? 1;
  let { transform } = o;
  const invert = o.invert ?? transform?.invert;
  if (min > max) {
    [min, max] = [max, min];
    transform ??= (value) => -value;
  }
  const clamp = (value: unknown): number => {
    const n = Number(value);
    if (value === null || value === '' || Number.isNaN(n))
      throw new TypeError(`Inputs.range: expected a number, got ${toText(value, 60)}.`);
    return Math.min(max, Math.max(min, n));
  };
  const snap = (value: number): number =>
    o.step ? Number((min + Math.floor((value - min) / o.step + 0.5) * o.step).toPrecision(12)) : value;
  let scale: number[] | undefined;
  if (transform) {
    const back = invert ?? inverse(transform, min, max),
      ends = [transform(min), transform(max)],
      low = Math.min(...ends),
      high = Math.max(...ends);
    scale = Array.from({ length: 1001 }, (_, i) => clamp(snap(Number(back(low + ((high - low) * i) / 1000).toPrecision(12)))));
  }
  const value = o.value === undefined ? (scale?.[500] ?? clamp(snap((min + max) / 2))) : clamp(o.value);
  const { format } = o;
  return new Input(
    'range',
    o.label,
    { ...common(o), min, max, step: o.step ?? 'any', scale },
    value,
    { encode: (v) => v, decode: clamp, accept: clamp },
    format && ((v) => ({ text: toText(format(v as number), 60) })),
  );
}

function extentOf(extent: Iterable<number> | NumberOptions, options: NumberOptions | undefined): [number, number, NumberOptions] {
  const listed = Symbol.iterator in extent;
  const [min, max] = listed ? extent : [];
  return [bound(min, -Infinity), bound(max, Infinity), ((listed ? options : extent) as NumberOptions) ?? {}];
}

const bound = (value: unknown, otherwise: number): number =>
  value === null || value === undefined || Number.isNaN(Number(value)) ? otherwise : Number(value);
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/** The inverse of a monotone function on [low, high], by bisection. */
function inverse(transform: (value: number) => number, low: number, high: number): (y: number) => number {
  const rising = transform(low) < transform(high);
  return (y) => {
    let a = low,
      b = high;
    for (let i = 0; i < 60; i++) {
      const middle = (a + b) / 2;
      if (transform(middle) < y === rising) a = middle;
      else b = middle;
    }
    return (a + b) / 2;
  };
}

function chooser(type: 'select' | 'radio' | 'checkbox') {
  return (data: Iterable<unknown>, options: ChoiceOptions = {}): Input => {
    const map = data instanceof Map;
    if (typeof data !== 'object' || data === null || !(Symbol.iterator in data)) {
      throw new TypeError(`Inputs.${type}: expected an array, a Map or another iterable of choices, got ${toText(data, 60)}.`);
    }
    const items = Array.from(data);
    const keyof = options.keyof ?? ((map ? ([key]: [unknown]) => key : (item: unknown) => item) as NonNullable<ChoiceOptions['keyof']>);
    const valueof =
      options.valueof ?? ((map ? (pair: unknown[]) => pair[1] : (item: unknown) => item) as NonNullable<ChoiceOptions['valueof']>);
    const format = options.format ?? keyof;
    let keys = items.map((item, i) => [keyof(item, i, items), i] as const);
    const order =
      options.sort === true || options.sort === 'ascending'
        ? ascending
        : options.sort === 'descending'
          ? (a: unknown, b: unknown) => ascending(b, a)
          : options.sort;
    if (order) keys.sort(([a], [b]) => order(a, b));
    if (options.unique) keys = [...new Map(keys.map((pair) => [pair[0] instanceof Date ? +pair[0] : pair[0], pair])).values()];
    const values = keys.map(([, i]) => valueof(items[i], i, items));
    const labels = keys.map(([, i]) => labelOf(format(items[i], i, items)));
    const many = type === 'checkbox' || (type === 'select' && Boolean(options.multiple));
    const indexOf = (value: unknown): number =>
      values.findIndex((other) => Object.is(other, value) || (other instanceof Date && value instanceof Date && +other === +value));
    const at = (wire: unknown): unknown => {
      if (!Number.isInteger(wire) || (wire as number) < 0 || (wire as number) >= values.length)
        throw new RangeError(`Inputs.${type}: there is no choice ${String(wire)}.`);
      return values[wire as number];
    };
    const list = (value: unknown): unknown[] =>
      value === undefined || value === null
        ? []
        : Array.isArray(value)
          ? value
          : value instanceof Set
            ? [...(value as Set<unknown>)]
            : [value];
    const codec: Codec = many
      ? {
          encode: (value) =>
            list(value)
              .map(indexOf)
              .filter((i) => i >= 0),
          decode: (wire) => (wire as unknown[]).map(at),
          accept: list,
        }
      : {
          encode: (value) => (indexOf(value) < 0 ? null : indexOf(value)),
          decode: (wire) => (wire === null || wire === -1 ? null : at(wire)),
        };
    let { value } = options;
    if (value === undefined && options.key !== undefined && map)
      value = many ? list(options.key).map((key) => data.get(key) as unknown) : data.get(options.key);
    if (many) value = list(value);
    else if (value === undefined) value = type === 'select' && values.length > 0 ? values[0] : null;
    const off = options.disabled;
    const disabled = typeof off === 'object' && off !== null ? Array.from(off, indexOf).filter((i) => i >= 0) : off || undefined;
    const size = typeof options.multiple === 'number' ? options.multiple : Math.min(10, values.length);
    return new Input(
      type,
      options.label,
      { ...common(options), labels, disabled, ...(type === 'select' ? { multiple: many, size: many ? size : undefined } : {}) },
      value,
      codec,
    );
  };
}

const ascending = (a: unknown, b: unknown): number => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);

function toggle(options: Common & { values?: readonly [unknown, unknown] } = {}): Input {
  const [on, off] = options.values ?? [true, false];
  return new Input('toggle', options.label, common(options), options.value ?? off, {
    encode: (value) => Object.is(value, on),
    decode: (wire) => (wire ? on : off),
  });
}

function text(options: TextOptions = {}): Input {
  const { type = 'text', placeholder, pattern, minlength, maxlength, datalist, submit, spellcheck, readonly } = options;
  const props = {
    ...common(options),
    type,
    placeholder,
    pattern,
    minlength,
    maxlength,
    submit,
    spellcheck,
    readonly,
    datalist: datalist && Array.from(datalist, String),
  };
  return new Input('text', options.label, props, String(options.value ?? ''), words);
}

function textarea(options: TextOptions = {}): Input {
  const { placeholder, minlength, maxlength, submit, spellcheck, rows = 3, monospace, readonly, resize } = options;
  return new Input(
    'textarea',
    options.label,
    { ...common(options), placeholder, minlength, maxlength, submit, spellcheck, rows, monospace, readonly, resize },
    String(options.value ?? ''),
    words,
  );
}

const words: Codec = { encode: (value) => toText(value), decode: (wire) => String(wire), accept: (value) => String(value ?? '') };

function color(options: TextOptions = {}): Input {
  return new Input(
    'color',
    options.label,
    { ...common(options), datalist: options.datalist && Array.from(options.datalist, String) },
    options.value ?? '#000000',
    words,
  );
}

type Content = string | Shown;

function button(content: Content | Iterable<readonly [Content, Reduce?]> = '≡', options: Common & { reduce?: Reduce } = {}): Input {
  const single = typeof content === 'string' || content instanceof Shown;
  const buttons: (readonly [Content, Reduce?])[] = single
    ? [[content, options.reduce ?? ((value) => Number(value ?? 0) + 1)]]
    : Array.from(content);
  const value = options.value === undefined && !options.required ? (single ? 0 : null) : options.value;
  return new Input('button', options.label, { ...common(options), labels: buttons.map(([label]) => labelOf(label)) }, value, {
    encode: () => null,
    decode: (wire, before) => {
      const pressed = buttons[wire as number];
      if (!pressed) throw new RangeError(`Inputs.button: there is no button ${String(wire)}.`);
      return pressed[1] ? pressed[1](before) : before;
    },
  });
}

function calendar(type: 'date' | 'datetime') {
  const write = (value: unknown): string | undefined => {
    const date = toDate(value);
    if (!date) return undefined;
    if (type === 'date') return date.toISOString().slice(0, 10);
    return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  };
  return (options: TextOptions = {}): Input =>
    new Input(type, options.label, { ...common(options), min: write(options.min), max: write(options.max) }, toDate(options.value), {
      encode: (value) => write(value) ?? null,
      decode: toDate,
      accept: toDate,
    });
}

function toDate(value: unknown): Date | null {
  if (value === null || value === undefined || value === '') return null;
  const date = value instanceof Date ? value : new Date(value as string | number);
  return Number.isNaN(+date) ? null : date;
}

function file(options: Common & { accept?: string; multiple?: boolean } = {}): Input {
  const { accept, multiple = false } = options;
  const none = multiple ? [] : null;
  return new Input('file', options.label, { ...common(options), accept, multiple }, none, {
    encode: () => null,
    decode: (wire) => (Array.isArray(wire) ? wire.map((item) => withJson(item as File)) : wire ? withJson(wire as File) : none),
  });
}

function search(
  data: Iterable<unknown>,
  options: TextOptions & {
    query?: string;
    columns?: readonly string[];
    filter?: (query: string) => (row: unknown, i: number, rows: readonly unknown[]) => boolean;
    format?: (n: number) => unknown;
  } = {},
): Input {
  const rows = toRows(data, 'Inputs.search');
  const { columns, filter = (query: string) => matcher(query, columns), format = (n: number) => `${n} of ${rows.length}` } = options;
  let query = options.query ?? '';
  const find = (next: unknown): unknown[] => {
    query = String(next);
    return query ? rows.filter(filter(query)) : rows.slice();
  };
  const { placeholder = 'Search', spellcheck, datalist } = options;
  return new Input(
    'search',
    options.label,
    { ...common(options), placeholder, spellcheck, datalist: datalist && Array.from(datalist, String) },
    find(query),
    { encode: () => query, decode: find },
    (value) => ({ text: toText(format((value as unknown[]).length), 60) }),
  );
}

/** Every word of the query must begin a word somewhere in the row. */
function matcher(query: string, columns: readonly string[] | undefined): (row: unknown) => boolean {
  const tests = query
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => new RegExp(`(?:^|[^\\p{L}-])${word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`, 'iu'));
  return (row) => {
    const parts = typeof row === 'object' && row !== null ? (columns ?? Object.keys(row)).map((name) => cell(row, name)) : [row];
    return tests.every((test) => parts.some((part) => test.test(toText(part, 1000))));
  };
}

function table(
  data: Iterable<unknown>,
  options: Common &
    TableOptions & {
      multiple?: boolean;
      rows?: number;
      sort?: string;
      reverse?: boolean;
      header?: Record<string, unknown>;
      layout?: string;
      select?: boolean;
    } = {},
): Input {
  let rows = toRows(data, 'Inputs.table');
  const { sort, reverse, multiple = true, required = true, select = true } = options;
  if (sort !== undefined) rows = [...rows].sort((a, b) => ascending(cell(a, sort), cell(b, sort)));
  if (reverse) rows = [...rows].reverse();
  const { columns, rows: shown, total } = toTable(rows, options);
  const all = multiple ? (required ? rows : []) : null;
  const header = options.header ?? {};
  const props = {
    ...common({ ...options, required: false }),
    columns: columns.map((column) => ({
      ...column,
      ...(header[column.name] === undefined ? {} : { title: labelOf(header[column.name]) }),
    })),
    rows: shown,
    total,
    multiple,
    selectable: select,
    height: options.rows,
    layout: options.layout,
  };
  let selected: number[] = [];
  const choose = (value: unknown): unknown => {
    const wanted = new Set(Array.isArray(value) ? (value as unknown[]) : value === undefined || value === null ? [] : [value]);
    selected = wanted.size === 0 || value === all ? [] : rows.slice(0, rowLimit).flatMap((row, i) => (wanted.has(row) ? [i] : []));
    return selected.length === 0 ? all : multiple ? selected.map((i) => rows[i]) : rows[selected[0]!];
  };
  return new Input('table', options.label, props, choose(options.value), {
    encode: () => selected,
    decode: (wire) => choose((wire === null ? [] : Array.isArray(wire) ? wire : [wire]).map((i) => rows[i as number])),
    accept: choose,
  });
}

function form(inputs: readonly Input[] | Readonly<Record<string, Input>>, options: Common = {}): Input {
  const keys = Object.keys(inputs);
  const fields = Object.values(inputs) as Input[];
  for (const field of fields)
    if (!(field instanceof Input))
      throw new TypeError(`Inputs.form: expected inputs, got ${toText(field, 60)}. Pass { name: Inputs.text(), … }.`);
  const read = (): unknown =>
    Array.isArray(inputs) ? fields.map((field) => field.value) : Object.fromEntries(keys.map((key, i) => [key, fields[i]!.value]));
  const describe = (): Props => ({
    fields: fields.map((field, i) => ({
      key: keys[i]!,
      id: field.id,
      type: field.type,
      label: field.label || keys[i]!,
      props: field.props,
      value: field.wire,
    })),
  });
  const whole = new Input(
    'form',
    options.label,
    common(options),
    read(),
    {
      encode: () => fields.map((field) => field.wire),
      decode: (wire) => {
        fields.forEach((field, i) => field.restore((wire as unknown[])[i]));
        return read();
      },
      accept: (value) => {
        fields.forEach((field, i) => {
          field.value = (value as Record<string, unknown>)[keys[i]!];
        });
        return read();
      },
    },
    describe,
    fields,
  );
  for (const field of fields)
    field.addEventListener('input', () => {
      whole.start(read());
      whole.dispatchEvent(new Event('input', { bubbles: true }));
    });
  return whole;
}

/** Keeps `target` and `source` at one value; returns the target. */
function bind(target: Input, source: Input): Input {
  const follow = (): void => {
    if (!Object.is(target.value, source.value)) target.value = source.value;
  };
  follow();
  source.addEventListener('input', follow);
  target.addEventListener('input', () => {
    if (Object.is(source.value, target.value)) return;
    source.value = target.value;
    source.dispatchEvent(new Event('input', { bubbles: true }));
  });
  return target;
}

/** A value with `input` events and nothing to see, to bind others to. */
function input(value: unknown): Input {
  return new Input('text', '', {}, value);
}

function labelOf(label: unknown): string {
  if (label instanceof Shown) {
    const { output } = label;
    return output.kind === 'html' ? output.html.replace(/<[^>]*>/g, '') : output.kind === 'markdown' ? output.markdown : '';
  }
  return label === undefined || label === null ? '' : toText(label, 200);
}

export const Inputs = {
  range,
  number,
  select: chooser('select'),
  radio: chooser('radio'),
  checkbox: chooser('checkbox'),
  toggle,
  text,
  textarea,
  button,
  color,
  date: calendar('date'),
  datetime: calendar('datetime'),
  file,
  search,
  table,
  form,
  bind,
  input,
  email: (options: TextOptions = {}): Input => text({ ...options, type: 'email' }),
  tel: (options: TextOptions = {}): Input => text({ ...options, type: 'tel' }),
  url: (options: TextOptions = {}): Input => text({ ...options, type: 'url' }),
  password: (options: TextOptions = {}): Input => text({ ...options, type: 'password' }),
};
