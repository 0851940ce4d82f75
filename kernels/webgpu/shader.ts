/* WGSL as text: what a kernel's file binds, its constants set, the library functions that it calls added. A kernel's file may
   call any function of the libraries by name. A pipeline specialises `const NAME = …;` and `alias NAME = …;` lines, and as "fn NAME"
   the body of a one-line function `fn NAME(…) -> … { return …; }`. Nothing here knows a device. */

import { apart } from '../../src/base/apart.ts';
import math from '../elementwise/math.wgsl';
import rare from '../elementwise/rare.wgsl';
import rowsAlone from './rows-alone.wgsl';
import rowsShared from './rows-shared.wgsl';

export interface Shader {
  readonly name: string;
  readonly text: string;
}

export type Constants = Readonly<Record<string, number | string | boolean>>;

/** The buffers of group 0 in binding order: `r` read only, `w` read and written. Group 1 holds the uniform words. */
export function accessOf(text: string): string {
  const found: string[] = [];
  for (const [, index, access] of text.matchAll(/@group\(0\)\s*@binding\((\d+)\)\s*var<\s*storage\s*(?:,\s*(\w+)\s*)?>/g)) {
    found[Number(index)] = access === 'read_write' ? 'w' : 'r';
  }
  return found.join('');
}

/** The text with `constants` set and what it calls of the libraries in front. */
export function buildShader(shader: Shader, constants: Constants = {}): string {
  let text = shader.text;
  for (const [name, value] of Object.entries(constants)) {
    if (name.startsWith('fn ')) {
      const body = new RegExp(`^${name}(\\([^)]*\\)[^{]*\\{ return )[^;]*;`, 'm');
      if (!body.test(text)) throw new Error(`${shader.name}: expected a one-line ${name} in the shader, there is none.`);
      text = text.replace(body, (_, head: string) => `${name}${head}${String(value)};`);
      continue;
    }
    const line = new RegExp(`^(const|alias) ${name}\\b([^=]*)=[^;]*;`, 'm');
    if (!line.test(text)) throw new Error(`${shader.name}: expected a constant ${name} in the shader, there is none.`);
    text = text.replace(line, (_, keyword: string, type: string) => `${keyword} ${name}${type}= ${String(value)};`);
  }
  text = unrolled(text, constants);
  return link(text, Number.parseInt(String(constants['LANES'] ?? 1), 10) > 1);
}

/** The text with the library functions in front that it calls and does not have. `shared`: those of rows in workgroups. */
export function link(text: string, shared = false): string {
  return `${linked(text, shared)}\n${text}`;
}

/** Written out: one-line loops `for (var i = 0u; i < NAME; i++) { … }` up to a constant that was set. Arrays indexed by them stay in registers. */
function unrolled(text: string, constants: Constants): string {
  return text.replace(
    /^([ \t]*)for \(var (\w+) = 0u; \2 < ([A-Z]\w*); \2\+\+\) \{ (.*) \}$/gm,
    (loop, indent: string, index: string, name: string, body: string) => {
      const count = Number.parseInt(String(constants[name]), 10);
      if (!(count > 0)) return loop;
      const use = new RegExp(`\\b${index}\\b`, 'g');
      return Array.from({ length: count }, (_, i) =>
        `${indent}${/^let |; let /.test(body) ? `{ ${body} }` : body}`.replace(use, `${i}u`),
      ).join('\n');
    },
  );
}

/** One declaration of a library, and the names that it mentions. */
interface Part {
  readonly text: string;
  readonly uses: readonly string[];
}

type Library = ReadonlyMap<string, Part>;
let libraries: { readonly math: Library; readonly alone: Library; readonly shared: Library } | undefined;
let rarely: Library | undefined;
/** Read where a shader names a function that the other libraries lack. */
const far = apart('kernels/rare', { rare });

/** The library declarations that `text` needs, each once, those called first. */
function linked(text: string, shared: boolean): string {
  libraries ??= { math: readLibrary(math), alone: readLibrary(rowsAlone), shared: readLibrary(rowsShared) };
  const find = (name: string): Part | undefined =>
    libraries!.math.get(name) ??
    libraries![shared ? 'shared' : 'alone'].get(name) ??
    (rarely ?? (/(?:Float|Int|Uint)$/.test(name) ? (rarely = readLibrary(far.rare)) : undefined))?.get(name);
  const needed: string[] = [];
  const seen = new Set<string>();
  const own = new Set([...text.matchAll(/^(?:fn|struct|var<private>|var<workgroup>|const) (\w+)/gm)].map((match) => match[1]!));
  const visit = (name: string): void => {
    if (seen.has(name) || own.has(name)) return;
    const part = find(name);
    if (!part) return;
    seen.add(name);
    part.uses.forEach(visit);
    needed.push(part.text);
  };
  namesIn(text).forEach(visit);
  return needed.join('\n');
}

function readLibrary(text: string): Map<string, Part> {
  const parts = new Map<string, Part>();
  for (const part of text.split(/^(?=fn |struct |var<private> |var<workgroup> |const )/m)) {
    const name = /^(?:fn|struct|var<private>|var<workgroup>|const) (\w+)/.exec(part)?.[1];
    if (name) parts.set(name, { text: part, uses: namesIn(part).filter((used) => used !== name) });
  }
  return parts;
}

function namesIn(text: string): string[] {
  return [...new Set(text.match(/\b[A-Za-z]\w*\b/g))];
}

const word = new DataView(new ArrayBuffer(4));

/** The bits of a number as float32, for a uniform word. */
export function floatBits(x: number): number {
  word.setFloat32(0, x);
  return word.getUint32(0);
}
