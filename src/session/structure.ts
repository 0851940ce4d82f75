/* The edits that a reader can make of an open notebook, in terms of blocks: each asks document/structure.ts for splices, says what
   the blocks behind them are, and hands both to edits.ts as one step of history. */

import { partsOf, type Part } from '../document/compose.ts';
import { replaceCode, setAttribute as attributeSplice } from '../document/edit.ts';
import * as blocksOf from '../document/structure.ts';
import type { FenceBlock } from '../document/fences.ts';
import type { Edits } from './edits.ts';
import type { Entries } from './entries.ts';
import type { Place, Session } from './types.ts';

export type Structure = Pick<
  Session,
  | 'edit'
  | 'editProse'
  | 'insertCell'
  | 'insertBlock'
  | 'deleteCell'
  | 'deleteBlocks'
  | 'moveBlocks'
  | 'duplicateBlocks'
  | 'splitCell'
  | 'splitProse'
  | 'mergeBlocks'
  | 'setAttribute'
  | 'renameCell'
  | 'toProse'
  | 'toCell'
  | 'replaceAll'
>;

export function createStructure(edits: Edits, entries: Entries): Structure {
  // ---- where things are -----------------------------------------------------------------------------------------------------

  interface Rows {
    readonly parts: readonly Part[];
    /** Of the parts. */
    readonly keys: readonly number[];
    /** Number of the part with a key, -1 for none. */
    readonly at: (key: number) => number;
    readonly isFence: (part: number) => boolean;
  }
  function rows(): Rows {
    const parts = partsOf(edits.notebook);
    const keys = parts.map(({ index }) => edits.keys[index]!);
    return { parts, keys, at: (key) => keys.indexOf(key), isFence: (part) => parts[part]!.block.kind !== 'prose' };
  }
  /** Numbers of the parts with these keys, in file order. */
  const numbersOf = ({ keys }: Rows, wanted: readonly number[]): number[] => {
    const set = new Set(wanted);
    return keys.flatMap((key, i) => (set.has(key) ? [i] : []));
  };
  const placeOf = (here: Rows, place: Place): number => {
    if (place === 'start') return 0;
    if (place === 'end') return here.parts.length;
    const at = here.at('before' in place ? place.before : place.after);
    if (at < 0) return here.parts.length;
    return 'before' in place ? at : at + 1;
  };
  /** Keys of the fences in this order of parts; a negative number is a new key. */
  const fencesOf = ({ keys, isFence }: Rows, order: readonly number[]): number[] =>
    order.flatMap((part) => (part < 0 ? [-part] : isFence(part) ? [keys[part]!] : []));
  const all = ({ parts }: Rows): number[] => parts.map((_, i) => i);
  const nameOf = (key: number): string => entries.list.find((entry) => entry.key === key)?.id ?? '';
  const keyOf = (id: string): number | undefined => entries.list.find((entry) => entry.id === id)?.key;
  const indexOf = (id: string): number => entries.list.findIndex((entry) => entry.id === id);
  /** `cell loss`, `text`, `3 blocks`. */
  const words = (here: Rows, numbers: readonly number[]): string => {
    if (numbers.length !== 1) return `${numbers.length} blocks`;
    const { block } = here.parts[numbers[0]!]!;
    return block.kind === 'cell' ? `cell ${nameOf(here.keys[numbers[0]!]!)}` : block.kind === 'prose' ? 'text' : 'diagram';
  };
  /** The block of text that part of it became: the one that now stands where `before` fences stand before it. */
  function proseBehind(fences: number): number {
    let seen = 0;
    for (const { key, kind } of edits.blocks) {
      if (kind !== 'prose') seen++;
      else if (seen === fences) return key;
    }
    return edits.blocks.at(-1)?.key ?? 0;
  }

  // ---- edits ----------------------------------------------------------------------------------------------------------------

  function insert(at: number, sources: readonly string[], newKeys: readonly number[], label: string, touched = newKeys): void {
    const here = rows();
    const order = [...all(here).slice(0, at), ...newKeys.map((key) => -key), ...all(here).slice(at)];
    const splices = blocksOf.insertParts(edits.notebook, here.parts, at, sources);
    edits.apply({ label, splices, fences: fencesOf(here, order), touched });
  }

  function insertBlock(place: Place, block: Parameters<Session['insertBlock']>[1]): number {
    const here = rows();
    const at = placeOf(here, place);
    if (block.kind === 'cell') {
      const again = block.key !== undefined && !edits.keys.includes(block.key);
      const key = again ? block.key : entries.newKey();
      insert(at, [blocksOf.cellSource(edits.notebook, block)], [key], again ? 'Bring back a cell' : 'Insert cell');
      return key;
    }
    const source = blocksOf.proseSource(edits.notebook, block.markdown) || 'Text';
    const fences = all(here).filter((part) => part < at && here.isFence(part)).length;
    const beside = [at - 1, at].filter((part) => here.parts[part]?.block.kind === 'prose').map((part) => here.keys[part]!);
    edits.apply({ label: 'Insert text', splices: blocksOf.insertParts(edits.notebook, here.parts, at, [source]), touched: beside });
    return proseBehind(fences);
  }

  function deleteBlocks(wanted: readonly number[]): void {
    const here = rows();
    const numbers = numbersOf(here, wanted);
    if (numbers.length === 0) return;
    const which = new Set(numbers);
    edits.apply({
      label: `Delete ${words(here, numbers)}`,
      splices: blocksOf.deleteParts(edits.notebook, here.parts, which),
      fences: fencesOf(
        here,
        all(here).filter((part) => !which.has(part)),
      ),
      touched: numbers.map((part) => here.keys[part]!),
    });
  }

  function replace(
    sources: ReadonlyMap<number, string>,
    edit: { label: string; touched: readonly number[]; fences?: readonly number[]; group?: string },
  ): void {
    edits.apply({ ...edit, splices: blocksOf.replaceParts(edits.notebook, rows().parts, sources) });
  }

  return {
    edit: (id, code) => {
      const at = indexOf(id);
      const entry = entries.list[at];
      if (!entry || entry.code === code.replace(/\r\n?/g, '\n')) return;
      const splices = [replaceCode(edits.notebook, at, code)];
      edits.apply({ label: `Edit cell ${id}`, splices, touched: [entry.key], group: `edit ${entry.key}` });
    },
    editProse: (index, markdown) => {
      const block = edits.notebook.blocks.filter(({ kind }) => kind === 'prose')[index];
      const here = rows();
      const part = here.parts.findIndex((other) => other.block === block);
      if (!block || part < 0) return;
      const source = blocksOf.proseSource(edits.notebook, markdown);
      if (source === edits.notebook.text.slice(here.parts[part]!.start, here.parts[part]!.end)) return;
      const key = here.keys[part]!;
      replace(new Map([[part, source]]), { label: source === '' ? 'Delete text' : 'Edit text', touched: [key], group: `edit ${key}` });
    },
    insertCell: (after, language, code) => {
      const key = after === undefined ? undefined : keyOf(after);
      return nameOf(insertBlock(key === undefined ? 'start' : { after: key }, { kind: 'cell', language, code }));
    },
    insertBlock,
    deleteCell: (id) => {
      const key = keyOf(id);
      if (key !== undefined) deleteBlocks([key]);
    },
    deleteBlocks,
    moveBlocks: (wanted, place) => {
      const here = rows();
      const numbers = numbersOf(here, wanted);
      const at = placeOf(here, place);
      const which = new Set(numbers);
      const rest = (part: number): boolean => !which.has(part);
      const order = [...all(here).slice(0, at).filter(rest), ...numbers, ...all(here).slice(at).filter(rest)];
      edits.apply({
        label: `Move ${words(here, numbers)}`,
        splices: blocksOf.moveParts(edits.notebook, here.parts, which, at),
        fences: fencesOf(here, order),
        touched: numbers.map((part) => here.keys[part]!),
      });
    },
    duplicateBlocks: (wanted) => {
      const here = rows();
      const numbers = numbersOf(here, wanted);
      if (numbers.length === 0) return [];
      const taken = new Set(entries.list.map(({ id }) => id));
      const freeId = (id: string): string => {
        for (let n = 2; ; n++) {
          if (taken.has(`${id}-${n}`)) continue;
          taken.add(`${id}-${n}`);
          return `${id}-${n}`;
        }
      };
      const sources = numbers.map((i) => {
        const { block } = here.parts[i]!;
        const id = block.kind === 'cell' ? block.attributes.id : undefined;
        return blocksOf.copySource(edits.notebook, here.parts[i]!, id === undefined ? undefined : freeId(id));
      });
      const made = numbers.map((i) => (here.isFence(i) ? entries.newKey() : 0));
      insert(
        numbers.at(-1)! + 1,
        sources,
        made.filter((key) => key > 0),
        `Duplicate ${words(here, numbers)}`,
      );
      return made.filter((key) => key > 0);
    },
    splitCell: (id, offset) => {
      const here = rows();
      const key = keyOf(id);
      const part = key === undefined ? -1 : here.at(key);
      if (part < 0) return '';
      const { block } = here.parts[part]!;
      if (block.kind !== 'cell') return '';
      const { run, hide, other } = block.attributes;
      const kept = {
        ...(run !== 'auto' && { run }),
        ...(hide && { hide }),
        ...(other['jsx'] && { jsx: other['jsx'] }),
        ...(other['db'] && { db: other['db'] }),
      };
      const attributes = Object.entries(kept)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
      const second = entries.newKey();
      const order = [...all(here).slice(0, part + 1), -second, ...all(here).slice(part + 1)];
      edits.apply({
        label: `Split cell ${id}`,
        splices: blocksOf.splitPart(edits.notebook, block, offset, attributes),
        fences: fencesOf(here, order),
        touched: [key!, second],
      });
      return nameOf(second);
    },
    splitProse: (key, offset, language = 'ts') => {
      const here = rows();
      const part = here.at(key);
      if (part < 0 || here.isFence(part)) return '';
      const markdown = edits.blocks.find((block) => block.key === key)!.text;
      const sources = [markdown.slice(0, offset), markdown.slice(offset)].map((half) => blocksOf.proseSource(edits.notebook, half));
      const made = entries.newKey();
      const cell = blocksOf.cellSource(edits.notebook, { language, code: '' });
      const [above, below] = sources as [string, string];
      const splices = blocksOf.splitProse(edits.notebook, here.parts, part, [above, cell, below]);
      const order = [...all(here).slice(0, part), -made, ...all(here).slice(part + 1)];
      edits.apply({ label: 'Split text', splices, fences: fencesOf(here, order), touched: [made] });
      return nameOf(made);
    },
    mergeBlocks: (wanted) => {
      const here = rows();
      const numbers = numbersOf(here, wanted);
      const languages = new Set(numbers.map((i) => (here.isFence(i) ? (here.parts[i]!.block as FenceBlock).language : '')));
      if (numbers.length < 2 || languages.size !== 1 || languages.has('') || numbers.some((i, n) => i !== numbers[0]! + n)) {
        throw new Error('Merge: expected neighbouring cells of one language. Move them together first.');
      }
      const which = new Set(numbers.slice(1));
      const first = here.keys[numbers[0]!]!;
      edits.apply({
        label: `Merge ${numbers.length} cells`,
        splices: blocksOf.mergeParts(edits.notebook, here.parts, numbers),
        fences: fencesOf(
          here,
          all(here).filter((part) => !which.has(part)),
        ),
        touched: [first, ...numbers.slice(1).map((i) => here.keys[i]!)],
      });
      return first;
    },
    setAttribute: (id, key, value) => {
      const at = indexOf(id);
      if (at < 0) return;
      const splice = attributeSplice(edits.notebook, at, key, value);
      if (edits.notebook.text.slice(splice.start, splice.end) === splice.insert) return;
      const what = value === undefined ? `Remove ${key}` : value === true ? `Set ${key}` : `Set ${key}=${value}`;
      edits.apply({ label: `${what} on cell ${id}`, splices: [splice], touched: [entries.list[at]!.key] });
    },
    renameCell: (id, name) => {
      const at = indexOf(id);
      const entry = entries.list[at];
      if (!entry) return `There is no cell called ${id}.`;
      if (name === id) return undefined;
      if (!/^[^\s,"'<>`{}=]+$/.test(name)) return 'A name has no blanks, commas, quotes, braces or angle brackets.';
      if (entries.list.some((other) => other.id === name)) return `Another cell is called ${name}.`;
      const splices = [attributeSplice(edits.notebook, at, 'id', name)];
      edits.apply({ label: `Rename cell ${id} to ${name}`, splices, touched: [entry.key] });
      return undefined;
    },
    toProse: (id) => {
      const here = rows();
      const key = keyOf(id);
      const part = key === undefined ? -1 : here.at(key);
      if (part < 0) return 0;
      const fences = all(here).filter((other) => other < part && here.isFence(other)).length;
      const source = blocksOf.proseSource(edits.notebook, (here.parts[part]!.block as FenceBlock).code) || 'Text';
      const beside = [part - 1, part + 1].filter((i) => here.parts[i]?.block.kind === 'prose').map((i) => here.keys[i]!);
      replace(new Map([[part, source]]), { label: `Turn cell ${id} into text`, touched: [key!, ...beside] });
      return proseBehind(fences);
    },
    toCell: (key, language) => {
      const here = rows();
      const part = here.at(key);
      if (part < 0) return '';
      const { text } = edits.blocks.find((block) => block.key === key)!;
      const made = entries.newKey();
      const order = [...all(here).slice(0, part), -made, ...all(here).slice(part + 1)];
      const source = blocksOf.cellSource(edits.notebook, { language, code: text });
      replace(new Map([[part, source]]), { label: 'Turn text into a cell', touched: [made, key], fences: fencesOf(here, order) });
      return nameOf(made);
    },
    replaceAll: (changes, label) => {
      const here = rows();
      const sources = new Map<number, string>();
      for (const { key, text } of changes) {
        const part = here.at(key);
        if (part < 0) continue;
        const { block } = here.parts[part]!;
        sources.set(
          part,
          block.kind === 'prose' ? blocksOf.proseSource(edits.notebook, text) : blocksOf.withCode(edits.notebook, block, text),
        );
      }
      const gone = new Set([...sources].filter(([, source]) => source === '').map(([part]) => part));
      const touched = changes.map(({ key }) => key);
      replace(sources, {
        label,
        touched,
        fences: fencesOf(
          here,
          all(here).filter((part) => !gone.has(part)),
        ),
      });
    },
  };
}
