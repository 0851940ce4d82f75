/* What a reader has begun, written into the course map: where every step stands, the next steps, and the latest notebooks of their
   own. Works on the DOM of static/map.ts. */

import { isDue, type UnitStanding } from '../../course/mastery.ts';
import { isReached, missingNeeds, nextSteps, type NextStep } from '../../course/progress.ts';
import { units } from '../../course/units.ts';
import type { Progress } from '../../session/progress.ts';
import { h, s } from '../dom.ts';
import { nameOf, standingPoint, stateWords, stepWords, type StepWords } from '../progress/words.ts';

export interface Begun {
  readonly id: string;
  readonly title: string;
  /** `changed 3 hours ago` */
  readonly about: string;
  /** It ships with the site, and this is the reader's copy. */
  readonly copy: boolean;
}

/** At most so many of one's own notebooks stand on the map; the notebooks page has all. */
const listed = 4;
/** Ways on that stand beside the graph: a third one would cover it. */
const atMost = 2;

/** `begun`: latest first. */
export function showProgress(root: HTMLElement, begun: readonly Begun[], progress: Progress, now: number): void {
  const standings = progress.standings.filter(({ unit }) => unit.number !== undefined);
  for (const standing of standings) mark(root, standing, standings, now);
  count(root);
  const reached = standings.filter(isReached).length;
  const lede = root.querySelector('[data-reached]');
  if (lede) lede.textContent = reached === 0 ? '' : ` You have reached ${reached}.`;
  goOn(root, begun, progress, now);
  list(
    root,
    begun.filter(({ copy }) => !copy),
  );
}

type State = 'reached' | 'half' | 'due' | 'ready' | 'ahead';
const classes: Record<State, string> = { reached: 'pt done', half: 'pt half', due: 'pt due', ready: 'pt ready', ahead: 'pt' };
const colours: Record<State, string> = { reached: 'green', half: 'blue', due: 'ochre', ready: 'ink', ahead: 'fig-ghost' };

/** One step in the list, the graph and the profile. */
function mark(root: HTMLElement, standing: UnitStanding, standings: readonly UnitStanding[], now: number): void {
  const { number } = standing.unit;
  const missing = missingNeeds(number, standings);
  const point = standingPoint(standing, now);
  const state: State = point === 'ready' && missing.length > 0 ? 'ahead' : point;
  const words =
    state === 'ahead'
      ? `after ${missing.map((n) => units[n - 1]!.label).join(', ')}`
      : state === 'ready'
        ? 'ready'
        : stateWords(standing, now);
  const row = root.querySelector<HTMLElement>(`a.u[data-unit="${number}"]`);
  if (row) {
    row.className = `u ${state}`;
    row.dataset['state'] = state;
    row.querySelector('.pt')!.className = classes[state];
    row.querySelector('.w')!.textContent = words;
  }
  const bar = root.querySelector(`[data-bar="${number}"]`);
  if (bar) {
    const height = { reached: 8, half: 8, due: 8, ready: 5, ahead: 2.5 }[state];
    bar.setAttribute('d', (bar.getAttribute('d') ?? '').replace(/v-[\d.]+/, `v-${height}`));
    bar.setAttribute('fill', `var(--${colours[state]})`);
  }
  const place = root.querySelector<SVGAElement>(`.ascent a[data-unit="${number}"]`);
  if (!place) return;
  const [cx, cy] = [Number(place.dataset['x']), Number(place.dataset['y'])];
  const colour = `var(--${state === 'ahead' ? 'edge' : colours[state]})`;
  for (const drawn of place.querySelectorAll(':scope > :not(.hit)')) drawn.remove();
  place.append(
    s('circle', { cx, cy, r: 4.7, fill: state === 'reached' ? colour : 'var(--paper)', stroke: colour, 'stroke-width': 1.5 }),
    ...(state === 'half' ? [s('path', { d: `M${cx} ${cy - 4.7}a4.7 4.7 0 0 0 0 9.4z`, fill: colour })] : []),
    ...(state === 'due' ? [s('circle', { class: 'dot', cx, cy, r: 2.4, fill: colour })] : []),
  );
  place.setAttribute('aria-label', `${nameOf(standing)}, ${words}`);
}

