/* Static colours of a cell's code, from the tokens that analysis found. The text content of the result is the code, to the
   character: that is what the textbox of a cell holds before an editor takes its place. */

import type { Analysis } from '../../analysis/types.ts';
import { escapeHtml } from './html.ts';

/** `code` as HTML: spans `k s n c`, and names that another cell defines as links to it. `owners` maps a name to the id of
    the cell that defines it; the cell's own names are to be left out of it. */
export function highlight(code: string, tokens: Analysis['tokens'], owners: ReadonlyMap<string, string>): string {
  let html = '';
  let at = 0;
  for (const [start, end, kind] of tokens) {
    if (start < at || end <= start || end > code.length) continue;
    const text = escapeHtml(code.slice(start, end));
    const owner = kind === 'x' ? owners.get(code.slice(start, end)) : undefined;
    html += escapeHtml(code.slice(at, start));
    if (owner !== undefined)
      html += `<a class="x" href="#cell-${escapeHtml(encodeURIComponent(owner))}" data-owner="${escapeHtml(owner)}" tabindex="-1">${text}</a>`;
    else html += kind === 'x' ? text : `<span class="${kind}">${text}</span>`;
    at = end;
  }
  return html + escapeHtml(code.slice(at));
}
