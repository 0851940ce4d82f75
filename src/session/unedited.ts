/* A notebook that nobody has edited yet: its text as it was opened, and edits that wait for what makes them (editing.ts). Whoever has
   to see the blocks before the first edit (the page that follows them) says so by `beforeEdits`. */

import type { Notebook } from '../document/types.ts';
import type { Editing, MakeEditing } from './editing.ts';
import type { EditsOptions } from './edits.ts';
import type { Structure } from './structure.ts';
import type { FrameBlock, HistoryStep, Session } from './types.ts';

export interface Unedited extends Pick<
  Session,
  'blocks' | 'history' | 'together' | 'undo' | 'redo' | 'setText' | 'editable' | 'beforeEdits'
> {
  readonly notebook: Notebook;
  /** Its text, with the code of edits that wait. */
  readonly text: string;
  /** Counts edits, those that wait too. */
  readonly revision: number;
  /** Something is to be analysed or named before a plan is made. */
  readonly due: boolean;
  commit(): Promise<string[]>;
  commitProse(): Promise<string[]>;
  /** An edit that comes before `editable` waits; what it answers is then empty. */
  readonly structure: Structure;
  /** The code that an edit which still waits gives the cell. */
  handed(id: string): string | undefined;
}

/** `make` makes edits at once; `load` fetches what does. */
export function createUnedited(
  options: EditsOptions,
  how: { readonly make: MakeEditing } | { readonly load: () => Promise<MakeEditing> },
): Unedited {
  let editing: Editing | undefined = 'make' in how ? how.make(options) : undefined;
  let open = editing !== undefined;
  let opening: Promise<void> | undefined;
  const waiting: (() => void)[] = [];
  const before: (() => Promise<unknown> | void)[] = [];
  const handed = new Map<string, string>();

  function editable(): Promise<void> {
    if (open) return Promise.resolve();
    return (opening ??= begin().catch((error: unknown) => {
      opening = undefined; // tried again with the next edit
      throw error;
    }));
  }
  async function begin(): Promise<void> {
    editing ??= (await (how as { load: () => Promise<MakeEditing> }).load())(options);
    await Promise.all(before.map((listener) => listener()));
    open = true;
    handed.clear();
    for (const edit of waiting.splice(0)) edit();
  }
  /** Does `edit` now, or when it can be done; what it gives back is known only in the first case. */
  function when<T>(edit: (made: Editing) => T, meanwhile: T): T {
    if (open) return edit(editing!);
    waiting.push(() => void edit(editing!));
    void editable().catch(() => undefined);
    return meanwhile;
  }

  const structure = Object.fromEntries(
    Object.entries(answers).map(([name, meanwhile]) => [
      name,
      (...given: unknown[]) =>
        when(({ structure: made }) => (made[name as keyof Structure] as (...given: unknown[]) => unknown)(...given), meanwhile),
    ]),
  ) as unknown as Structure;

  return {
    get notebook() {
      return editing?.edits.notebook ?? options.notebook;
    },
    get text() {
      if (open) return editing!.edits.notebook.text;
      return handed.size === 0 ? options.notebook.text : withCode(options.notebook, options.entries, handed);
    },
    get revision() {
      return (editing?.edits.revision ?? options.revision) + waiting.length;
    },
    get due() {
      return waiting.length > 0 || editing?.edits.due === true;
    },
    get blocks(): readonly FrameBlock[] {
      return editing?.edits.blocks ?? [];
    },
    get history() {
      return editing?.edits.history ?? {};
    },
    commit: async () => {
      if (waiting.length > 0) await editable();
      return editing?.edits.commit() ?? [];
    },
    commitProse: async () => editing?.edits.commitProse() ?? [],
    together: (label, work) => when(({ edits }) => edits.together(label, work), undefined),
    undo: () => when<HistoryStep | undefined>(({ edits }) => edits.undo(), undefined),
    redo: () => when<HistoryStep | undefined>(({ edits }) => edits.redo(), undefined),
    setText: async (...given) => {
      if (!open) await editable();
      return editing!.edits.setText(...given);
    },
    structure: {
      ...structure,
      edit: (id, code) => {
        if (!open) handed.set(id, code);
        structure.edit(id, code);
      },
    },
    handed: (id) => handed.get(id),
    editable,
    beforeEdits: (listener) => {
      before.push(listener);
      if (open) void listener();
    },
  };
}

/** What an edit answers while it waits. */
const answers: { readonly [K in keyof Structure]: Structure[K] extends (...given: never[]) => infer R ? R : never } = {
  edit: undefined,
  editProse: undefined,
  insertCell: '',
  insertBlock: 0,
  deleteCell: undefined,
  deleteBlocks: undefined,
  moveBlocks: undefined,
  duplicateBlocks: [],
  splitCell: '',
  splitProse: '',
  mergeBlocks: 0,
  setAttribute: undefined,
  renameCell: undefined,
  toProse: 0,
  toCell: '',
  replaceAll: undefined,
};

/** The text with other code in some cells: for a page that closes before the edits are made. Code that would end its fence is left out. */
function withCode({ text }: Notebook, { list }: EditsOptions['entries'], handed: ReadonlyMap<string, string>): string {
  return list.toReversed().reduce((written, { id, block }) => {
    const code = handed.get(id);
    if (code === undefined || !block || /^ {0,3}(`{3,}|~{3,})/m.test(code)) return written;
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    const { codeStart, codeEnd } = block;
    const behind = written.slice(codeEnd);
    const rest = codeEnd > codeStart ? behind.replace(/^(?:\r\n|[\r\n])/, '') : behind;
    return written.slice(0, codeStart) + (code === '' ? '' : code.replaceAll('\n', newline) + newline) + rest;
  }, text);
}
