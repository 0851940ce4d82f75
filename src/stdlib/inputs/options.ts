/* Options as notebooks write them: their types, and the checks that name the option where one is wrong. Unknown options are
   left alone, as in Observable Inputs. */

import { toText } from '../../output/inspect.ts';

/** What all inputs take. `address: "k"` keeps the value in the page's address as `?k=…`; it is ours, the rest is Observable's. */
export interface Common {
  label?: unknown;
  value?: unknown;
  disabled?: boolean | Iterable<unknown>;
  width?: unknown;
  required?: boolean;
  address?: string;
}

/** What `validate` may ask about what the reader wrote: the part of a native control that does not need a page. */
export interface Typed {
  readonly value: string;
  readonly valueAsNumber: number;
  readonly valueAsDate: Date | null;
  readonly files: readonly File[];
  checkValidity(): boolean;
  /** The sentence to show where `validate` gives false. */
  setCustomValidity(text: string): void;
}
export type Validate = (input: Typed) => unknown;

/** A wire value as texts of an address and back; undefined where a text means nothing here. */
export interface AddressForm {
  readonly write: (wire: unknown) => readonly string[];
  readonly read: (texts: readonly string[]) => unknown;
}

/** Complains about `option` of the input `where`. */
export function wrong(where: string, option: string, expected: string, got: unknown, todo = ''): TypeError {
  return new TypeError(`Inputs.${where}: expected option "${option}" to be ${expected}, got ${quoted(got)}.${todo && ` ${todo}`}`);
}

/** A value as an error names it: a text in quotes. */
export const quoted = (value: unknown): string => (typeof value === 'string' ? `"${toText(value, 60)}"` : toText(value, 60));

const addressName = /^[A-Za-z][\w.-]{0,39}$/;

type Kind = 'function' | 'number' | 'positive' | 'iterable' | 'text' | 'record';
const kinds: Readonly<Record<Kind, { readonly words: string; readonly is: (value: unknown) => boolean }>> = {
  function: { words: 'a function', is: (value) => typeof value === 'function' },
  number: { words: 'a number', is: (value) => isNumber(value) },
  positive: { words: 'a number above 0', is: (value) => isNumber(value) && Number(value) > 0 },
  iterable: { words: 'an array or another iterable', is: (value) => isIterable(value) },
  text: { words: 'a string', is: (value) => typeof value === 'string' },
  record: { words: 'an object', is: (value) => typeof value === 'object' && value !== null },
};

/** What the options of these names have to be, wherever one is given. */
const everywhere: Readonly<Record<string, Kind>> = {
  validate: 'function',
  transform: 'function',
  invert: 'function',
  keyof: 'function',
  valueof: 'function',
  filter: 'function',
  template: 'function',
  step: 'positive',
  rows: 'positive',
  size: 'positive',
  minlength: 'number',
  maxlength: 'number',
  placeholder: 'text',
  accept: 'text',
  query: 'text',
  type: 'text',
  datalist: 'iterable',
  columns: 'iterable',
  values: 'iterable',
};

/** `options` if every option in it is of its kind; `own` says what differs for the input `where`. Throws a TypeError that
    names the first wrong one. */
export function checked<T extends Common>(where: string, options: T | undefined, own: Readonly<Record<string, Kind>> = {}): T {
  if (options === undefined || options === null) return {} as T;
  if (typeof options !== 'object')
    throw new TypeError(`Inputs.${where}: expected options such as { label: "Name" }, got ${quoted(options)}.`);
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(own, name) ? own[name] : Object.hasOwn(everywhere, name) ? everywhere[name] : undefined;
    if (value === undefined || value === null || kind === undefined) continue;
    if (!kinds[kind].is(value)) throw wrong(where, name, kinds[kind].words, value);
  }
  const { address } = options;
  if (address !== undefined && (typeof address !== 'string' || !addressName.test(address)))
    throw wrong(where, 'address', 'a name of letters and digits, such as "k"', address);
  return options;
}

/** For inputs whose value cannot stand in an address. */
export function noAddress(where: string, { address }: Common): void {
  if (address !== undefined) throw wrong(where, 'address', 'absent', address, 'Its value cannot stand in an address.');
}

/** A width in CSS pixels, or a CSS length. */
export function widthOf(width: unknown): number | string | undefined {
  return typeof width === 'number' || typeof width === 'string' ? width : undefined;
}

export const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && Symbol.iterator in value);

const isNumber = (value: unknown): boolean =>
  (typeof value === 'number' && !Number.isNaN(value)) ||
  (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)));

/** `spellcheck`: "true" or "false"; absent where it was. */
export const truefalse = (value: unknown): string | undefined => (value === undefined || value === null ? undefined : String(value));

/** `autocomplete`, `autocapitalize`: true is "on", false "off", other words as they are. */
export const onoff = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : value === true ? 'on' : value === false ? 'off' : String(value);

/** What `validate` is handed for what the reader wrote, and what it answered: a sentence, or undefined where all is well. */
export function judge(validate: Validate, text: string, problem: string | undefined, more: Partial<Typed> = {}): string | undefined {
  let said = '';
  const ok = validate({
    value: text,
    valueAsNumber: text.trim() === '' ? NaN : Number(text),
    valueAsDate: null,
    files: [],
    checkValidity: () => problem === undefined && said === '',
    setCustomValidity(sentence) {
      said = String(sentence);
    },
    ...more,
  });
  return ok ? undefined : said || problem || 'This is not accepted.';
}
