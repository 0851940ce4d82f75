/* A Markdown output: the renderer of the pages' prose, every raw piece of HTML sanitised, formulas only where there are
   any. A chunk of its own. */

import { renderMarkdown } from '../static/markdown.ts';
import { setMarkup } from '../markup.ts';
import { sanitise } from '../sanitise.ts';

export async function drawMarkdownInto(markdown: string, target: HTMLElement): Promise<void> {
  const math = markdown.includes('$') ? (await import('../formulas.ts')).renderFormula : undefined;
  setMarkup(target, renderMarkdown(markdown, { html: sanitise, ...(math === undefined ? {} : { math }) }).html);
}
