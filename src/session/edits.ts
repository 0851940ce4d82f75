/* The notebook's text while it is open: every edit is splices with their inverse, one step of history; blocks have keys that stay
   with them, and cells keep by them what is known of them. Nothing runs by an edit. When something is to run, `commit` analyses
   what was edited and names cells after what they now define. Which edits there are is in structure.ts.

     edit ──splices──> text ──reparse──> blocks ──keys──> entries (dirty) ──commit──> analysis, ids, graph */

import { countLines, type ReadFront } from '../document/parse.ts';
import { spliceOf } from '../base/rebase.ts';
import { applySplices } from '../document/reparse.ts';
import { sameEdges, type GraphCell } from '../schedule/index.ts';
import { commitProse, placeProse, proseDiffers } from './edited-prose.ts';
import { placeOf, type Entries, type Entry } from './entries.ts';
import { frameOf } from './frame-blocks.ts';
import { createHistory, keyChange, type Step } from './history.ts';
import { matchKeys } from './match.ts';
import { displace, editEntry, idsOf, placeEntries, recall, remember, settle } from './reconcile.ts';
import type { Block, CellBlock, Notebook, Splice } from '../document/types.ts';
import type { FrameBlock, HistoryStep, Session, SessionChange, SessionOptions } from './types.ts';

export interface EditsOptions extends Pick<SessionOptions, 'analyser' | 'now'> {
  readonly entries: Entries;
  readonly notebook: Notebook;
  readonly revision: number;
  /** Names whose values the command line gives. */
  readonly overrides: readonly string[];
  readonly tell: (change: SessionChange) => void;
  readonly saveSoon: () => void;
  /** Cells are called otherwise, and nothing is about to run. */
  readonly renamed: () => void;
  /** What a cell shows is kept by its name, which is another one. */
  readonly keep: (entry: Entry) => void;
  /** Expressions in prose are new: they may be shown. */
  readonly proseChanged: () => void;
}

/** An edit: what becomes of the text, and what is known of the blocks behind it. */
export interface Edit {
  readonly label: string;
  readonly splices: readonly Splice[];
  /** Keys of the cells and diagrams behind it, in order. Default: found by their text. */
  readonly fences?: readonly number[];
  /** Keys of what it is about. */
  readonly touched: readonly number[];
  readonly group?: string;
}

export interface Edits extends Pick<Session, 'setText' | 'undo' | 'redo' | 'history' | 'blocks' | 'together'> {
  readonly notebook: Notebook;
  /** Of `notebook.blocks`. */
  readonly keys: readonly number[];
  /** Counts edits. */
  readonly revision: number;
  /** Something is to be analysed or named before a plan is made. */
  readonly due: boolean;
  apply(edit: Edit): void;
  /** Analyses what was edited, renames what is called after its first value, builds the graph anew; resolves to the cells
      whose place in it changed by the edit of another: they run as if a name of theirs had changed. */
  commit(): Promise<string[]>;
  /** The same for expressions in prose alone; resolves to those whose names all have values. */
  commitProse(): Promise<string[]>;
}