/** Numbers on the filter's buttons, the legend and the phases. */
function count(root: HTMLElement): void {
  const rows = [...root.querySelectorAll<HTMLElement>('.u[data-unit]')];
  const having = (state: string, among = rows): number => among.filter(({ dataset }) => dataset['state'] === state).length;
  for (const [key, label] of [
    ['ready', 'Ready'],
    ['half', 'Under way'],
    ['due', 'Due'],
  ] as const) {
    const button = root.querySelector<HTMLElement>(`[data-show="${key}"]`);
    if (!button) continue;
    button.textContent = `${label} ${having(key)}`;
    if (key !== 'ready') button.hidden = having(key) === 0;
  }
  for (const item of root.querySelectorAll<HTMLElement>('[data-legend]')) item.hidden = having(item.dataset['legend'] ?? '') === 0;
  for (const tally of root.querySelectorAll<HTMLElement>('[data-tally]')) {
    const own = [...(tally.closest('.phase')?.querySelectorAll<HTMLElement>('.u[data-unit]') ?? [])];
    const reached = having('reached', own);
    if (reached > 0) tally.replaceChildren(h('span', { class: 'num' }, reached), ` of ${own.length} reached`);
  }
}

/** What to do next, in place of what the page offers by itself. */
function goOn(root: HTMLElement, begun: readonly Begun[], { standings }: Progress, now: number): void {
  const ways = root.querySelector<HTMLElement>('.now');
  const rows = waysOn(nextSteps(standings, now), standings, begun, now).slice(0, atMost);
  if (!ways || rows.length === 0) return;
  // What is not begun yet stands there already; what is under way is no start any more.
  const begunUnits = standings.filter(({ state }) => state !== 'untouched').map(({ unit }) => `n/${encodeURIComponent(unit.id)}/`);
  const known = new Set([...rows.map(({ href }) => href), ...begunUnits]);
  const others = [...ways.querySelectorAll('.go')].filter((other) => !known.has((other.getAttribute('href') ?? '').replace(/^\.\//, '')));
  for (const other of ways.querySelectorAll('.go')) other.remove();
  for (const other of others) other.querySelector('.btn')?.classList.remove('solid');
  ways.prepend(
    ...rows.map(({ title, about, verb, href, point }, i) =>
      h(
        'a',
        { class: 'go', href },
        h('span', { class: point }),
        h('span', {}, h('b', {}, title), h('span', { class: 'quiet' }, about)),
        h('span', { class: `btn${i === 0 ? ' solid' : ''}` }, verb),
      ),
    ),
    ...others.slice(0, atMost - rows.length),
  );
}

/** The step under way, all reviews that are due as one, and the next step that is open. */
function waysOn(
  steps: readonly NextStep[],
  standings: readonly UnitStanding[],
  begun: readonly Begun[],
  now: number,
): readonly StepWords[] {
  const words = (step: NextStep): StepWords => {
    const said = stepWords(step, now);
    const own = begun.find(({ id, copy }) => copy && id === step.standing.unit.id);
    return step.kind === 'read' && own ? { ...said, about: own.about } : said;
  };
  const due = standings.filter((standing) => isDue(standing, now));
  const reviews = steps.filter(({ kind }) => kind === 'review');
  return [
    ...steps
      .filter(({ kind, standing: { unit } }) => ['exercise', 'experiment', 'read'].includes(kind) && unit.number !== undefined)
      .slice(0, 1)
      .map(words),
    ...(reviews.length === 1
      ? reviews.map(words)
      : reviews.length > 1
        ? [
            {
              title: `${reviews.length} reviews due`,
              about: due.map(nameOf).join(', '),
              verb: 'Review',
              href: '#/progress',
              point: 'pt due',
            },
          ]
        : []),
    ...steps
      .filter(({ kind }) => kind === 'start')
      .slice(0, 1)
      .map(words),
  ];
}

/** Notebooks of one's own, in a section that is not there while there are none. */
function list(root: HTMLElement, notebooks: readonly Begun[]): void {
  const section = root.querySelector<HTMLElement>('[data-own]'),
    items = section?.querySelector('ul');
  if (!section || !items) return;
  items.replaceChildren(
    ...notebooks
      .slice(0, listed)
      .map(({ id, title, about }) =>
        h(
          'li',
          {},
          h(
            'a',
            { class: 'u ready', href: `#/n/${encodeURIComponent(id)}`, 'data-mine': true },
            h('span', { class: 'pt ready' }),
            h('span', { class: 'n' }),
            h('span', { class: 't' }, title || id),
            h('span', { class: 'w' }),
            h('span', { class: 'ks' }, about),
          ),
        ),
      ),
  );
  section.hidden = notebooks.length === 0;
}
