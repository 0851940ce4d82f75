/* What to do about a call of the compute library that it does not have: PyTorch's spelling (`masked_fill`), a slip of the
   fingers (`sofmax`), a forgotten `new`. Reads the message of a TypeError, so it knows the path that was written and no more. */

import { oneSlip } from '../base/slip.ts';

type Names = Readonly<Record<string, unknown>>;

/** What PyTorch calls otherwise, by the name that was tried. */
const others: Readonly<Record<string, string>> = {
  tensor: 'tensor([1, 2]) itself makes a tensor.',
  Tensor: 'tensor([1, 2]) makes a tensor.',
  numpy: 'Read the values with await a.data(), or nested by await a.array().',
  toArray: 'Read the values with await a.data(), or nested by await a.array().',
  cuda: 'Choose the device by tensor.setDefaultDevice("webgpu").',
  cpu: 'Move it by await a.toDevice("wasm"), or read it by await a.data().',
  long: 'There is no int64: write a.int() for int32.',
  len: 'The sizes are a.shape, their product is a.numel().',
};

/** A hint for `error`, or undefined. `library`: the exports of `gradus:tensor`. */
export function misspeltHint(error: unknown, library: Names): string | undefined {
  if (!(error instanceof TypeError)) return undefined;
  if (/^Class constructor \S+ cannot be invoked without 'new'/.test(error.message))
    return 'Classes are made with `new`, as in `new nn.Linear(4, 3)`.';
  const [, path, kind] = /^(\S+) is not a (function|constructor)$/.exec(error.message) ?? [];
  const wanted = path && /[A-Za-z]\w*$/.exec(path)?.[0];
  if (!wanted || wanted === path) return undefined;
  const before = path.slice(0, -wanted.length - 1);
  const holder = /^(tensor|nn|optim)\b/.test(before) && !before.includes('(') ? inside(library, before) : undefined;
  const name = (found: string): string | undefined => `Did you mean \`${holder ? `${before}.${found}` : `.${found}`}\`?`;
  const own = keysOf(holder ?? (library['Tensor'] as { prototype?: object } | undefined)?.prototype);
  const near = own.find((key) => plain(key) === plain(wanted)) ?? own.find((key) => wanted.length > 3 && oneSlip(key, wanted));
  // A method of something unknown is taken for a tensor's only where its spelling says so.
  if (near !== undefined && (holder || wanted.includes('_') || kind === 'function')) return name(near);
  if (Object.hasOwn(others, wanted) && (holder || before.includes('('))) return others[wanted];
  const elsewhere = ['nn.functional', 'tensor', 'nn', 'tensor.linalg', 'optim', 'optim.lrScheduler', 'tensor.data'].find((place) =>
    keysOf(inside(library, place)).some((key) => plain(key) === plain(wanted)),
  );
  if (!elsewhere || !(holder || wanted.includes('_'))) return undefined;
  return `Did you mean \`${elsewhere}.${keysOf(inside(library, elsewhere)).find((key) => plain(key) === plain(wanted))}\`?`;
}

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

function inside(library: Names, path: string): object | undefined {
  let at: unknown = library;
  for (const key of path.split('.')) at = typeof at === 'object' || typeof at === 'function' ? (at as Names | null)?.[key] : undefined;
  return (typeof at === 'object' || typeof at === 'function') && at !== null ? at : undefined;
}

const keysOf = (holder: object | undefined): string[] =>
  holder ? Object.getOwnPropertyNames(holder).filter((key) => !['length', 'name', 'prototype', 'constructor'].includes(key)) : [];
