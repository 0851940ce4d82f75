/* The inputs that the reader writes: text and its kinds, textarea, color, date and datetime. What stands in the field and
   what is reported are two things: a text that is not allowed is shown and not reported, as in Observable Inputs. */

import { toText } from '../../output/inspect.ts';
import type { InputType } from '../../output/types.ts';
import { problemOf } from '../../output/validity.ts';
import { Input, Refused, type Props } from './input.ts';
import { checked, judge, onoff, truefalse, wrong, type Common, type Validate } from './options.ts';

export interface TextOptions extends Common {
  type?: string;
  placeholder?: string;
  pattern?: string;
  minlength?: number;
  maxlength?: number;
  min?: unknown;
  max?: unknown;
  datalist?: Iterable<unknown>;
  submit?: boolean | string;
  spellcheck?: unknown;
  autocomplete?: unknown;
  autocapitalize?: unknown;
  rows?: number;
  monospace?: boolean;
  readonly?: boolean;
  resize?: boolean;
  validate?: Validate;
}

/** How a kind of field turns what stands in it into its value and back. */
interface Kind {
  /** What stands in the field for a value that code gives. Default: the value as text. */
  readonly write: (value: unknown) => string;
  readonly read: (text: string) => unknown;
  /** What a value is to begin with, such as a day written as text. Default: itself. */
  readonly begin?: (value: unknown) => unknown;
}
const words: Kind = { write: (value) => (value === null || value === undefined ? '' : toText(value)), read: (text) => text };

const listOf = (datalist: Iterable<unknown> | undefined): string[] | undefined =>
  datalist && Array.from(datalist, (item) => String(item ?? ''));
const sized = ({ minlength, maxlength, required = Number(minlength) > 0 }: TextOptions): Props => ({
  minlength: minlength === undefined ? undefined : Number(minlength),
  maxlength: maxlength === undefined ? undefined : Number(maxlength),
  required: required || undefined,
});
const helped = ({ placeholder, spellcheck, autocomplete, autocapitalize }: TextOptions): Props => ({
  placeholder,
  spellcheck: truefalse(spellcheck),
  autocomplete: onoff(autocomplete),
  autocapitalize: onoff(autocapitalize),
});

function field(
  type: InputType,
  options: TextOptions,
  props: Props,
  { write, read, begin = (value) => value }: Kind,
  first: unknown,
): Input {
  const { validate, readonly, submit } = options;
  const native = props['type'] ?? { date: 'date', datetime: 'datetime-local' }[type as string];
  const problem = (text: string, edited: boolean): string | undefined => {
    const said = problemOf({ ...props, type: native }, text, edited);
    if (!validate) return said;
    const value = read(text);
    return judge(validate, text, said, value instanceof Date ? { valueAsDate: value, valueAsNumber: +value } : {});
  };
  let shown = write(first);
  const take = (text: string): unknown => {
    const said = problem(text, true);
    if (said !== undefined) throw new Refused(said);
    shown = text;
    return read(text);
  };
  return new Input(
    type,
    { ...options, required: props['required'] === true },
    { ...props, readonly: readonly || undefined, submit: submit === true ? 'Submit' : submit || undefined, judged: validate && true },
    problem(shown, false) === undefined ? read(shown) : undefined,
    {
      encode: () => shown,
      decode: (wire) => take(write(wire)),
      begin(value) {
        shown = write(value);
        return begin(value);
      },
      accept(value, before) {
        shown = write(value);
        return problem(shown, false) === undefined ? read(shown) : before;
      },
      address: { write: (wire) => [String(wire)], read: ([text]) => text },
    },
  );
}

export function text(given?: TextOptions): Input {
  const options = checked('text', given);
  const { type = 'text', pattern, min, max, datalist } = options;
  if (pattern !== undefined && typeof pattern !== 'string')
    throw wrong(
      'text',
      'pattern',
      'a string',
      pattern,
      (pattern as unknown) instanceof RegExp ? 'Write the source of the expression.' : '',
    );
  const bound = (end: unknown): string | number | undefined =>
    end === undefined || end === null ? undefined : type === 'number' ? Number(end) : String(end);
  return field(
    'text',
    options,
    { type, ...helped(options), ...sized(options), pattern, min: bound(min), max: bound(max), datalist: listOf(datalist) },
    words,
    options.value ?? '',
  );
}

export function textarea(given?: TextOptions): Input {
  const options = checked('textarea', given);
  const { rows = 3, monospace, resize = rows < 12 } = options;
  return field(
    'textarea',
    options,
    { ...helped(options), ...sized(options), rows, monospace: monospace || undefined, resize },
    words,
    options.value ?? '',
  );
}

const colour: Kind = {
  write: (value) => (/^#[\da-f]{6}$/i.test(String(value)) ? String(value).toLowerCase() : '#000000'),
  read: (text) => text,
};

/** A colour as "#rrggbb". */
export function color(given?: TextOptions): Input {
  const options = checked('color', given);
  const { value } = options;
  if (value !== undefined && value !== null && !/^#[\da-f]{6}$/i.test(String(value)))
    throw wrong('color', 'value', 'a colour such as "#ff00ff"', value);
  return field('color', options, { datalist: listOf(options.datalist), required: options.required || undefined }, colour, value);
}

/** `date`: midnight UTC of a day; `datetime`: a minute in the reader's time zone. Null where nothing stands there. */
export function calendar(type: 'date' | 'datetime') {
  const kind: Kind = {
    write(value) {
      const date = toDate(value);
      if (!date) return '';
      const local = type === 'date' ? +date : +date - date.getTimezoneOffset() * 60_000;
      return new Date(local).toISOString().slice(0, type === 'date' ? 10 : 16);
    },
    read: (text) => (text === '' ? null : toDate(text)),
    begin: (value) => toDate(value) ?? value,
  };
  return (given?: TextOptions): Input => {
    const options = checked(type, given);
    const ends: Props = {};
    for (const name of ['value', 'min', 'max'] as const) {
      const value = options[name];
      if (value === undefined || value === null || value === '') continue;
      if (!toDate(value)) throw wrong(type, name, 'a Date or a day such as "2024-01-31"', value);
      if (name !== 'value') ends[name] = kind.write(value);
    }
    return field(type, options, { ...ends, required: options.required || undefined }, kind, options.value);
  };
}

const isoForm = /^[-+]?\d{4,6}(-\d\d(-\d\d)?)?(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[-+]\d\d:?\d\d)?)?$/;

/** A valid Date, or null. Texts are ISO 8601, read as ECMAScript does: days in UTC, times without a zone in the reader's. */
function toDate(value: unknown): Date | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string' && !isoForm.test(value)) return null;
  const date = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number(value));
  return Number.isNaN(+date) ? null : date;
}
