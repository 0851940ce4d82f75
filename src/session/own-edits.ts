/* The edits of one tab that may not be stored yet, counted, each with the text before it. Another tab's text says how many of
   them it holds; the text before the next one is what both have in common. tabs.ts merges by that, so that an edit which was
   sent and never arrived is not taken for one that the other deleted. */

export interface OwnEdits {
  /** Edits of this tab so far. */
  readonly count: number;
  /** The session's text: an edit, where it is another than the last one. */
  note(session: { readonly text: string; readonly revision: number }): void;
  /** The session's text was replaced by what another tab has. */
  adopted(text: string): void;
  /** The text before the edit that follows the first `included`; undefined where there is none that could be missing. Where that one is
      not kept apart, the text before an earlier one. */
  before(included: number): string | undefined;
  /** The first `included` are stored. */
  stored(included: number): void;
  /** The revision `saved` of this tab's own text is stored. */
  storedAs(saved: number): void;
}

/** Edits that are kept apart: of long texts only few, since each keeps a text. */
const most = (text: string): number => (text.length > 200_000 ? 4 : 64);

export function ownEdits(text: string): OwnEdits {
  const log: { readonly n: number; readonly revision: number; readonly before: string }[] = [];
  let last = text,
    count = 0;
  return {
    get count() {
      return count;
    },
    note({ text, revision }) {
      if (text === last) return;
      if (log.length >= most(text)) log.splice(1 + (count % (log.length - 1)), 1);
      log.push({ n: ++count, revision, before: last });
      last = text;
    },
    adopted(text) {
      last = text;
    },
    before(included) {
      if (included >= count) return undefined;
      return (log.findLast(({ n }) => n <= included + 1) ?? log[0])?.before;
    },
    stored(included) {
      while (log.length && log[0]!.n <= included) log.shift();
    },
    storedAs(saved) {
      while (log.length && log[0]!.revision <= saved) log.shift();
    },
  };
}
