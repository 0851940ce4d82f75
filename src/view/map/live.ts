/* What the course map does once the page is alive: the filter, arrow keys in the graph, and, for the point or row under
   pointer or focus, arcs from what it needs (solid) and to what needs it (dashed). Works on the DOM of static/map.ts and
   makes no markup of its own but the arcs. */

const svg = 'http://www.w3.org/2000/svg';

/** Binds the map below `root` (its `main`); the answer takes the listeners away again. */
export function bindMap(root: HTMLElement): () => void {
  const gone = new AbortController();
  const { signal } = gone;
  const rows = [...root.querySelectorAll<HTMLElement>('.u[data-unit]')];
  const points = [...root.querySelectorAll<SVGAElement>('.ascent a[data-unit]')];
  const needs = new Map(
    rows.map((row) => [Number(row.dataset['unit']), (row.dataset['needs'] ?? '').split(' ').filter(Boolean).map(Number)]),
  );
  const arcs = root.querySelector('[data-arcs-layer]');
  const label = root.querySelector('[data-label-layer]');
  const legend = root.querySelector('[data-arcs]');
  const place = (unit: number): [number, number] | undefined => {
    const point = points[unit - 1];
    return point && [Number(point.dataset['x']), Number(point.dataset['y'])];
  };

  let held = 0;
  const hold = (unit: number): void => {
    if (unit === held) return;
    held = unit;
    const before = new Set(needs.get(unit) ?? []);
    const after = new Set([...needs].filter(([, list]) => list.includes(unit)).map(([n]) => n));
    for (const point of points)
      point.classList.toggle('lit', before.has(Number(point.dataset['unit'])) || Number(point.dataset['unit']) === unit);
    for (const row of rows) row.classList.toggle('needed', before.has(Number(row.dataset['unit'])));
    arcs?.replaceChildren(
      ...[...before].map((n) => arc(place(n), place(unit), 'arc')),
      ...[...after].map((n) => arc(place(unit), place(n), 'arc out')),
    );
    const name = (n: number): string => rows[n - 1]?.querySelector('.n')?.textContent ?? '';
    if (legend)
      legend.textContent =
        unit === 0
          ? 'what a step needs'
          : before.size === 0
            ? `${name(unit)} needs nothing before it`
            : `${name(unit)} needs ${[...before].map(name).join(', ')}`;
    label?.replaceChildren(...(unit === 0 ? [] : title(place(unit), name(unit), rows[unit - 1])));
  };
  const unitOf = (target: EventTarget | null): number =>
    Number((target as Element | null)?.closest?.('[data-unit]')?.getAttribute('data-unit') ?? 0);
  for (const type of ['pointerover', 'focusin']) root.addEventListener(type, (event) => hold(unitOf(event.target)), { signal });
  root.addEventListener('pointerleave', () => hold(unitOf(document.activeElement)), { signal });

  root.querySelector('.ascent svg')?.addEventListener(
    'keydown',
    (event) => {
      const { key } = event as KeyboardEvent;
      const at = points.findIndex((point) => point === document.activeElement);
      const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: points.length - 1 }[key];
      const next = to === undefined || at < 0 ? undefined : points[to];
      if (!next) return;
      event.preventDefault();
      points[at]!.setAttribute('tabindex', '-1');
      next.setAttribute('tabindex', '0');
      next.focus();
    },
    { signal },
  );

  const field = root.querySelector<HTMLInputElement>('#q');
  const buttons = [...root.querySelectorAll<HTMLButtonElement>('[data-show]')];
  const found = root.querySelector('[data-found]');
  const none = root.querySelector<HTMLElement>('[data-none]');
  const filter = (): void => {
    const wanted = (field?.value ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const show = buttons.find((b) => b.getAttribute('aria-pressed') === 'true')?.dataset['show'] ?? 'all';
    let count = 0;
    for (const row of rows) {
      const text = row.textContent?.toLowerCase() ?? '';
      const unwritten = row.dataset['state'] === 'unwritten';
      const hit = wanted.every((w) => text.includes(w)) && (show === 'all' || (show === 'unwritten') === unwritten);
      if (row.parentElement) row.parentElement.hidden = !hit;
      if (hit) count++;
    }
    for (const phase of root.querySelectorAll<HTMLElement>('.phase:has([data-unit])'))
      phase.hidden = phase.querySelector('li:not([hidden])') === null;
    if (none) none.hidden = count > 0;
    if (found) found.textContent = `${count} of ${rows.length} steps`;
  };
  field?.addEventListener('input', filter, { signal });
  for (const button of buttons) {
    button.addEventListener(
      'click',
      () => {
        for (const b of buttons) b.setAttribute('aria-pressed', String(b === button));
        filter();
      },
      { signal },
    );
  }
  if (field?.value) filter();
  return () => gone.abort();
}

/** Lists the notebooks that this browser keeps, in a section that is not there while there are none. */
export function showOwn(
  root: HTMLElement,
  notebooks: readonly { readonly id: string; readonly title: string; readonly about: string }[],
): void {
  const section = root.querySelector<HTMLElement>('[data-own]');
  const list = section?.querySelector('ul');
  if (!section || !list) return;
  const span = (name: string, text = ''): HTMLElement => {
    const element = document.createElement('span');
    element.className = name;
    element.textContent = text;
    return element;
  };
  list.replaceChildren(
    ...notebooks.map(({ id, title, about }) => {
      const link = document.createElement('a');
      link.className = 'u ready';
      link.href = `#/n/${encodeURIComponent(id)}`;
      link.append(span('pt ready'), span('n'), span('t', title || id), span('w'), span('ks', about));
      const item = document.createElement('li');
      item.append(link);
      return item;
    }),
  );
  section.hidden = notebooks.length === 0;
}

/** From below the one point to below the other, deeper the farther they are apart. */
function arc(from: [number, number] | undefined, to: [number, number] | undefined, name: string): SVGElement {
  const path = document.createElementNS(svg, 'path');
  if (from && to) {
    const [x1, y1] = from;
    const [x2, y2] = to;
    const depth = Math.min(62, 6 + Math.abs(x2 - x1) * 0.36);
    path.setAttribute('d', `M${x1} ${y1 + 8}C${x1} ${y1 + 8 + depth} ${x2} ${y1 + 8 + depth} ${x2} ${y2 + 8}`);
  }
  path.setAttribute('class', name);
  return path;
}

/** Number and title beside the point, on a ground of paper so that the treads below do not run through it. */
function title(at: [number, number] | undefined, number: string, row: HTMLElement | undefined): SVGElement[] {
  if (!at || !row) return [];
  const left = at[0] > 900;
  const words = `${number} ${row.querySelector('.t')?.textContent ?? ''}`;
  const text = document.createElementNS(svg, 'text');
  const set = (element: Element, attributes: Record<string, string | number>): void => {
    for (const [k, v] of Object.entries(attributes)) element.setAttribute(k, String(v));
  };
  set(text, { x: at[0] + (left ? -14 : 14), y: at[1] + 26, class: 'lab', 'text-anchor': left ? 'end' : 'start' });
  text.textContent = words;
  const state = document.createElementNS(svg, 'text');
  set(state, { x: at[0] + (left ? -14 : 14), y: at[1] + 43, 'text-anchor': left ? 'end' : 'start' });
  state.textContent = row.querySelector('.w')?.textContent ?? '';
  return [text, state];
}
