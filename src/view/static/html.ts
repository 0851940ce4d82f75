/* The few pieces of HTML that every page is made of: escaping, and the drawings that stand in buttons. Pure strings, used
   at build time in Node and in the browser alike. */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML, in content and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c]!);

/** JSON as the content of a script element: nothing in it can close the element or open a comment. */
export const jsonHtml = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');

const drawing = (inside: string): string => `<svg class="i" viewBox="0 0 16 16" aria-hidden="true">${inside}</svg>`;

export const icons = {
  run: drawing('<path d="M4.5 2.8v10.4l8.6-5.2z"/>'),
  stop: drawing('<path d="M4 4h8v8H4z"/>'),
  chevron: drawing('<path d="m6 3.5 4.5 4.5L6 12.5"/>'),
  theme: drawing('<circle cx="8" cy="8" r="5.6"/><path d="M8 2.4v11.2A5.6 5.6 0 0 0 8 2.4z" fill="currentColor"/>'),
  more: drawing('<path d="M3.2 8h.01M8 8h.01M12.8 8h.01" stroke-width="2.4"/>'),
  search: drawing('<circle cx="7" cy="7" r="4.4"/><path d="m10.4 10.4 3.4 3.4"/>'),
  share: drawing('<path d="M8 10V2.2M5 4.8l3-3 3 3M3 8.5v5h10v-5"/>'),
  list: drawing('<path d="M6 4h7.5M6 8h7.5M6 12h7.5M2.8 4h.01M2.8 8h.01M2.8 12h.01"/>'),
} as const;

/** The graph of a step function: closed where it has arrived, open where it has not. */
export const mark =
  '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5"><path d="M2.8 18.6h6.2M8.9 12h6.2M15 5.4h4"/>' +
  '<g fill="currentColor" stroke="none"><circle cx="2.9" cy="18.6" r="1.9"/><circle cx="9" cy="12" r="1.9"/><circle cx="15.1" cy="5.4" r="1.9"/></g><circle cx="20.9" cy="5.4" r="1.85"/></svg>';
