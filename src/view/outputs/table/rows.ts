/* The rows of a table by the page: those that came with the output at once, the others from the engine in the order that the
   reader wants. Where the engine has them no more, what came is all there is, and `note` says so. */

import { lookAtRows, type RowsLook } from '../../../output/rows.ts';
import { rowsOf, type RowSource } from '../../../output/row-source.ts';
import type { Answer, ColumnFacts, ColumnType, RowOrder } from '../../../output/look.ts';

export interface TableData {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly total: number;
}

export type AskRows = <Q extends RowsLook>(question: Q) => Promise<Answer<Q>>;

export interface TableRow {
  readonly values: readonly unknown[];
  /** Which row it is as the data was given, from 0. */
  readonly place: number;
}

export interface RowPages {
  /** Rows of the present order. */
  readonly count: number;
  readonly total: number;
  /** Why not all rows can be seen. */
  readonly note: string | undefined;
  readonly order: RowOrder;
  row(i: number): TableRow | undefined;
  /** These rows are looked at: what is missing of them is fetched, and `changed` called. */
  want(from: number, to: number): void;
  /** Another order; resolves when its first rows are there. */
  setOrder(order: RowOrder): Promise<void>;
  /** Facts of one column over the rows of the present filters. */
  facts(column: number): Promise<ColumnFacts | undefined>;
  /** Rows of the present order, for copying. */
  read(from: number, count: number): Promise<readonly (readonly unknown[])[]>;
  /** All rows of the present order as CSV. */
  csv(columns: readonly string[], progress?: (done: number) => void): Promise<string[]>;
  stop(): void;
}

const pageSize = 200,
  mostPages = 80,
  passingMs = 50;

/** `ask`: absent where there is no engine to ask. `path` of the questions is the value itself. */
export function createPages(data: TableData, ask: AskRows | undefined, changed: () => void): RowPages {
  const complete = data.rows.length >= data.total;
  const here: RowSource = {
    length: data.rows.length,
    names: data.columns.map(({ name }) => name),
    at: (column, row) => data.rows[row]?.[column],
  };
  const held = { [rowsOf]: here };
  const askHere: AskRows = async (question) => lookAtRows(held, question, (fn) => fn()) as never;
  let remote = ask !== undefined && !complete;
  let note: string | undefined;
  let order: RowOrder = {};
  let total = complete || remote ? data.total : data.rows.length;
  let rows = total;
  let pages = new Map<number, readonly TableRow[]>();
  const asked = new Set<number>();
  let wanted: readonly number[] = [];
  let turn = 0;
  let stopped = false;
  let fetching = 0;
  let lookedAt = -Infinity,
    lastPage = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  /** What stands there until the first rows of a new order have come. */
  let before: ((i: number) => TableRow | undefined) | undefined;

  const plainOrder = (): boolean => !order.sort && !order.text && Object.keys(order.filters ?? {}).length === 0;
  const first = (i: number): TableRow | undefined => {
    const values = data.rows[i];
    return values && { values, place: i };
  };

  async function question<Q extends RowsLook>(what: Q): Promise<Answer<Q>> {
    if (!remote) return askHere(what);
    try {
      return await ask!(what);
    } catch (error) {
      lose((error as Error).message);
      return askHere(what);
    }
  }
  /** The engine has the rows no more. */
  function lose(sentence: string): void {
    if (!remote) return;
    remote = false;
    note = sentence;
    total = data.rows.length;
    if (plainOrder()) rows = total;
    pages.clear();
    changed();
  }

  async function fetchPage(page: number): Promise<void> {
    const mine = turn;
    asked.add(page);
    fetching++;
    const from = page * pageSize;
    try {
      const found: TableRow[] = [];
      // Wide rows come in several answers.
      for (let at = from; at < from + pageSize;) {
        const { rows: values, places, matching } = await question({ of: 'rows', path: [], order, from: at, count: from + pageSize - at });
        if (mine !== turn || stopped) return;
        rows = matching;
        values.forEach((row, i) => found.push({ values: row, place: places[i]! }));
        at += values.length;
        if (values.length === 0 || at >= matching) break;
      }
      pages.delete(page);
      pages.set(page, found);
      if (pages.size > mostPages) pages.delete(pages.keys().next().value!);
      changed();
    } finally {
      fetching--;
      if (mine === turn) asked.delete(page);
      if (!stopped) next();
    }
  }
  /** Fetches what is looked at now; what was passed by is left out. */
  function next(): void {
    for (const page of wanted) {
      if (fetching >= 2) return;
      if (!pages.has(page) && !asked.has(page)) void fetchPage(page).catch(() => undefined);
    }
  }
  const rowNow = (i: number): TableRow | undefined => (atHand(i) ? first(i) : pages.get(Math.floor(i / pageSize))?.[i % pageSize]);
  const atHand = (i: number): boolean => plainOrder() && i < data.rows.length;

  return {
    get count() {
      return rows;
    },
    get total() {
      return total;
    },
    get note() {
      return note;
    },
    get order() {
      return order;
    },
    row: (i) => (before ?? rowNow)(i),
    want: (from, to) => {
      const from0 = Math.floor(from / pageSize),
        to0 = Math.floor(Math.max(from, to - 1) / pageSize);
      wanted = [];
      const now = performance.now();
      const flung = now - lookedAt < passingMs && Math.abs(from0 - lastPage) > 1;
      lookedAt = now;
      lastPage = from0;
      for (let page = from0; page <= to0; page++) {
        const least = page * pageSize;
        if (least < rows && !atHand(Math.min(rows - 1, Math.max(to - 1, least)))) wanted = [...wanted, page];
      }
      // What is passed by at speed is not fetched.
      clearTimeout(waiting);
      if (flung) waiting = setTimeout(next, passingMs);
      else next();
    },
    setOrder: async (given) => {
      const mine = ++turn;
      const were = pages,
        wasPlain = plainOrder();
      const rowThen = (i: number): TableRow | undefined => (wasPlain && first(i)) || were.get(Math.floor(i / pageSize))?.[i % pageSize];
      order = given;
      asked.clear();
      if (plainOrder()) {
        before = undefined;
        pages = new Map();
        rows = total;
        return changed();
      }
      before ??= rowThen;
      const answer = await question({ of: 'rows', path: [], order, from: 0, count: pageSize });
      if (mine !== turn || stopped) return;
      before = undefined;
      rows = answer.matching;
      const page = answer.rows.map((values, i) => ({ values, place: answer.places[i]! }));
      pages = page.length === Math.min(pageSize, rows) ? new Map([[0, page]]) : new Map();
      changed();
    },
    facts: async (column) => {
      const { sort: _, ...filtered } = order;
      return (await question({ of: 'columns', path: [], order: filtered, from: column, count: 1 }))[0];
    },
    read: async (from, count) => {
      const found: (readonly unknown[])[] = [];
      while (found.length < count) {
        const part = await question({
          of: 'rows',
          path: [],
          order,
          from: from + found.length,
          count: Math.min(1000, count - found.length),
        });
        if (part.rows.length === 0) break;
        found.push(...part.rows);
      }
      return found;
    },
    csv: async (columns, progress) => {
      const parts: string[] = [];
      for (let from: number | undefined = 0; from !== undefined && !stopped;) {
        const part: Answer<{ of: 'csv' } & RowsLook> = await question({ of: 'csv', path: [], order, columns, from, count: Infinity });
        parts.push(part.text);
        from = part.next;
        if (from !== undefined) progress?.(from);
      }
      return parts;
    },
    stop: () => {
      clearTimeout(waiting);
      stopped = true;
    },
  };
}
