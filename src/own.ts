/* A notebook that the build has not rendered (written here, opened from a file) becomes a page in the browser: parsed,
   analysed, rendered by the static renderer with its HTML sanitised. One lazy chunk with the parsers of Markdown and
   TypeScript. */

import { analyse, analyseModule } from './analysis/index.ts';
import { openNotebook } from './document/front-lines.ts';
import { frontMatterError } from './document/parse.ts';
import { expressions } from './document/prose.ts';
import { compileNotebook } from './session/compile.ts';
import type { Compiled } from './session/types.ts';
import { renderPage } from './view/static/notebook.ts';

export { analyse, analyseModule };

export interface OwnPage {
  readonly compiled: Compiled;
  readonly title: string;
  readonly label?: string;
  /** Everything below the bar. */
  readonly html: string;
}

/** Why `text` is no notebook, in a sentence; undefined where it is one. */
export async function refusal(text: string, name: string): Promise<string | undefined> {
  const notebook = await openNotebook(text);
  const problem = frontMatterError(notebook);
  if (problem !== undefined) return `${name}, line ${problem.line}: ${problem.message}`;
  return notebook.front === undefined
    ? `${name} is no notebook: its front matter has no line “gradus: 1”. A notebook is a Markdown file that begins with ---, gradus: 1, ---.`
    : undefined;
}

export async function renderOwn(text: string, base: string): Promise<OwnPage> {
  const { notebook, compiled } = compileNotebook(await openNotebook(text), analyse);
  const math = text.includes('$') ? (await import('./view/formulas.ts')).renderFormula : undefined;
  const { front } = notebook;
  const raw = notebook.blocks.some(({ kind, start, end }) => kind === 'prose' && /<[a-z!/?]/i.test(text.slice(start, end)));
  const html = raw ? (await import('./view/sanitise.ts')).sanitise : undefined;
  const inCourse = front !== undefined && (front.unit !== undefined || front.phase !== undefined || front.needs.length > 0);
  const course = inCourse ? await import('./course/units.ts') : undefined;
  const page = renderPage({
    notebook,
    compiled,
    base,
    expressions,
    ...(html && { html }),
    ...(course && { course }),
    ...(math === undefined ? {} : { math }),
  });
  return { compiled, title: page.title, html: page.html, ...(page.label === undefined ? {} : { label: page.label }) };
}
