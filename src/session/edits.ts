/* The notebook's text while it is open: edits are splices, each with its inverse; cells keep what is known of them. Nothing
   runs by an edit. When something is to run, `commit` analyses what was edited and names cells after what they now define.

     edit ──splice──> text ──parse──> blocks ──reconcile──> entries (dirty) ──commit──> analysis, ids, graph */

import { deleteCell, insertCell, replaceCode, replaceProse } from '../document/edit.ts';
import { applySplice } from '../document/reparse.ts';
import { cellsOf } from '../document/parse.ts';
import { identify } from '../document/identify.ts';
import { sameEdges, type Graph, type GraphCell } from '../schedule/index.ts';
import { useKey, type Entries, type Entry } from './entries.ts';
import { editEntry, firstValue, matchEntries } from './reconcile.ts';
import type { CellBlock, Notebook, Splice } from '../document/types.ts';
import type { Session, SessionChange, SessionOptions } from './types.ts';

export interface EditsOptions extends Pick<SessionOptions, 'analyser'> {
  readonly entries: Entries;
  readonly notebook: Notebook;
  readonly revision: number;
  /** Names whose values the command line gives. */
  readonly overrides: readonly string[];
  readonly tell: (change: SessionChange) => void;
  readonly saveSoon: () => void;
}

export interface Edits extends Pick<Session, 'edit' | 'editProse' | 'insertCell' | 'deleteCell' | 'undo'> {
  readonly notebook: Notebook;
  /** Counts edits. */
  readonly revision: number;
  /** Analyses what was edited, renames what is called after its first value, builds the graph anew; resolves to the cells
      whose place in it changed by the edit of another: they run as if a name of theirs had changed. */
  commit(): Promise<string[]>;
}

export function createEdits({ analyser, entries, overrides, tell, saveSoon, ...start }: EditsOptions): Edits {
  const undos: Splice[] = [];
  let { notebook, revision } = start;

  function splice(change: Splice, undoable = true): void {
    const { notebook: next, inverse } = applySplice(notebook, change);
    if (undoable) undos.push(inverse);
    notebook = next;
    revision++;
    const blocks = cellsOf(next);
    if (blocks.length === entries.list.length) follow(blocks);
    else reconcile(blocks);
    saveSoon();
  }

  /** The same cells, with other places or another text. */
  function follow(blocks: readonly CellBlock[]): void {
    const cells = new Set<string>();
    entries.list.forEach((entry, i) => {
      const block = blocks[i]!;
      if (entry.block!.line !== block.line || entry.code !== block.code) {
        entry.status = undefined;
        cells.add(entry.id);
      }
      if (entry.code !== block.code) editEntry(entry, block.code);
      entry.block = block;
    });
    tell({ cells, saved: true });
  }

  /** Cells came or went. */
  function reconcile(blocks: readonly CellBlock[]): void {
    const { next, gone } = matchEntries(entries.list, blocks);
    const after = new Set(gone.flatMap((entry) => entries.graph.dependents.get(entry.id) ?? []));
    entries.list = next;
    entries.build();
    for (const entry of next) {
      if (after.has(entry.id) && entry.state === 'done') Object.assign(entry, { state: 'stale', why: 'a cell that it uses was deleted' });
    }
    tell({ structure: true, cells: new Set(entries.byId.keys()), prose: new Set(entries.prose.keys()), saved: true });
  }

  async function commit(): Promise<string[]> {
    const dirty = entries.list.filter((entry) => entry.dirty);
    const { analyse } = await analyser();
    const before = entries.graph;
    let same = true;
    for (const entry of dirty) {
      const analysis = analyse(entry.code, { language: entry.block!.language, overrides });
      same &&= before.cells.has(entry.id) && sameEdges(entry.analysis, analysis);
      Object.assign(entry, { dirty: false, analysis, status: undefined });
    }
    if (same) {
      for (const entry of dirty) entries.replace(entry); // new code, old names: the graph stands
      return [];
    }
    const renamed = rename();
    entries.build();
    if (renamed.size) tell({ renamed, cells: new Set(renamed.values()) });
    return entries.graph.order.filter((id) => {
      const { state, edited } = entries.byId.get(id)!;
      return entries.graph.cells.get(id)!.run === 'auto' && state !== 'idle' && !edited && movedIn(before, entries.graph, id);
    });
  }

  /** Cells without an id of their own are called after the first value they define: old id, new id. */
  function rename(): Map<string, string> {
    const renamed = new Map<string, string>();
    const { ids } = identify(
      entries.list.map(({ block, analysis }) => ({
        attributes: block!.attributes,
        firstValue: firstValue(analysis),
        language: block!.language,
      })),
    );
    ids.forEach((id, i) => {
      const entry: Entry = entries.list[i]!;
      if (entry.id === id) return;
      renamed.set(entry.id, id);
      Object.assign(entry, { id, edited: true, valued: false, evaluation: 0 });
    });
    return renamed;
  }

  return {
    get notebook() {
      return notebook;
    },
    get revision() {
      return revision;
    },
    commit,
    edit: (id, code) => {
      const at = entries.list.findIndex((entry) => entry.id === id);
      if (at >= 0 && entries.list[at]!.code !== code.replace(/\r\n/g, '\n')) splice(replaceCode(notebook, at, code));
    },
    editProse: (index, markdown) => splice(replaceProse(notebook, index, markdown)),
    insertCell: (after, language, code) => {
      const at = after === undefined ? -1 : entries.list.findIndex((entry) => entry.id === after);
      const known = new Set(entries.list);
      splice(insertCell(notebook, at, { language, code }));
      return entries.list.find((entry) => !known.has(entry))?.id ?? '';
    },
    deleteCell: (id) => {
      const at = entries.list.findIndex((entry) => entry.id === id);
      if (at >= 0) splice(deleteCell(notebook, at));
    },
    undo: () => {
      const last = undos.pop();
      if (last) splice(last, false);
    },
  };
}

/** Whether a cell means something else in the new graph: another problem, or names of other cells. */
function movedIn(before: Graph, after: Graph, id: string): boolean {
  const was: GraphCell | undefined = before.cells.get(id);
  const is = after.cells.get(id)!;
  return was !== undefined && (was.problem?.message !== is.problem?.message || useKey(was) !== useKey(is));
}
