/* What the names in code are, for completion and help: of the library (by a table that is made when the site is built), of the
   other cells, of live values. Nothing is run for it. */

import type { NotebookContext } from '../context.ts';
import type { CellStatus } from '../../session/types.ts';

export type Library = Readonly<Record<string, Readonly<Record<string, readonly [signature: string, text: string]>>>>;

/** One name that can be written. */
export interface Offer {
  readonly name: string;
  /** What it is, in a word or two, at the right of the list. */
  readonly what: string;
  readonly kind: 'local' | 'cell' | 'library' | 'member' | 'inherited' | 'option' | 'keyword' | 'global';
  /** Where to ask what it is. */
  readonly path: readonly string[];
}

/** Help on a name. */
export interface Help {
  /** In mono. */
  readonly signature: string;
  readonly text: string;
  /** The cell that defines it. */
  readonly cell?: string;
}

export interface Names {
  /** Names that can be read in the cell `id`. */
  names(id: string, locals: readonly string[]): readonly Offer[];
  /** What can be written behind a dot. */
  members(path: readonly string[] | undefined, object: string): Promise<readonly Offer[]> | readonly Offer[];
  /** Keys that the call's options have. */
  options(path: readonly string[], given: readonly string[]): readonly Offer[];
  help(path: readonly string[], id: string): Promise<Help | undefined>;
}

const keywords =
  'async await break case catch class const continue delete do else export extends finally for function if import in instanceof let new of return static super switch this throw try typeof var void while yield true false null undefined'.split(
    ' ',
  );
const globals =
  'Array ArrayBuffer BigInt Boolean Date Error Float32Array Float64Array Int32Array Uint8Array Infinity Intl JSON Map Math NaN Number Object Promise RegExp Set String Symbol URL WeakMap crypto fetch isFinite isNaN parseFloat parseInt performance structuredClone TextDecoder TextEncoder'.split(
    ' ',
  );
/** A module whose names are offered before they are imported. */
const imported = 'gradus:parts';
const readable: ReadonlySet<string> = new Set([...globals, 'console']);

let library: Promise<Library> | undefined;
/** Asked for once; tried again after a failure. */
export function loadLibrary(): Promise<Library> {
  return (library ??= import('virtual:names').then(
    (module) => module.default,
    (error: unknown) => {
      library = undefined;
      throw error;
    },
  ));
}

