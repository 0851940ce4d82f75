/* A unit as three texts (notebook.md 5): what the learner opens, the solutions, the checks. This finds its exercises in them, and
   what an author has left out. Nothing runs here; session/judge.ts evaluates, command/test.ts and the page report. */

import { cellsOf, nearest, type CellBlock, type Notebook } from '../document/index.ts';

export interface UnitTexts {
  readonly notebook: Notebook;
  readonly solutions: Notebook;
  readonly checks: Notebook;
}

export interface WrongAnswer {
  readonly code: string;
  readonly language: string;
  /** The sentence before it: what one who answers so believes. */
  readonly misconception: string;
  /** Line of its fence in solutions.md. */
  readonly line: number;
}

export interface Exercise {
  readonly id: string;
  /** Cells of the notebook with `exercise=ID`, in their order. */
  readonly starters: readonly CellBlock[];
  readonly references: readonly CellBlock[];
  readonly wrong: readonly WrongAnswer[];
  readonly checks: readonly CellBlock[];
  /** Insides of its `<details>`, without their summaries, as Markdown. */
  readonly hints: readonly string[];
}

/** What is wrong with a unit's files, for its author. */
export interface UnitProblem {
  readonly file: 'notebook.md' | 'solutions.md' | 'checks.md';
  readonly line: number;
  readonly message: string;
}

/** The exercises of a unit in the order of its notebook. */
export function exercisesOf({ notebook, solutions, checks }: UnitTexts): readonly Exercise[] {
  const solved = cellsOf(solutions);
  const judged = cellsOf(checks);
  const ids = [...new Set(cellsOf(notebook).flatMap(({ attributes }) => attributes.exercise ?? []))];
  return ids.map((id) => ({
    id,
    starters: cellsOf(notebook).filter(({ attributes }) => attributes.exercise === id),
    references: solved.filter(({ attributes }) => attributes.solution === id),
    wrong: solved
      .filter(({ attributes }) => attributes.wrong === id)
      .map((cell) => ({ code: cell.code, language: cell.language, misconception: sentenceBefore(solutions, cell), line: cell.line })),
    checks: judged.filter(({ attributes }) => attributes.check === id),
    hints: hintsOf(notebook, id),
  }));
}

