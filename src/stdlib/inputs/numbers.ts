/* `Inputs.range` and `Inputs.number`. A slider has its scale made here: the places it can stand at are values, so functions
   (`transform`, `format`, `validate`) never leave the worker. Values and first values are Observable's. */

import { problemOf } from '../../output/validity.ts';
import { formatTrim } from './format.ts';
import { Input, Refused, labelOf, type Codec, type Props } from './input.ts';
import { checked, isIterable, judge, quoted, wrong, type AddressForm, type Common, type Validate } from './options.ts';

type Scale = ((value: number) => number) & { invert?: (value: number) => number };
export interface NumberOptions extends Common {
  step?: number;
  format?: (value: number) => unknown;
  transform?: Scale;
  invert?: (value: number) => number;
  placeholder?: string;
  validate?: Validate;
}
type Extent = Iterable<number> | NumberOptions;

/** A field for a number; undefined until one stands there. What lies outside the extent or between steps is not reported. */
export function number(extent?: Extent, options?: NumberOptions): Input {
  const { min, max, options: o } = extentOf('number', extent, options);
  const step = stepOf(o);
  const props: Props = { min: finite(min), max: finite(max), step: step ?? 'any', placeholder: o.placeholder, judged: o.validate && true };
  const problem = (text: string): string | undefined => problemOf({ ...props, type: 'number' }, text);
  const accept = (value: unknown, before: unknown): unknown => {
    const n = Number(value);
    return isNothing(value) || !Number.isFinite(n) ? before : snap(n, min, max, step);
  };
  const codec: Codec = {
    encode: (value) => value ?? null,
    decode(wire) {
      const text = isNothing(wire) ? '' : String(wire);
      const said = o.validate ? judge(o.validate, text, problem(text)) : problem(text);
      if (said !== undefined) throw new Refused(said);
      return Number(wire);
    },
    accept,
    address: plain,
  };
  return new Input('number', o, props, accept(o.value, undefined), codec, worded(o));
}

/** A slider, with its value beside it. */
export function range(extent: Extent = [0, 1], options?: NumberOptions): Input {
  const { min: from, max: to, inverted, options: o } = extentOf('range', extent, options);
  const min = finite(from) ?? 0,
    max = finite(to) ?? min + 100,
    step = stepOf(o);
  const transform: Scale | undefined = o.transform ?? (inverted ? (value) => -value : undefined);
  const fit = (value: number): number => snap(value, min, max, step);
  const accept = (value: unknown, before: unknown): unknown =>
    isNothing(value) || Number.isNaN(Number(value)) ? before : fit(Number(value));
  const codec: Codec = {
    encode: (value) => value,
    decode(wire) {
      if (isNothing(wire) || Number.isNaN(Number(wire))) throw new TypeError(`Inputs.range: expected a number, got ${quoted(wire)}.`);
      const value = fit(Number(wire));
      const said = o.validate && judge(o.validate, String(value), undefined);
      if (said !== undefined) throw new Refused(said);
      return value;
    },
    accept,
    address: plain,
  };
  const middle = fit((min + max) / 2);
  return new Input(
    'range',
    o,
    {
      min,
      max,
      step: step ?? 'any',
      scale: transform && places(transform, o.invert ?? transform.invert, min, max, fit),
      placeholder: o.placeholder,
    },
    accept(o.value, middle),
    codec,
    worded(o),
  );
}

const isNothing = (value: unknown): boolean => value === null || value === undefined || value === '';
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
const stepOf = ({ step }: NumberOptions): number | undefined => (isNothing(step) ? undefined : Number(step));
const plain: AddressForm = {
  write: (wire) => (isNothing(wire) ? [] : [String(wire)]),
  read: ([text]) => (isNothing(text) || !Number.isFinite(Number(text)) ? undefined : Number(text)),
};

function worded({ format }: NumberOptions): ((value: unknown) => Props) | undefined {
  if (format === undefined) return undefined;
  if (typeof format !== 'function') throw wrong('range', 'format', 'a function', format);
  return (value) => ({
    text:
      value === undefined
        ? undefined
        : typeof value === 'number' && format === formatTrim
          ? formatTrim(value)
          : labelOf(format(value as number)),
  });
}

/** The nearest value within [min, max] that lies on a step counted from `min` (from 0 where there is none). */
function snap(value: number, min: number, max: number, step: number | undefined): number {
  const bounded = Math.min(max, Math.max(min, value));
  if (step === undefined || !Number.isFinite(bounded)) return bounded;
  const base = finite(min) ?? 0,
    last = Math.floor((max - base) / step + 1e-9);
  return Number((base + Math.min(last, Math.floor((bounded - base) / step + 0.5)) * step).toPrecision(12));
}

function extentOf(
  where: string,
  extent: Extent | undefined,
  options: NumberOptions | undefined,
): {
  min: number;
  max: number;
  inverted: boolean;
  options: NumberOptions;
} {
  const listed = isIterable(extent);
  if (extent !== undefined && !listed && (typeof extent !== 'object' || extent === null))
    throw new TypeError(`Inputs.${where}: expected [min, max], got ${quoted(extent)}. Write Inputs.${where}([0, 10], { step: 1 }).`);
  const ends = listed ? Array.from(extent as Iterable<unknown>) : [];
  const [low, high] = [bound(ends[0], -Infinity), bound(ends[1], Infinity)];
  return {
    min: Math.min(low, high),
    max: Math.max(low, high),
    inverted: low > high,
    options: checked(where, listed || extent === undefined ? options : (extent as NumberOptions)),
  };
}

const bound = (value: unknown, otherwise: number): number =>
  value === null || value === undefined || Number.isNaN(Number(value)) ? otherwise : Number(value);

const inverses = new Map<unknown, (value: number) => number>([
  [Math.sqrt, (value) => value * value],
  [Math.log, Math.exp],
  [Math.exp, Math.log],
]);

/** 1001 values whose images under `transform` lie at equal distances. */
function places(
  transform: Scale,
  invert: ((value: number) => number) | undefined,
  min: number,
  max: number,
  fit: (value: number) => number,
): readonly number[] {
  const ends = [transform(min), transform(max)];
  ends.forEach((end, i) => {
    if (!Number.isFinite(end))
      throw new RangeError(
        `Inputs.range: expected option "transform" to give a finite number for ${i ? max : min}, got ${end}. Choose another extent.`,
      );
  });
  const back = invert ?? inverses.get(transform) ?? bisect(transform, min, max),
    low = Math.min(...ends),
    high = Math.max(...ends);
  return Array.from({ length: 1001 }, (_, i) => fit(Number(back(low + ((high - low) * i) / 1000).toPrecision(12))));
}

/** The inverse of a monotone function on [low, high]. */
function bisect(transform: (value: number) => number, low: number, high: number): (y: number) => number {
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