export function createEdits({
  analyser,
  entries,
  overrides,
  tell,
  saveSoon,
  renamed: toldNames,
  keep,
  proseChanged,
  now,
  ...start
}: EditsOptions): Edits {
  const history = createHistory();
  let { notebook, revision } = start;
  let keys = firstKeys();
  let blocks: readonly FrameBlock[] | undefined;
  /** Cells came, went or moved since they were named. */
  let unnamed = false;
  /** What is edited now belongs to it. */
  let batch: Step['batch'];
  let setting: Promise<void> = Promise.resolve();

  function firstKeys(): readonly number[] {
    let cell = 0;
    return notebook.blocks.map(({ kind }) => (kind === 'cell' ? entries.list[cell++]!.key : entries.newKey()));
  }

  // ---- an edit ------------------------------------------------------------------------------------------------------------

  function apply({ label, splices, fences, touched, group }: Edit): void {
    if (splices.length === 0) return;
    const { notebook: next, inverse } = applySplices(notebook, splices);
    const after = sameKinds(next.blocks) && !fences ? keys : keysOf(next, fences);
    history.add({
      label,
      forward: splices,
      inverse,
      keys: keyChange(keys, after),
      touched,
      at: now(),
      ...(group !== undefined && { group }),
      ...(batch && { batch }),
    });
    become(next, after);
    saveSoon();
  }
  function keysOf(next: Notebook, fences: readonly number[] | undefined): readonly number[] {
    const after = matchKeys(notebook, keys, next, fences, entries.newKey);
    return after.length === keys.length && after.every((key, i) => key === keys[i]) ? keys : after;
  }
  /** The same kinds of blocks in the same order as before. */
  const sameKinds = (blocks: readonly Block[]): boolean =>
    blocks.length === notebook.blocks.length && blocks.every(({ kind }, i) => kind === notebook.blocks[i]!.kind);

  /** The notebook is another one from here on. */
  function become(next: Notebook, after: readonly number[]): void {
    const before = notebook;
    const structure = after !== keys || !sameKinds(next.blocks);
    notebook = next;
    keys = after;
    blocks = undefined;
    revision++;
    const cells = next.blocks.filter((block): block is CellBlock => block.kind === 'cell');
    if (structure) reconcile(cells);
    else follow(cells, proseDiffers(before, next));
  }

  /** The same blocks, with other places or another text. */
  function follow(next: readonly CellBlock[], prose: boolean): void {
    const cells = new Set<string>();
    let rebuild = prose && placeProse(entries, notebook),
      rename = false;
    entries.list.forEach((entry, i) => {
      const block = next[i]!;
      const old = entry.block!;
      if (old === block) return;
      const attributes = !sameAttributes(old, block);
      const code = entry.code !== block.code || old.language !== block.language;
      if (code) editEntry(entry, block.code, entries.place(entry.id));
      else if (attributes) remember(entry, entries.place(entry.id));
      entry.block = block;
      entry.status = undefined;
      if (!code && !attributes) return;
      rebuild ||= attributes;
      rename ||= old.attributes.id !== block.attributes.id;
      if (recall(entry)) rebuild = true;
      cells.add(entry.id);
    });
    if (rename) return renameNow(prose);
    if (rebuild) buildGraph();
    else for (const entry of entries.list) if (entry.was && settle(entry, entries.place(entry.id))) cells.add(entry.id);
    tell({ cells: rebuild ? new Set(entries.byId.keys()) : cells, saved: true, ...(prose && changedProse()) });
    if (prose) proseChanged();
  }

  /** Blocks came, went or moved. */
  function reconcile(next: readonly CellBlock[]): void {
    const cellKeys = keys.filter((_, i) => notebook.blocks[i]!.kind === 'cell');
    const written = new Map(entries.list.map((entry) => [entry, entry.block!.attributes.id]));
    placeEntries(entries, next, cellKeys);
    unnamed = true;
    placeProse(entries, notebook);
    for (const entry of entries.list) recall(entry);
    if (entries.list.some((entry) => written.has(entry) && written.get(entry) !== entry.block!.attributes.id)) return renameNow(true);
    buildGraph();
    tell({ structure: true, cells: new Set(entries.byId.keys()), saved: true, ...changedProse() });
    proseChanged();
  }

  /** The graph of the cells as they stand. What uses other cells by that is out of date; what was so and is not any more is done again. */
  function buildGraph(): void {
    const { graph: before, byId: named } = entries;
    let oldNames: ReadonlyMap<Entry, string> | undefined;
    const oldName = (entry: Entry): string | undefined =>
      named.get(entry.id) === entry ? entry.id : (oldNames ??= new Map([...named].map(([id, other]) => [other, id]))).get(entry);
    entries.build();
    for (const entry of entries.all()) {
      const old = entry.state === 'done' ? before.cells.get(oldName(entry) ?? '') : undefined;
      if (old && !isPlaced(old, named, entries.graph.cells.get(entry.id)!, entries.byId)) {
        const deleted = old.uses.some(({ cell }) => !entries.list.includes(named.get(cell)!));
        displace(entry, placeOf(old, named), deleted ? 'a cell that it uses was deleted' : 'what it uses comes from elsewhere now');
      }
      if (entry.left !== undefined) {
        if (entry.left !== entries.place(entry.id)) displace(entry, entry.left, 'what it uses comes from elsewhere now');
        entry.left = undefined;
      }
      if (entry.was) settle(entry, entries.place(entry.id));
    }
  }

  const changedProse = (): SessionChange => ({ structure: true, prose: new Set(entries.prose.keys()) });

  // ---- names and the graph --------------------------------------------------------------------------------------------------

  async function commit(): Promise<string[]> {
    const { analyse } = await analyser();
    const dirty = entries.all().filter((entry) => entry.dirty);
    const before = placesOf(entries);
    let same = !unnamed;
    for (const entry of dirty) {
      const analysis = analyse(entry.code, { language: entry.block?.language ?? 'ts', overrides });
      same &&= entries.graph.cells.has(entry.id) && sameEdges(entry.analysis, analysis);
      Object.assign(entry, { dirty: false, analysis, status: undefined });
    }
    if (same) {
      for (const entry of dirty) entries.replace(entry); // new code, old names: the graph stands
      return [];
    }
    const renamed = takeNames();
    entries.build();
    if (renamed.size > 0) tell({ structure: true, renamed, cells: new Set(renamed.values()) });
    const after = placesOf(entries);
    return entries.graph.order.filter((id) => {
      const { state, edited, key } = entries.byId.get(id)!;
      const was = before.get(key);
      return entries.graph.cells.get(id)!.run === 'auto' && state !== 'idle' && !edited && was !== undefined && was !== after.get(key);
    });
  }

  /** Cells without an id of their own are called after the first value they define: old id, new id. */
  function takeNames(): Map<string, string> {
    const renamed = new Map<string, string>();
    const ids = idsOf(entries.list);
    unnamed = false;
    entries.list.forEach((entry, i) => {
      if (entry.id === ids[i]) return;
      renamed.set(entry.id, ids[i]!);
      entry.id = ids[i]!;
      if (entry.outputs.length > 0) keep(entry);
    });
    if (renamed.size > 0) blocks = undefined;
    return renamed;
  }

  function renameNow(prose: boolean): void {
    const renamed = takeNames();
    buildGraph();
    tell({
      structure: true,
      ...(renamed.size > 0 && { renamed }),
      cells: new Set(entries.byId.keys()),
      saved: true,
      ...(prose && changedProse()),
    });
    if (renamed.size > 0) toldNames();
    if (prose) proseChanged();
  }

  // ---- history, and other texts ---------------------------------------------------------------------------------------------

  function together(label: string, work: () => void): void {
    const outer = batch;
    batch ??= { label };
    try {
      work();
    } finally {
      batch = outer;
    }
  }

  /** Undoes or does again a step, and with it all of its batch. */
  function again(which: 'undo' | 'redo'): HistoryStep | undefined {
    const batched = history[which]?.batch;
    let last = stepAgain(which);
    if (!batched || !last) return last;
    const keys = new Set(last.keys);
    while (history[which]?.batch === batched && (last = stepAgain(which))) for (const key of last.keys) keys.add(key);
    return { label: batched.label, keys: edits.blocks.flatMap(({ key }) => (keys.has(key) ? [key] : [])) };
  }
  function stepAgain(which: 'undo' | 'redo'): HistoryStep | undefined {
    const step: Step | undefined = history.take(which);
    if (!step) return undefined;
    const { from, were, are } = step.keys;
    const [gone, come] = which === 'undo' ? [are, were] : [were, are];
    const next = applySplices(notebook, which === 'undo' ? step.inverse : step.forward, step.fronts?.[which]).notebook;
    const after = gone.length + come.length === 0 ? keys : keys.toSpliced(from, gone.length, ...come);
    become(next, after);
    saveSoon();
    const here = new Set(edits.blocks.map(({ key }) => key));
    const touched = step.touched.filter((key) => here.has(key));
    if (touched.length > 0) return { label: step.label, keys: touched };
    const before = new Set(keys.slice(0, from));
    const near = edits.blocks.findLast(({ key }) => before.has(key)) ?? edits.blocks[0];
    return { label: step.label, keys: near ? [near.key] : [] };
  }

  function takeText(next: Notebook, how: { readonly label: string } | 'follow', to: number | undefined): void {
    if (next.text === notebook.text) {
      if (to !== undefined) revision = Math.max(revision, to);
      return;
    }
    const after = keysOf(next, undefined);
    if (how === 'follow') history.clear();
    else {
      const change = spliceOf(notebook.text, next.text);
      const inverse = {
        start: change.start,
        end: change.start + change.insert.length,
        insert: notebook.text.slice(change.start, change.end),
      };
      const known = new Set(keys);
      history.add({
        label: how.label,
        forward: [change],
        inverse: [inverse],
        keys: keyChange(keys, after),
        touched: after.filter((key) => !known.has(key)),
        at: now(),
        fronts: { undo: frontOf(notebook), redo: frontOf(next) },
      });
    }
    become(next, after);
    if (how === 'follow') revision = Math.max(revision - 1, to ?? 0);
    else saveSoon();
  }

  const edits: Edits = {
    get notebook() {
      return notebook;
    },
    get keys() {
      return keys;
    },
    get revision() {
      return revision;
    },
    get due() {
      return unnamed || entries.list.some(({ dirty }) => dirty) || entries.prose.some(({ dirty }) => dirty);
    },
    get blocks() {
      return (blocks ??= frameOf(notebook, keys, entries));
    },
    get history() {
      const { undo, redo } = history;
      const words = ({ batch: of, label }: Step): string => of?.label ?? label;
      return { ...(undo && { undo: words(undo) }), ...(redo && { redo: words(redo) }) };
    },
    apply,
    commit,
    commitProse: () => commitProse(entries, { analyser, overrides }),
    together,
    undo: () => again('undo'),
    redo: () => again('redo'),
    setText: (text, how, to) => {
      const { front, bodyStart } = notebook;
      if (front && text.slice(0, bodyStart) === notebook.text.slice(0, bodyStart)) {
        const next = applySplices(notebook, [spliceOf(notebook.text, text)]).notebook;
        takeText(next, how, to);
        return Promise.resolve();
      }
      const before = notebook.text;
      return (setting = setting.then(async () => {
        const { openNotebook } = await import('../document/front-lines.ts');
        let were = before,
          both = text,
          next = await openNotebook(both);
        while (how === 'follow' && notebook.text !== were) {
          const { merge } = await import('../base/merge.ts'); // edited meanwhile
          both = merge(were, notebook.text, both).text;
          were = notebook.text;
          next = await openNotebook(both);
        }
        takeText(next, how, to !== undefined && both !== text ? to + 1 : to);
      }));
    },
  };
  return edits;
}

/** Places in the graph by key, as it was built last. */
const placesOf = (entries: Entries): ReadonlyMap<number, string> =>
  new Map([...entries.byId].map(([id, { key }]) => [key, entries.place(id)]));

/** Whether a cell uses the same names of the same cells, by key, and has the same problem. */
const isPlaced = (a: GraphCell, namesOfA: Names, b: GraphCell, namesOfB: Names): boolean =>
  a.problem?.message === b.problem?.message &&
  a.uses.length === b.uses.length &&
  a.uses.every(({ name, cell }, i) => name === b.uses[i]!.name && namesOfA.get(cell) === namesOfB.get(b.uses[i]!.cell));
type Names = ReadonlyMap<string, Entry>;

const sameAttributes = (a: CellBlock, b: CellBlock): boolean =>
  a.attributes === b.attributes || JSON.stringify(a.attributes) === JSON.stringify(b.attributes);

/** Gives the front matter that was read of this text. */
function frontOf({ text, bodyStart, front, problems }: Notebook): ReadFront {
  const lines = countLines(text.slice(0, bodyStart));
  return () => ({ problems: problems.filter(({ line }) => line <= lines), ...(front && { front }) });
}
