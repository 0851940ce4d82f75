/* WGSL as text: what a kernel's file binds, its constants set, the library functions that it calls added. A kernel's file may
   call any function of the libraries by name; `const NAME = …;` and `alias NAME = …;` lines at the beginning of a line are what a
   pipeline specialises. Nothing here knows a device. */

import math from '../elementwise/math.wgsl';

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
    const line = new RegExp(`^(const|alias) ${name}\\b([^=]*)=[^;]*;`, 'm');
    if (!line.test(text)) throw new Error(`${shader.name}: expected a constant ${name} in the shader, there is none.`);
    text = text.replace(line, (_, keyword: string, type: string) => `${keyword} ${name}${type}= ${String(value)};`);
  }
  return `${linked(text)}\n${text}`;
}

/** One declaration of a library, and the names that it mentions. */
interface Part {
  readonly text: string;
  readonly uses: readonly string[];
}

let library: Map<string, Part> | undefined;

/** The library declarations that `text` needs, each once, those called first. */
function linked(text: string): string {
  library ??= readLibrary(math);
  const needed: string[] = [];
  const seen = new Set<string>();
  const own = new Set([...text.matchAll(/^fn (\w+)/gm)].map((match) => match[1]!));
  const visit = (name: string): void => {
    const part = library!.get(name);
    if (!part || seen.has(name) || own.has(name)) return;
    seen.add(name);
    part.uses.forEach(visit);
    needed.push(part.text);
  };
  namesIn(text).forEach(visit);
  return needed.join('\n');
}

function readLibrary(text: string): Map<string, Part> {
  const parts = new Map<string, Part>();
  for (const part of text.split(/^(?=fn |struct |var<private> |const )/m)) {
    const name = /^(?:fn|struct|var<private>|const) (\w+)/.exec(part)?.[1];
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
