/* What the course map does once the page is alive: the filter, arrow keys in the graph, and, for the point or row under
   pointer or focus, else for the next step, arcs from what it needs (solid) and to what needs it (dashed). Works on the DOM
   of static/map.ts; what a reader has begun is written into it by progress.ts. */

const svg = 'http://www.w3.org/2000/svg';

/** Binds the map below `root` (its `main`). `again` draws once more what depends on the states of steps. */
export function bindMap(root: HTMLElement): { readonly again: () => void; readonly unbind: () => void } {
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

  /** The step that the reader is at: the first one under way, else the first that is ready. */
  const here = (): number => {
    const row = rows.find(({ dataset }) => dataset['state'] === 'half') ?? rows.find(({ dataset }) => dataset['state'] === 'ready');
    return Number(row?.dataset['unit'] ?? 0);
  };
  let held = -1;
  const hold = (wanted: number): void => {
    const unit = wanted || here();
    if (wanted === held) return;
    held = wanted;
    const before = new Set(needs.get(unit) ?? []);
    const after = new Set([...needs].filter(([, list]) => list.includes(unit)).map(([n]) => n));
    for (const point of points)
      point.classList.toggle('lit', before.has(Number(point.dataset['unit'])) || Number(point.dataset['unit']) === unit);
    for (const row of rows) {
      row.classList.toggle('needed', wanted > 0 && before.has(Number(row.dataset['unit'])));
      row.classList.toggle('led', wanted > 0 && after.has(Number(row.dataset['unit'])));
    }
    arcs?.replaceChildren(
      ...[...before].map((n) => arc(place(n), place(unit), 'arc')),
      ...(wanted > 0 ? [...after].map((n) => arc(place(unit), place(n), 'arc out')) : []),
    );
    const name = (n: number): string => rows[n - 1]?.querySelector('.n')?.textContent ?? '';
    const leads = (to: ReadonlySet<number>): string =>
      wanted < 1 || to.size === 0
        ? ''
        : `; it leads to ${[...to].slice(0, 8).map(name).join(', ')}${to.size > 8 ? ` and ${to.size - 8} more` : ''}`;
    if (legend)
      legend.textContent =
        unit === 0
          ? 'what a step needs'
          : `${name(unit)} needs ${before.size === 0 ? 'nothing before it' : [...before].map(name).join(', ')}${leads(after)}`;
    label?.replaceChildren(...(unit === 0 ? [] : title(place(unit), name(unit), rows[unit - 1])));
  };
  const again = (): void => {
    held = -1;
    for (const row of rows) row.toggleAttribute('aria-current', Number(row.dataset['unit']) === here());
    for (const row of rows) if (row.hasAttribute('aria-current')) row.setAttribute('aria-current', 'step');
    hold(unitOf(document.activeElement));
    filter();
  };
  function unitOf(target: EventTarget | null): number {
    return Number((target as Element | null)?.closest?.('[data-unit]')?.getAttribute('data-unit') ?? 0);
  }
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
  const clear = root.querySelector<HTMLElement>('[data-clear]');
  function filter(): void {
    const wanted = (field?.value ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const show = buttons.find((b) => b.getAttribute('aria-pressed') === 'true')?.dataset['show'] ?? 'all';
    let count = 0;
    for (const row of rows) {
      const text = row.textContent?.toLowerCase() ?? '';
      const hit = wanted.every((w) => text.includes(w)) && (show === 'all' || show === row.dataset['state']);
      if (row.parentElement) row.parentElement.hidden = !hit;
      if (hit) count++;
    }
    for (const phase of root.querySelectorAll<HTMLElement>('.phase:has([data-unit])'))
      phase.hidden = phase.querySelector('li:not([hidden])') === null;
    if (none) none.hidden = count > 0;
    if (found) found.textContent = wanted.length > 0 || show !== 'all' ? `${count} of ${rows.length} steps` : '';
  }
  clear?.addEventListener(
    'click',
    () => {
      if (field) field.value = '';
      buttons[0]?.click();
      field?.focus();
    },
    { signal },
  );
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
  again();
  if (location.hash === '#q') field?.focus();
  return { again, unbind: () => gone.abort() };
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
