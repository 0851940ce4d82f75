/* Prose and diagrams that were written since the page was drawn, as elements: the static renderer's HTML, sanitised, since it is a
   reader's text. Loaded with the first one; formulas with the first text that has a dollar. Values are numbered from 0. */

import type { FrameBlock } from '../session/types.ts';
import { setMarkup } from './markup.ts';
import { sanitise } from './sanitise.ts';
import { renderDiagram } from './static/notebook.ts';
import { renderMarkdown, type MathRenderer } from './static/markdown.ts';

export interface Markup {
  readonly pieces: readonly HTMLElement[];
  /** What the title and the sentence below it become; only of the text that opens a notebook. */
  readonly title?: readonly Node[];
  readonly lede?: readonly Node[];
}

let math: MathRenderer | undefined;

/** Whether `renderProse` can draw the text now; if not, what to wait for. */
export function prepare(text: string): Promise<unknown> | undefined {
  if (math !== undefined || !text.includes('$')) return undefined;
  return import('./formulas.ts').then((formulas) => {
    math = formulas.renderFormula;
  });
}

/** `sections`: number of the last section before it, where sections are numbered · `ids`: of headings elsewhere on the page. */
export function renderProse(
  { text, prose, values = [] }: FrameBlock,
  { opening, sections, ids }: { opening: boolean; sections: number | undefined; ids: Set<string> },
): Markup {
  const { html, title, lede } = renderMarkdown(text, {
    expressions: values,
    html: sanitise,
    ids,
    opening,
    attributes: `data-prose="${prose}"`,
    ...(math && { math }),
    ...(sections !== undefined && { sections }),
  });
  return {
    pieces: elementsOf(html),
    ...(title !== undefined && { title: nodesOf(title) }),
    ...(lede !== undefined && { lede: nodesOf(lede) }),
  };
}

export const renderedDiagram = (language: string, code: string): readonly HTMLElement[] =>
  elementsOf(renderDiagram({ language: language as 'tex', code }, math));

function nodesOf(html: string): readonly Node[] {
  const box = document.createElement('div');
  setMarkup(box, html);
  return [...box.childNodes];
}
const elementsOf = (html: string): readonly HTMLElement[] => nodesOf(html).filter((node) => node instanceof HTMLElement);
