/* Draws noted calls with the real Observable Plot on a tiny document, in a worker. The pack `plot` is this file and the
   library; the recorder (index.ts) decides what has to come here. */

import { TinyDocument, type TinyElement } from './document.ts';
import { callOf, type Call } from './record.ts';

type Plot = typeof import('@observablehq/plot');

export interface PlotPack {
  readonly Plot: Plot;
  /** The figure as the text of an `svg` or `figure` element; `categories` are the colours of an ordinal scale left open. */
  draw(call: Call, categories?: readonly string[]): string;
  scale(call: Call, name: string): unknown;
  legend(call: Call, name: string, options: object): string;
}

/** The pack around a copy of the library. */
export function createPack(Plot: Plot): PlotPack {
  const make = ({ name, args }: Call, document: TinyDocument): unknown => {
    const [options, ...rest] = args.map((arg) => realize(arg, document)) as [unknown, ...unknown[]];
    const call = (Plot as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    if (typeof call !== 'function') throw new Error(`Plot: there is no Plot.${name} in this version.`);
    if (name === 'plot' || name === 'legend') return call({ ...(options as object), document }, ...rest);
    return args.length ? call(options, ...rest) : call();
  };

  /** The value with every noted call made; rows are passed on untouched. */
  const realize = (value: unknown, document: TinyDocument): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const call = callOf(value);
    const rest = Object.keys(value).length;
    if (call) return rest ? { ...(make(call, document) as object), ...realizeFields(value, document) } : make(call, document);
    if (Array.isArray(value))
      return value.some((item) => typeof item === 'object' && holdsCall(item)) ? value.map((item) => realize(item, document)) : value;
    const prototype: unknown = Object.getPrototypeOf(value);
    return (prototype === Object.prototype || prototype === null) && holdsCall(value) ? realizeFields(value, document) : value;
  };
  const realizeFields = (value: object, document: TinyDocument) =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, realize(item, document)]));

  const drawn = (call: Call): { node: TinyElement; document: TinyDocument } => {
    const document = new TinyDocument();
    return { node: make(call, document) as TinyElement, document };
  };
  return {
    Plot,
    draw: (call, categories) => {
      const { node } = drawn(call);
      const [options, ...rest] = call.args as [
        { color?: { range?: unknown; scheme?: unknown; interpolate?: unknown } } | undefined,
        ...unknown[],
      ];
      const open = categories && call.name === 'plot' && !(options?.color?.range ?? options?.color?.scheme ?? options?.color?.interpolate);
      const type = open ? (node as unknown as { scale(name: string): { type: string } | undefined }).scale('color')?.type : undefined;
      if (!type || !/ordinal|categorical/.test(type)) return node.outerHTML;
      return drawn({ name: 'plot', args: [{ ...options, color: { ...options?.color, range: categories } }, ...rest] }).node.outerHTML;
    },
    scale: (call, name) => (drawn(call).node as unknown as { scale(name: string): unknown }).scale(name),
    legend: (call, name, options) => {
      const { node, document } = drawn(call);
      return (node as unknown as { legend(name: string, options: object): TinyElement }).legend(name, { ...options, document }).outerHTML;
    },
  };
}

function holdsCall(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (callOf(value)) return true;
  if (Array.isArray(value)) return value.slice(0, 1000).some(holdsCall);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).some(holdsCall);
}
