/* How a public function takes its arguments (tensor-api.md 1): positional ones in order, options in one plain object behind them, names
   checked. A signature is one line of text, which the docs show as well:

     sum(a, dim?, { keepdim = false })     `dim?` optional; may also stand in the options
     zeros(*shape, { dtype, device })      `*shape` an array or numbers in a row, handed over as one list
     reshape(a, ...shape)                  the same, handed over one by one; no options
     qmatmul(x, qt: object)                a plain object that is no options */

import { fail, named } from './error.ts';
import { Tensor } from './tensor.ts';

export interface Signature {
  readonly name: string;
  readonly positional: readonly string[];
  readonly required: number;
  /** Index from which on arguments are a list; −1 for none. */
  readonly rest: number;
  readonly spread: boolean;
  readonly objects: ReadonlySet<number>;
  readonly options: readonly string[];
}

export function parseSignature(text: string): Signature {
  const open = text.indexOf('(');
  const inside = text.slice(open + 1, text.lastIndexOf(')'));
  const brace = inside.indexOf('{');
  const positional: string[] = [];
  const objects = new Set<number>();
  let [required, rest, spread] = [0, -1, false];
  for (const part of (brace < 0 ? inside : inside.slice(0, brace))
    .split(',')
    .map((p) => p.trim())
    .filter(Boolean)) {
    if (part.startsWith('*') || part.startsWith('...')) {
      rest = positional.length;
      spread = part.startsWith('...');
      continue;
    }
    const [name = '', type = ''] = part.split(':').map((p) => p.trim());
    if (type === 'object') objects.add(positional.length);
    if (!name.endsWith('?')) required = positional.length + 1;
    positional.push(name.replace('?', ''));
  }
  const options = brace < 0 ? [] : splitTop(inside.slice(brace + 1, inside.lastIndexOf('}'))).map((option) => option.split('=')[0]!.trim());
  return { name: text.slice(0, open), positional, required, rest, spread, objects, options: options.filter(Boolean) };
}

/** Splits at commas outside of brackets. */
function splitTop(text: string): string[] {
  const out: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === '[' || c === '(') depth += 1;
    else if (c === ']' || c === ')') depth -= 1;
    else if (c === undefined || (c === ',' && depth === 0)) {
      out.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return out;
}

/** A plain object, as options are: no tensor, array, generator or other class. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

type Fn = (...args: never[]) => unknown;

/** `fn` behind its signature: options checked and named in errors, missing and surplus arguments refused. */
export function publicCall(given: string, fn: Fn): (...args: unknown[]) => unknown {
  const run = fn as ((...args: unknown[]) => unknown) & { readonly signature?: string };
  let text = given;
  let signature: Signature | null = null;
  const name = text.slice(0, text.indexOf('('));
  return (...args) => {
    // Of what lies apart the table has the name alone.
    signature ??= parseSignature((text = run.signature ?? text));
    const { positional, required, rest } = signature;
    const last = args[args.length - 1];
    if (rest < 0 && args.length >= required && args.length <= positional.length && !isPlain(last)) return named(name, run, args);
    return named(name, run, arranged(signature, text, args));
  };
}

/** A namespace of rows `[signature, function]`. */
export const sectionOf = (rows: readonly (readonly [string, unknown])[]): Record<string, (...args: unknown[]) => unknown> =>
  Object.fromEntries(rows.map(([signature, run]) => [signature.slice(0, signature.indexOf('(')), publicCall(signature, run as Fn)]));

function arranged(signature: Signature, text: string, given: readonly unknown[]): unknown[] {
  const { name, positional, required, rest, spread, objects } = signature;
  const args = [...given];
  let options: Record<string, unknown> | undefined;
  const at = args.length - 1;
  // A plain object in the first required place is a wrong argument, no options.
  if (isPlain(args[at]) && !objects.has(at) && !(at === 0 && required > 0))
    options = checked(signature, text, args.pop() as Record<string, unknown>);
  let tail: unknown[] = [];
  if (rest >= 0) tail = args.splice(rest);
  if (rest >= 0 && !spread && tail.length === 0) fail('value', name, `expected a shape, got none. It is called as ${text}.`);
  while (args.length > positional.length && args[args.length - 1] === undefined) args.pop();
  if (args.length > positional.length)
    fail('value', name, `expected at most ${positional.length} arguments, got ${args.length}. It is called as ${text}.`);
  if (options) {
    for (const key of positional) {
      if (!(key in options)) continue;
      const index = positional.indexOf(key);
      if (args[index] !== undefined) fail('value', name, `${key} was given twice: as argument ${index + 1} and as an option.`);
      while (args.length <= index) args.push(undefined);
      args[index] = options[key];
      delete options[key];
    }
  }
  for (let i = 0; i < required; i++) {
    if (i >= args.length || args[i] === undefined)
      fail('value', name, `expected ${positional[i]} as argument ${i + 1}. It is called as ${text}.`);
  }
  while (args.length < positional.length) args.push(undefined);
  if (rest >= 0) {
    if (spread) return [...args, ...tail];
    args.push(tail);
  }
  args.push(options ?? {});
  return args;
}

/** Known names only; `undefined` means the default. */
function checked({ name, positional, options }: Signature, text: string, given: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const known = [...options, ...positional.slice(1)];
  for (const [key, value] of Object.entries(given)) {
    if (!known.includes(key)) {
      const near = nearest(key, known);
      fail(
        'value',
        name,
        `unknown option ${JSON.stringify(key)}${near ? `; did you mean ${JSON.stringify(near)}?` : '.'} It is called as ${text}.`,
      );
    }
    if (value !== undefined) out[key] = value;
  }
  return out;
}

/** Checks the options of a constructor or another call that has no signature. */
export function checkOptions(name: string, given: unknown, known: readonly string[]): void {
  if (given === undefined) return;
  if (!isPlain(given))
    fail(
      'value',
      name,
      `expected an options object, got ${String(given)}. Write { ${known[0] ?? 'name'}: ${String(given)} }, or another of ${known.join(', ')}.`,
    );
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    fail(
      'value',
      name,
      `unknown option ${JSON.stringify(key)}${near ? `; did you mean ${JSON.stringify(near)}?` : `. It knows ${known.join(', ') || 'no options'}.`}`,
    );
  }
}

/** The known name most like `key` (PyTorch's spelling counts as equal), or null where none is near. */
export function nearest(key: string, known: readonly string[]): string | null {
  const plain = (text: string): string => text.replaceAll('_', '').toLowerCase();
  let [best, bestDistance] = [null as string | null, Math.max(2, key.length / 2)];
  for (const name of known) {
    const distance = plain(name) === plain(key) ? 0 : editDistance(plain(key), plain(name));
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
