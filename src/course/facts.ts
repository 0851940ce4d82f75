/* What the pages about progress know of every unit, drawn from its notebook at build time and shipped as one small file, so that no
   page has to read all units. An exercise is called after the heading that it stands under. Pure. */

import type { Notebook } from '../document/index.ts';
import type { UnitFacts } from './mastery.ts';
import { unitById } from './units.ts';

/** Where the site keeps it, relative to its root. */
export const factsPath = 'course.json';

/** `undefined`: nothing in this notebook can be mastered. */
export function factsOf(notebook: Notebook): UnitFacts | undefined {
  const { front, blocks, text } = notebook;
  if (front === undefined) return undefined;
  const unit = unitById(front.id);
  const exercises = new Map<string, string>();
  let heading = '';
  for (const block of blocks) {
    if (block.kind === 'prose') {
      const headings = [...text.slice(block.start, block.end).matchAll(/^#{1,6}[ \t]+(.+?)[ \t]*#*$/gm)];
      heading = headings.at(-1)?.[1] ?? heading;
    } else if (block.kind === 'cell' && block.attributes.exercise !== undefined && !exercises.has(block.attributes.exercise))
      exercises.set(block.attributes.exercise, plain(heading) || block.attributes.exercise);
  }
  if (exercises.size === 0 && front.pass.length === 0 && unit === undefined) return undefined;
  return {
    id: front.id,
    title: unit?.title ?? front.title,
    ...(unit === undefined ? {} : { number: unit.number }),
    ...(front.minutes === undefined ? {} : { minutes: front.minutes }),
    exercises: [...exercises].map(([id, title]) => ({ id, title })),
    pass: front.pass,
  };
}

/** A heading without its number, marks and “Exercise:”. */
const plain = (heading: string): string =>
  heading
    .replace(/[`*_]/g, '')
    .replace(/^\d+[.)]?\s+/, '')
    .replace(/^exercise\b[\s\d.:]*/i, '')
    .trim()
    .replace(/^\p{Ll}(?=\p{Ll}*\s)/u, (letter) => letter.toUpperCase());

/** Reads the shipped file; what is misshapen is left out. */
export function readFacts(value: unknown): readonly UnitFacts[] {
  return (Array.isArray(value) ? value : []).filter(
    (item): item is UnitFacts =>
      typeof item === 'object' && item !== null && typeof item.id === 'string' && Array.isArray(item.exercises) && Array.isArray(item.pass),
  );
}
