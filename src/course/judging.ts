/* What is evaluated to judge one exercise (notebook.md 5): the notebook, with the reference answers of all other exercises in the
   place of their starters and the candidate in the place of this one, then this one's checks. One slip never fails a later
   exercise, and a check sees nothing that its notebook would not give it. */

import { cellsOf, fenced, overlaidText, overlay, parseCompiled, type CellBlock, type Notebook } from '../document/index.ts';
import type { UnitTexts } from './exercises.ts';

/** What is judged: the starter as it ships, the reference, or code. */
export type Candidate = 'starter' | 'reference' | { readonly code: string; readonly language: string };

export interface Judged {
  /** A notebook's text: its cells carry their ids. */
  readonly text: string;
  /** Ids of the candidate's cells. */
  readonly answers: readonly string[];
  /** Ids of the exercise's check cells. */
  readonly checks: readonly string[];
}

/** Composes what judges `candidate`. `nameOf` gives the first value that a cell defines. */
export function judged(
  { notebook, solutions, checks }: UnitTexts,
  exercise: string,
  candidate: Candidate,
  nameOf: (cell: CellBlock) => string | undefined,
): Judged {
  const without = (text: Notebook, drop: (cell: CellBlock) => boolean): Notebook => ({
    ...text,
    blocks: text.blocks.filter((block) => block.kind !== 'cell' || !drop(block)),
  });
  const others = without(solutions, ({ attributes }) => attributes.solution === exercise && candidate !== 'reference');
  const own = without(checks, ({ attributes }) => attributes.check !== undefined && attributes.check !== exercise);
  const layers =
    typeof candidate === 'string'
      ? [others, own]
      : [others, parseCompiled(fenced(`${candidate.language} {solution=${exercise}}`, candidate.code), notebook.front), own];
  const cells = overlay(notebook, layers, nameOf);
  const isAnswer = ({ block: { attributes } }: (typeof cells)[number]): boolean =>
    attributes.solution === exercise || attributes.exercise === exercise;
  return {
    text: overlaidText({ ...notebook, blocks: notebook.blocks.filter(({ kind }) => kind === 'cell') }, cells),
    answers: cells.filter(isAnswer).map(({ id }) => id),
    checks: cells.filter(({ block }) => block.attributes.check === exercise).map(({ id }) => id),
  };
}

/** The answers to exercises in a file that holds nothing else to be judged: cells `answer=ID`, in order. */
export function answersOf(answers: Notebook): readonly { readonly exercise: string; readonly code: string; readonly language: string }[] {
  return cellsOf(answers).flatMap(({ attributes: { answer }, code, language }) =>
    answer === undefined ? [] : [{ exercise: answer, code, language }],
  );
}

/** A cell of a learner's notebook, as a session knows it. */
export interface LearnerCell {
  readonly id: string;
  readonly code: string;
  readonly language: string;
  readonly exercise?: string;
  readonly uses: readonly { readonly cell: string }[];
}

/** A learner's answer, judged or graded on its own: the cells of the exercise, and before and between them what they use of cells
    that the learner has added. `shipped`: ids of the unit's own cells, which every judge has. Undefined where no cell is left. */
export function answerIn(
  cells: readonly LearnerCell[],
  exercise: string,
  shipped: ReadonlySet<string>,
): { readonly code: string; readonly language: string } | undefined {
  const own = cells.filter((cell) => cell.exercise === exercise);
  const language = own[0]?.language;
  if (language === undefined) return undefined;
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const taken = new Set(own);
  for (const cell of taken)
    for (const { cell: id } of cell.uses) {
      const used = byId.get(id);
      if (used && used.exercise === undefined && used.language === language && !shipped.has(id)) taken.add(used);
    }
  return {
    code: cells
      .filter((cell) => taken.has(cell))
      .map(({ code }) => code)
      .join('\n\n'),
    language,
  };
}

/** Answers as a file that `gradus grade` reads. */
export function answersText(
  title: string,
  id: string,
  answers: readonly { readonly exercise: string; readonly code: string; readonly language: string; readonly note?: string }[],
): string {
  const blocks = answers.map(
    ({ exercise, code, language, note }) =>
      `## ${exercise}\n\n${note ? `${note}\n\n` : ''}${fenced(`${language} {answer=${exercise}}`, code)}`,
  );
  return `# Answers: ${title.replace(/\s+/g, ' ')}\n\nTo the exercises of \`${id}\`. \`gradus grade UNIT-FOLDER THIS-FILE\` judges them.\n\n${blocks.join('\n')}`;
}