/** What the files lack by the rules of notebook.md 5, each with its place: found without running anything. */
export function problemsOf(unit: UnitTexts): readonly UnitProblem[] {
  const problems: UnitProblem[] = [];
  const exercises = exercisesOf(unit);
  const known = new Set(exercises.map(({ id }) => id));
  for (const { id, starters, references, wrong, checks, hints } of exercises) {
    const at = starters[0]!.line;
    const say = (message: string, line = at, file: UnitProblem['file'] = 'notebook.md'): void =>
      void problems.push({ file, line, message });
    if (checks.length === 0) say(`Exercise ${id} has no check. Add a cell \`ts {check=${id}}\` to checks.md that calls check("name", …).`);
    if (references.length === 0) say(`Exercise ${id} has no reference. Add a cell \`ts {solution=${id}}\` to solutions.md.`);
    if (wrong.length < 2)
      say(
        `Exercise ${id} has ${wrong.length === 0 ? 'no wrong answer' : 'one wrong answer'}; two are the least. Add cells \`ts {wrong=${id}}\` to solutions.md, each after a sentence that names the misconception.`,
      );
    if (hints.length !== 3)
      say(
        `Exercise ${id} has ${hints.length} of its three hints. Put each into a <details> of its own behind the starter cell, before the next exercise or section.`,
      );
    const unwritten = hints.findIndex((hint) => /^(?:$|TODO\b)/.test(hint));
    if (unwritten >= 0)
      say(
        `Hint ${unwritten + 1} of exercise ${id} is ${hints[unwritten] === '' ? 'empty' : 'still a TODO'}. Write what brings its reader one step further.`,
      );
    if (!starters.some(({ code }) => code.includes('TODO')))
      say(`The starter of exercise ${id} contains no TODO. Write one where the learner is to begin.`);
    for (const { misconception, line } of wrong)
      if (misconception === '')
        say(`A wrong answer of ${id} has no sentence before it. Say in one what its author believes.`, line, 'solutions.md');
  }
  const stray = (notebook: Notebook, file: UnitProblem['file'], key: 'solution' | 'wrong' | 'check'): void => {
    for (const { attributes, line } of cellsOf(notebook)) {
      const id = attributes[key];
      if (id !== undefined && !known.has(id))
        problems.push({ file, line, message: `${key}=${id}: notebook.md has no exercise ${id}.${suggestion(id, [...known])}` });
    }
  };
  stray(unit.solutions, 'solutions.md', 'solution');
  stray(unit.solutions, 'solutions.md', 'wrong');
  stray(unit.checks, 'checks.md', 'check');
  const { front } = unit.notebook;
  const proofs = new Set([...known, ...(front?.pass ?? []).map(({ run }) => run)]);
  for (const objective of front?.objectives ?? []) {
    if (/^TODO\b/.test(objective)) {
      const message = `Objective “${objective}” is still a TODO. Say what the learner can do afterwards, and in brackets what proves it.`;
      problems.push({ file: 'notebook.md', line: lineOf(unit.notebook, objective), message });
      continue;
    }
    const named =
      /\(([^()]+)\)\s*\.?$/
        .exec(objective)?.[1]
        ?.split(',')
        .map((word) => word.trim()) ?? [];
    const missing = named.filter((word) => !proofs.has(word));
    if (named.length === 0 || missing.length > 0)
      problems.push({
        file: 'notebook.md',
        line: lineOf(unit.notebook, objective),
        message:
          named.length === 0
            ? `Objective “${objective}” says not what proves it. End it with the exercises or runs that do, in brackets: “… (${[...proofs][0] ?? 'dot'})”.`
            : `Objective “${objective}” names ${missing.join(', ')}, which is no exercise and no run with a pass line.${suggestion(missing[0]!, [...proofs])}`,
      });
  }
  return problems.sort((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line);
}

const order: readonly UnitProblem['file'][] = ['notebook.md', 'solutions.md', 'checks.md'];

/** The last sentence or paragraph of prose right before a cell. */
function sentenceBefore(notebook: Notebook, cell: CellBlock): string {
  const index = notebook.blocks.indexOf(cell);
  const before = notebook.blocks[index - 1];
  if (before?.kind !== 'prose') return '';
  const paragraphs = notebook.text
    .slice(before.start, before.end)
    .split(/\n[ \t]*\r?\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '' && !paragraph.startsWith('#'));
  return (paragraphs.at(-1) ?? '').replace(/\s+/g, ' ');
}

/** The `<details>` behind an exercise's starter, up to the next exercise or section. */
function hintsOf(notebook: Notebook, id: string): string[] {
  const { blocks, text } = notebook;
  const last = blocks.findLastIndex((block) => block.kind === 'cell' && block.attributes.exercise === id);
  const hints: string[] = [];
  for (const block of blocks.slice(last + 1)) {
    if (block.kind === 'cell' && block.attributes.exercise !== undefined) break;
    if (block.kind !== 'prose') continue;
    const prose = text.slice(block.start, block.end);
    const section = /^#{1,3}[ \t]/m.exec(prose)?.index ?? prose.length;
    for (const [, inside] of prose.slice(0, section).matchAll(/<details[^>]*>([\s\S]*?)<\/details>/g))
      hints.push(inside!.replace(/<summary[^>]*>[\s\S]*?<\/summary>/, '').trim());
    if (section < prose.length) break;
  }
  return hints;
}

/** The line that begins an item of the front matter with these words; 1 where it is written otherwise. */
function lineOf({ text, bodyStart }: Notebook, words: string): number {
  const lines = text.slice(0, bodyStart).split('\n');
  return lines.findIndex((line) => line.includes(words.slice(0, 40))) + 1 || 1;
}

/** ` Did you mean dot?` where one of `names` is near, else nothing. */
function suggestion(word: string, names: readonly string[]): string {
  const found = nearest(word, names);
  return found === undefined ? '' : ` Did you mean ${found}?`;
}
