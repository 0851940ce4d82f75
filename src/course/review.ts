/* A review as a small notebook: what an exercise asks, and its starter as a plain cell. Hints, what the learner wrote before and every
   other cell stay out; the answer is read from the cell and judged by the unit's own checks. Pure. */

import { cellsOf, fenced, type Notebook } from '../document/index.ts';

export interface ReviewNotebook {
  /** A notebook's text. */
  readonly text: string;
  /** Ids of the cells that are the answer, in order. */
  readonly cells: readonly string[];
}

/** `undefined`: the unit has no such exercise. */
export function reviewNotebook(unit: Notebook, exercise: string, title: string): ReviewNotebook | undefined {
  const starters = cellsOf(unit).filter(({ attributes }) => attributes.exercise === exercise);
  const [first] = starters;
  if (first === undefined) return undefined;
  const cells = starters.map((_, i) => (i === 0 ? exercise : `${exercise}-${i + 1}`));
  const parts = starters.map(({ language, code }, i) => fenced(`${language} {id=${cells[i]}}`, code));
  const front = ['---', 'gradus: 1', `id: review-${exercise}`, `title: ${JSON.stringify(`${title}, once more`)}`, '---'].join('\n');
  return { text: `${front}\n\n${statementOf(unit, first)}\n\n${parts.join('\n')}`, cells };
}

/** The prose before an exercise, from its heading on, without values of cells that are not there and without hints. */
function statementOf({ blocks, text }: Notebook, starter: Notebook['blocks'][number]): string {
  const before = blocks[blocks.indexOf(starter) - 1];
  if (before?.kind !== 'prose') return '';
  const prose = text.slice(before.start, before.end).replace(/<details[^>]*>[\s\S]*?<\/details>/g, '');
  const headings = [...prose.matchAll(/^#{1,6}[ \t].*$/gm)];
  const last = headings.at(-1);
  const statement = last === undefined ? prose : prose.slice(last.index + last[0].length);
  return statement.trim().replace(/(?<!\\)\$\{/g, '\\${');
}
