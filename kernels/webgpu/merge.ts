/* Several dispatches that need nothing of each other as one: each kernel becomes a function of one text, and a workgroup finds by its number
   which one it runs. What two kernels declare alike they share; everything else gets the kernel's number behind its name. A buffer
   that several kernels bind alike is bound once. Which steps may go together, schedule.ts knows.

   Uniform words: for each kernel its workgroups (x, y, z) and the number at which they end; then the words of each kernel. */

import { UNIFORM_BYTES } from './pipelines.ts';
import type { Step } from './step.ts';

/** A step with more workgroups than this fills a device by itself. */
const MOST_GROUPS = 1024;
const MOST_STEPS = 12;

/** Steps side by side, as many as fit. */
export class Bundle<B> {
  readonly steps: Step<B>[] = [];
  readonly #limit: number;
  readonly #placeOf: (buffer: B) => unknown;
  #slots: Slot<B>[] = [];
  #groups = 0;
  #words = 0;

  /** `limit`: storage buffers that one dispatch may bind; `placeOf`: what must not be both read and written by one. */
  constructor(limit: number, placeOf: (buffer: B) => unknown) {
    this.#limit = limit;
    this.#placeOf = placeOf;
  }

  /** Takes the step in, if it fits beside the others; the first one always does. */
  add(step: Step<B>): boolean {
    const first = this.steps.length === 0;
    const groups = countOf(step);
    const kernel = first || this.steps.length < MOST_STEPS ? kernelOf(step) : undefined;
    const slots = [...this.#slots];
    if (kernel) slotsOf(step, kernel, slots);
    const words = this.#words + 4 + roundUp(step.words.length, 4);
    if (!first) {
      const before = kernelOf(this.steps[0]!);
      if (!kernel || !before || before.size !== kernel.size || groups > MOST_GROUPS || countOf(this.steps[0]!) > MOST_GROUPS) return false;
      if (slots.length > this.#limit || words * 4 > UNIFORM_BYTES || this.#groups + groups > 65535) return false;
      if (slots.some((a) => a.letter === 'w' && slots.some((b) => clash(a, b, this.#placeOf)))) return false;
    }
    this.steps.push(step);
    this.#slots = slots;
    this.#groups += groups;
    this.#words = words;
    return true;
  }

  /** All of them as one step. */
  get step(): Step<B> {
    const { steps } = this;
    // A step that writes one buffer by two bindings needs them to be one, too.
    if (steps.length === 1 && !writesTwice(steps[0]!)) return steps[0]!;
    const slots: Slot<B>[] = [];
    const kernels = steps.map((step) => kernelOf(step)!);
    const places = steps.map((step, i) => slotsOf(step, kernels[i]!, slots));
    let end = 0;
    const heads = steps.flatMap((step) => [...step.groups, (end += countOf(step))]);
    const words = steps.flatMap((step) => [...step.words, ...new Array<number>(roundUp(step.words.length, 4) - step.words.length).fill(0)]);
    return {
      key: steps.map(({ key }, i) => `${key} @${places[i]!.join()}`).join(' beside '),
      text: () => textOf(kernels, places, slots),
      access: slots.map(({ letter }) => letter).join(''),
      buffers: slots.map(({ buffer }) => buffer),
      words: [...heads, ...words],
      groups: [end, 1, 1],
    };
  }
}

/** A buffer as a dispatch binds it. */
interface Slot<B> {
  readonly buffer: B;
  readonly type: string;
  readonly letter: string;
}

/** Adds what the step binds to `slots`; at which of them each of its bindings is. */
function slotsOf<B>(step: Step<B>, kernel: Kernel, slots: Slot<B>[]): number[] {
  return kernel.bindings.map(({ type }, i) => {
    const [buffer, letter] = [step.buffers[i]!, step.access[i]!];
    const found = slots.findIndex((slot) => slot.buffer === buffer && slot.type === type && slot.letter === letter);
    return found >= 0 ? found : slots.push({ buffer, type, letter }) - 1;
  });
}

/** Whether a dispatch that writes `a` must not bind `b` too. */
function clash<B>(a: Slot<B>, b: Slot<B>, placeOf: (buffer: B) => unknown): boolean {
  if (a === b) return false;
  return b.letter === 'w' ? a.buffer === b.buffer : placeOf(a.buffer) === placeOf(b.buffer);
}

function writesTwice({ buffers, access }: Step<unknown>): boolean {
  return buffers.some((buffer, i) => access[i] === 'w' && buffers.indexOf(buffer) !== i);
}

function countOf({ groups: [x, y, z] }: Step<unknown>): number {
  return x * y * z;
}

function roundUp(length: number, step: number): number {
  return Math.ceil(length / step) * step;
}

/* ---- texts ---- */

/** A kernel's text taken apart. */
interface Kernel {
  /** `x, y` of its workgroups. */
  readonly size: string;
  readonly bindings: readonly { readonly name: string; readonly type: string }[];
  /** Name and type of the uniform words. */
  readonly uniform: { readonly name: string; readonly type: string };
  /** Everything else, by name. `main` has parameters without attributes. */
  readonly declared: ReadonlyMap<string, Declaration>;
  /** What main asks of the device, in order. */
  readonly asked: readonly string[];
}

interface Declaration {
  readonly text: string;
  /** Names from outside that it mentions. */
  readonly uses: ReadonlySet<string>;
}

const kernels = new Map<string, Kernel | undefined>();

function kernelOf(step: Step<unknown>): Kernel | undefined {
  if (!kernels.has(step.key)) kernels.set(step.key, takeApart(step.text()));
  return kernels.get(step.key);
}

/** What the merged main can hand on. */
const builtins: Readonly<Record<string, string>> = {
  global_invocation_id: 'g',
  workgroup_id: 'w',
  num_workgroups: 'n',
  local_invocation_id: 'local',
  local_invocation_index: 'l',
};

/** Undefined where the text has something that is not known here. */
function takeApart(source: string): Kernel | undefined {
  const head = /@compute\s+@workgroup_size\(([^)]*)\)\s*fn main\(([^{]*)\)\s*\{/.exec(source);
  if (!head) return undefined;
  const asked = [...head[2]!.matchAll(/@builtin\((\w+)\)/g)].map((match) => builtins[match[1]!]);
  const size = head[1]!.split(',').map((length) => length.trim().replace(/u?$/, 'u'));
  if (asked.some((name) => name === undefined) || size.length > 2) return undefined;
  const text = source.replace(head[0], `fn main(${head[2]!.replace(/@builtin\(\w+\)\s*/g, '')}) {`);
  const declared = new Map<string, Declaration>();
  const bindings: { name: string; type: string }[] = [];
  let uniform: { name: string; type: string } | undefined;
  for (const part of text.split(/^(?=fn |struct |var<|const |alias |@group)/m)) {
    if (part.trim() === '') continue;
    const bound = /^@group\((\d)\)\s*@binding\((\d+)\)\s*var<([^>]*)>\s*(\w+)\s*:\s*(.*);\s*$/.exec(part);
    if (bound?.[1] === '0') bindings[Number(bound[2])] = { name: bound[4]!, type: bound[5]! };
    else if (bound) uniform = { name: bound[4]!, type: bound[5]! };
    else {
      const name = /^(?:fn|struct|const|alias|var<[^>]*>)\s*(\w+)/.exec(part)?.[1];
      if (name === undefined) return undefined;
      declared.set(name, { text: part.trimEnd(), uses: usesOf(part) });
    }
  }
  if (!uniform || !declared.has('main')) return undefined;
  const plain = (type: string): string =>
    type.replace(/\w+/g, (name) => /^alias \w+\s*=\s*(.*);/.exec(declared.get(name)?.text ?? '')?.[1] ?? name);
  return {
    size: size.join(', '),
    bindings: bindings.map(({ name, type }) => ({ name, type: plain(type) })),
    uniform,
    declared,
    asked: asked as string[],
  };
}

const NAMES = /(?<![.@\w])[A-Za-z_]\w*/g;

/** The names that a declaration mentions and does not declare itself. */
function usesOf(text: string): Set<string> {
  const found = new Set(names(text).match(NAMES));
  const head = text.startsWith('fn ') ? text.slice(0, text.indexOf('{')) : '';
  for (const [, name] of head.matchAll(/(\w+)\s*:/g)) found.delete(name!);
  if (head) for (const [, name] of text.matchAll(/\b(?:let|var)\s+(\w+)/g)) found.delete(name!);
  return found;
}

/** A struct without the names of its members; other text as it is. */
function names(text: string): string {
  return text.startsWith('struct ') ? text.replace(/(\w+)\s*:/g, ':') : text;
}

function textOf(parts: readonly Kernel[], places: readonly (readonly number[])[], slots: readonly Slot<unknown>[]): string {
  const shared = sharedBy(parts);
  const lines = new Set<string>();
  const calls: string[] = [];
  const fields: string[] = [];
  parts.forEach((kernel, k) => {
    const renamed = new Map<string, string>();
    for (const name of kernel.declared.keys()) if (!shared.has(name)) renamed.set(name, `${name}_${k}`);
    kernel.bindings.forEach(({ name }, i) => renamed.set(name, `bound_${places[k]![i]!}`));
    renamed.set(kernel.uniform.name, `words_.k${k}`);
    const rename = (text: string, uses: ReadonlySet<string>): string => {
      const change = (from: string): string => from.replace(NAMES, (name) => (uses.has(name) ? (renamed.get(name) ?? name) : name));
      if (!text.startsWith('struct ')) return change(text);
      return text.replace(/(\w+\s*:)|([A-Za-z_]\w*)/g, (all, member: string | undefined) => (member === undefined ? change(all) : all));
    };
    for (const { text, uses } of kernel.declared.values()) lines.add(rename(text, uses));
    fields.push(`@align(16) k${k}: ${rename(kernel.uniform.type, usesOf(kernel.uniform.type))}`);
    const begin = k === 0 ? '' : ` - words_.heads[${k - 1}].w`;
    calls.push(
      `if (at.x < words_.heads[${k}].w) {`,
      `let i = at.x${begin};`,
      `let n = words_.heads[${k}].xyz;`,
      'let w = vec3u(i % n.x, i / n.x % n.y, i / (n.x * n.y));',
      `let g = w * vec3u(${[...kernel.size.split(', '), '1u'].slice(0, 2).join(', ')}, 1u) + local;`,
      `main_${k}(${kernel.asked.join(', ')});`,
      'return;',
      '}',
    );
  });
  return [
    ...lines,
    `struct Words_ { heads: array<vec4u, ${parts.length}>, ${fields.join(', ')} }`,
    ...slots.map(
      ({ type, letter }, i) => `@group(0) @binding(${i}) var<storage, ${letter === 'w' ? 'read_write' : 'read'}> bound_${i}: ${type};`,
    ),
    '@group(1) @binding(0) var<uniform> words_: Words_;',
    `@compute @workgroup_size(${parts[0]!.size})`,
    'fn main(@builtin(workgroup_id) at: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) l: u32) {',
    ...calls,
    '}',
  ].join('\n');
}

/** The names that all kernels which have them declare alike, down to what their declarations mention. */
function sharedBy(parts: readonly Kernel[]): Set<string> {
  const shared = new Set<string>();
  for (const { declared } of parts) for (const name of declared.keys()) shared.add(name);
  shared.delete('main');
  const own = new Set(parts.flatMap(({ bindings, uniform }) => [uniform.name, ...bindings.map(({ name }) => name)]));
  const first = (name: string): Declaration => parts.find(({ declared }) => declared.has(name))!.declared.get(name)!;
  for (const name of shared) {
    if (parts.some(({ declared }) => declared.has(name) && declared.get(name)!.text !== first(name).text)) shared.delete(name);
  }
  for (let again = true; again;) {
    again = false;
    for (const name of shared) {
      const uses = [...first(name).uses];
      if (uses.some((used) => own.has(used) || (!shared.has(used) && parts.some(({ declared }) => declared.has(used))))) {
        shared.delete(name);
        again = true;
      }
    }
  }
  return shared;
}
