/* Where the exercises of a page stand. The page is a flat row of elements that others write (headings, prose, cells); this finds, for
   each exercise, its heading, the row beside it, what belongs to it and its hints, and puts the row there where it is missing. */

import { h } from '../dom.ts';

export interface Place {
  readonly id: string;
  /** Absent where no heading stands in the text right above. */
  readonly heading: HTMLElement | undefined;
  /** Point, words and button, behind the heading. */
  readonly row: HTMLElement;
  /** Cells of the exercise, in their order. */
  readonly cells: readonly HTMLElement[];
  /** What a closed exercise hides: statement, cells, what stands between them and the hints. */
  readonly insides: readonly HTMLElement[];
  readonly hints: readonly HTMLDetailsElement[];
  /** The section that it stands in. */
  readonly section: HTMLElement | undefined;
}

export function placesIn(root: HTMLElement): Place[] {
  const flat = [...root.children].flatMap((child) => (child.matches('.part') ? [...child.children] : [child])) as HTMLElement[];
  const ids = [...new Set(flat.flatMap(({ dataset }) => dataset['exercise'] ?? []))];
  for (const row of root.querySelectorAll<HTMLElement>('.exr')) if (!ids.includes(row.dataset['for'] ?? '')) row.remove();
  return ids.map((id, index) => {
    const cells = flat.filter(({ dataset }) => dataset['exercise'] === id);
    const first = flat.indexOf(cells[0]!),
      last = flat.indexOf(cells.at(-1)!);
    // The last heading of the text right above the first cell.
    let top = first - 1;
    while (top >= 0 && !isHeading(flat[top]!) && flat[top]!.dataset['cell'] === undefined) top--;
    const heading = top >= 0 && isHeading(flat[top]!) ? flat[top] : undefined;
    const hints: HTMLDetailsElement[] = [];
    let end = last;
    for (let at = last + 1; at < flat.length && !isHeading(flat[at]!) && flat[at]!.dataset['exercise'] === undefined; at++) {
      const own = flat[at]!.matches('.prose')
        ? [...flat[at]!.children].filter((one): one is HTMLDetailsElement => one instanceof HTMLDetailsElement)
        : [];
      if (own.length > 0) end = at;
      hints.push(...own);
    }
    const begin = heading ? top + 1 : first;
    const insides = flat
      .slice(begin, end + 1)
      .filter((element) => !element.matches('.exr') && !(element.matches('.prose') && hints.some((hint) => element.contains(hint))));
    const section = flat.slice(0, first).findLast((element) => element.matches('h2'));
    const title = heading?.textContent ?? '';
    if (heading && !/^\s*(\d|exercise\b)/i.test(title)) heading.dataset['number'] = String(index + 1);
    return { id, heading, row: rowOf(root, id, heading, cells[0]!), cells, insides, hints, section };
  });
}

const isHeading = (element: Element): boolean => element.matches('h2, h3');

/** The row, behind the heading or before the cell; made where it is not there. */
function rowOf(root: HTMLElement, id: string, heading: HTMLElement | undefined, cell: HTMLElement): HTMLElement {
  const [row, ...others] = root.querySelectorAll<HTMLElement>(`.exr[data-for="${CSS.escape(id)}"]`);
  for (const other of others) other.remove();
  const made = row ?? h('div', { class: 'exr', 'data-for': id }, h('span', { class: 'pt' }), h('span', { class: 'how' }));
  const title = made.querySelector('b');
  if (heading) title?.remove();
  else if (title === null) made.querySelector('.pt')?.after(h('b', {}, id.replaceAll('-', ' ')));
  heading?.classList.add('exh');
  if (heading ? heading.nextElementSibling !== made : cell.previousElementSibling !== made) {
    if (heading) heading.after(made);
    else cell.before(made);
  }
  return made;
}