export function createNames({ session, live }: NotebookContext, of: Library): Names {
  let known: { readonly ids: unknown; readonly revision: number; readonly names: ReadonlyMap<string, string> } | undefined;
  /** Name → the cell that defines it; made anew when the notebook is another one. */
  const owners = (): ReadonlyMap<string, string> => {
    const ids = live.ids(),
      { revision } = session;
    if (known?.ids === ids && known.revision === revision) return known.names;
    const names = new Map<string, string>();
    for (const id of session.ids)
      for (const name of session.cell(id)?.defines ?? []) if (!name.startsWith('_') && !names.has(name)) names.set(name, id);
    known = { ids, revision, names };
    return names;
  };

  const shown = (status: CellStatus | undefined, name: string): string => {
    const output = status?.outputs.at(-1)?.output;
    const last = status?.code.trimEnd().split('\n').at(-1)?.trim();
    if (last !== name || output === undefined) return '';
    return output.kind === 'text'
      ? clip(output.text)
      : output.kind === 'value' && output.value.type === 'primitive'
        ? clip(output.value.text)
        : '';
  };

  return {
    names(id, locals) {
      const offers = new Map<string, Offer>();
      const add = (offer: Offer): void => void (offers.has(offer.name) || offers.set(offer.name, offer));
      for (const name of locals) add({ name, what: '', kind: 'local', path: [name] });
      for (const [name, cell] of owners()) if (cell !== id) add({ name, what: name === cell ? 'cell' : cell, kind: 'cell', path: [name] });
      for (const name of Object.keys(of[''] ?? {})) add({ name, what: '', kind: 'library', path: [name] });
      for (const name of Object.keys(of[imported] ?? {})) add({ name, what: imported, kind: 'library', path: [name] });
      for (const name of keywords) add({ name, what: '', kind: 'keyword', path: [] });
      for (const name of globals) add({ name, what: '', kind: 'global', path: [name] });
      return [...offers.values()];
    },
    members(path, object) {
      const space = path === undefined ? undefined : of[path.join('.')];
      if (path !== undefined && space !== undefined && !owners().has(path[0]!))
        return Object.keys(space).map((name) => ({ name, what: '', kind: 'member', path: [...path, name] }));
      if (path?.length === 1 && readable.has(path[0]!)) {
        const value: unknown = (globalThis as Record<string, unknown>)[path[0]!];
        return value === null || value === undefined
          ? []
          : Object.getOwnPropertyNames(value)
              .filter((name) => !['length', 'name', 'prototype', 'caller', 'arguments'].includes(name))
              .map((name) => ({ name, what: '', kind: 'member', path: [...path, name] }));
      }
      if (path === undefined) {
        const sample = object === 'ArrayExpression' ? [] : object === 'String' || object === 'TemplateString' ? '' : undefined;
        return sample === undefined ? [] : prototypeNames(sample).map((name) => ({ name, what: '', kind: 'inherited', path: [] }));
      }
      return session.members(path).then((found) =>
        (found?.members ?? []).map(({ name, own, type, text }) => ({
          name,
          what: type === 'function' ? '' : clip(text, 28),
          kind: own ? 'member' : 'inherited',
          path: [...path, name],
        })),
      );
    },
    options(path, given) {
      const signature =
        (of[path.slice(0, -1).join('.')]?.[path.at(-1)!] ?? (path.length === 1 ? of[imported]?.[path[0]!] : undefined))?.[0] ?? '';
      const inside = /\{([^{}]*)\}[^{}]*$/.exec(signature)?.[1] ?? '';
      return inside
        .split(',')
        .map((part) => /^\s*([\w$]+)\??\s*(?:=\s*(.+))?$/.exec(part))
        .filter((match) => match !== null && !given.includes(match[1]!))
        .map((match) => ({ name: match![1]!, what: match![2] === undefined ? '' : `= ${match![2].trim()}`, kind: 'option', path: [] }));
    },
    async help(path, id) {
      const [first = '', ...rest] = path;
      const cell = owners().get(first);
      const part = rest.length === 0 ? of[imported]?.[first] : undefined;
      if (part !== undefined && (cell === undefined || session.cell(cell)?.code.includes(imported) === true))
        return { signature: part[0], text: part[1] };
      if (cell === undefined) {
        const row = rest.length === 0 ? of['']?.[first] : of[path.slice(0, -1).join('.')]?.[path.at(-1)!];
        if (row !== undefined) return { signature: row[0], text: row[1] };
      }
      if (cell === undefined) return undefined;
      const status = session.cell(cell);
      const found = await session.members(path);
      const own = rest.length === 0 && cell !== id ? { cell } : {};
      if (found === undefined) {
        const seen = rest.length === 0 ? shown(status, first) : '';
        if (rest.length > 0) return undefined;
        return { signature: seen === '' ? first : `${first}: ${seen}`, text: stateWords(status), ...own };
      }
      if (rest.length > 0) {
        const parent = await session.members(path.slice(0, -1));
        const row = parent?.type === 'Tensor' ? of['Tensor']?.[path.at(-1)!] : undefined;
        if (row !== undefined) return { signature: row[0], text: row[1] };
      }
      const last = path.at(-1)!;
      const signature =
        found.type === 'function' ? (found.text.startsWith('(') ? last + found.text : found.text) : `${last}: ${found.text}`;
      return { signature, text: found.type === 'function' || found.text.startsWith(found.type) ? '' : found.type, ...own };
    },
  };
}

function stateWords(status: CellStatus | undefined): string {
  switch (status?.state) {
    case 'done':
    case undefined:
      return '';
    case 'error':
      return 'Its cell failed.';
    case 'running':
    case 'queued':
      return 'Its cell runs.';
    case 'stale':
      return 'Its cell is out of date.';
    default:
      return 'Its cell has not run.';
  }
}

function prototypeNames(sample: unknown): string[] {
  return Object.getOwnPropertyNames(Object.getPrototypeOf(sample)).filter((name) => name !== 'constructor' && /^[a-z]/.test(name));
}

const clip = (text: string, most = 60): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
