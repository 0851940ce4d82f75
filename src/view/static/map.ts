/* The course map as HTML: the graph of eleven treads with a point for each step, the same on the phone as a profile of
   bars, and the list by phase, which says everything again for keyboard and screen reader. Readable and followable
   without JavaScript; view/map/live.ts adds the filter and the arcs. Pure. */

import { phases, units, type Phase, type Unit } from '../../course/units.ts';
import { escapeHtml } from './html.ts';

/** In a page made at build time a step is `ready`, `ahead` of a written one that it needs, or `unwritten`; view/map/progress.ts writes
    what its reader has begun, reached and is to review. */
export type StepState = 'ready' | 'ahead' | 'unwritten';

export interface MapView {
  readonly base: string;
  /** Ids of the notebooks that ship. */
  readonly written: ReadonlySet<string>;
  /** Notebooks that are no steps of the course, in the order in which they are shown. */
  readonly others: readonly { readonly id: string; readonly title: string; readonly about: string }[];
}

const words: Record<StepState, string> = { ready: 'ready', ahead: 'ahead', unwritten: 'not written yet' };

const small: Readonly<Record<number, string>> = { 2: 'Two', 3: 'Three', 4: 'Four', 5: 'Five', 6: 'Six', 7: 'Seven', 8: 'Eight', 9: 'Nine' };

/** Everything below the bar. */
export function renderMap(view: MapView): string {
  const missing = (unit: Unit): readonly Unit[] => unit.needs.map((n) => units[n - 1]!).filter((need) => view.written.has(need.id));
  const state = (unit: Unit): StepState => (!view.written.has(unit.id) ? 'unwritten' : missing(unit).length > 0 ? 'ahead' : 'ready');
  const count = (s: StepState): number => units.filter((u) => state(u) === s).length;
  const link = (unit: Unit): string => (view.written.has(unit.id) ? `${view.base}n/${unit.id}/` : `#u${unit.label}`);
  const ready = units.filter((u) => state(u) === 'ready');
  const written = units.length - count('unwritten');
  const lede = `From the dot product to a product that people use. Each step is a notebook that you run, break and are checked on. ${
    written === 0
      ? 'None is written yet; the examples below run.'
      : written === units.length
        ? ''
        : `${written === 1 ? 'One is' : `${small[written] ?? written} are`} written so far.`
  }`;
  return `<main class="wide" id="main" data-map>
<div class="hero-map"><div class="top">
<div><h1>Eighty-three steps</h1><p class="lede">${lede.trim()}<span data-reached></span></p></div>
<div class="now" role="group" aria-label="What to do next">${suggestions(view, ready)}
<div class="acts"><button class="btn" type="button" data-action="new-notebook">New notebook</button><label class="btn file"><span aria-hidden="true">Open file</span><input type="file" data-action="open-file" aria-label="Open file" accept=".md,.markdown,.txt,text/markdown"></label></div></div>
</div>
<div class="ascent">${graph(state, link)}${profile(state)}</div></div>
<p class="legend">${(
    [
      ['reached', 'done', 'reached'],
      ['half', 'half', 'under way'],
      ['due', 'due', 'review due'],
    ] as const
  )
    .map(([key, point, label]) => `<span data-legend="${key}" hidden><i class="pt ${point}"></i> ${label}</span>`)
    .join(
      '',
    )}<span><i class="pt ready"></i> ready to start</span><span><i class="pt"></i> ahead, or not written yet</span><span class="hide-phone"><svg width="30" height="8" aria-hidden="true"><path d="M0 4h28" stroke="var(--blue)" stroke-width="1.5"/></svg> <span data-arcs>what a step needs</span></span><span class="grow"></span><a class="link" href="#p1">As a list</a></p>
${examples(view)}
<div class="filter" role="group" aria-label="Filter"><label class="vh" for="q">Filter steps</label><input class="text" id="q" type="search" placeholder="Filter steps, topics" autocomplete="off"><span class="seg" role="group" aria-label="Show">${(
    [
      ['all', 'All', units.length],
      ['ready', 'Ready', ready.length],
      ['half', 'Under way', 0],
      ['due', 'Due', 0],
      ['unwritten', 'Not written', count('unwritten')],
    ] as const
  )
    .map(
      ([key, label, n], i) =>
        `<button type="button" data-show="${key}" aria-pressed="${i === 0}"${key === 'half' || key === 'due' ? ' hidden' : ''}>${label} ${n}</button>`,
    )
    .join('')}</span><span class="vh" role="status" data-found></span></div>
${phases.map((phase) => section(phase, state, link, missing)).join('\n')}
<p class="none" data-none hidden>No step matches. <button class="btn small" type="button" data-clear>Show all</button></p>
</main>`;
}

/** At most two ways on: the first step that can be started, and the first example. */
function suggestions(view: MapView, ready: readonly Unit[]): string {
  const rows = [
    ...ready.slice(0, 1).map((u) => ({ href: `${view.base}n/${u.id}/`, title: `${u.label} ${u.title}`, about: u.topics, verb: 'Start' })),
    ...view.others.slice(0, 1).map((o) => ({ href: `${view.base}n/${o.id}/`, title: o.title, about: o.about, verb: 'Open' })),
  ];
  return rows
    .map(
      ({ href, title, about, verb }, i) =>
        `<a class="go" href="${escapeHtml(href)}"><span class="pt ready"></span><span><b>${escapeHtml(title)}</b><span class="quiet">${escapeHtml(about)}</span></span><span class="btn${i === 0 ? ' solid' : ''}">${verb}</span></a>`,
    )
    .join('');
}

/* ---- the graph: one tread for a phase, one point for a step ---- */

const step = 14.577;
const rise = 46;
const x = (number: number): number => round(15.3 + (number - 1) * step);
const y = (phase: number): number => 486 - (phase - 1) * rise;
const round = (n: number): number => Math.round(n * 10) / 10;
const of = (phase: Phase): readonly Unit[] => units.filter((u) => u.phase === phase.number);

function graph(state: (unit: Unit) => StepState, link: (unit: Unit) => string): string {
  const treads = phases.map((phase) => {
    const own = of(phase);
    const from = x(own[0]!.number);
    const to = x(own.at(-1)!.number + 1);
    const top = y(phase.number);
    const label =
      phase.number === 1 ? `x="${round(from - 5)}" y="${top - 14}"` : `x="${round(from - 14)}" y="${top + 4.5}" text-anchor="end"`;
    const riser =
      phase.number < phases.length ? `<path d="M${to} ${top}V${top - rise}" stroke="var(--fig-ghost)" stroke-dasharray="1 4"/>` : '';
    return `<path d="M${from} ${top}H${to}" stroke="var(--fig-ghost)" stroke-width="1.5"/>${riser}<text ${label}>${escapeHtml(phase.title)}<tspan dx="7">${phase.number}</tspan></text>`;
  });
  const steps = units.map((u, i) => {
    const s = state(u);
    const at = `cx="${x(u.number)}" cy="${y(u.phase)}"`;
    return `<a href="${escapeHtml(link(u))}" data-unit="${u.number}" data-x="${x(u.number)}" data-y="${y(u.phase)}" tabindex="${i === 0 ? 0 : -1}" aria-label="${escapeHtml(`${u.label} ${u.title}, ${words[s]}`)}"><circle class="hit" ${at} r="7.2"/>${disc(s, at)}</a>`;
  });
  return `<svg class="chart hide-phone" viewBox="0 0 1240 560" role="group" aria-label="The course as a rising step graph: eleven phases, eighty units and three capstones. Arrow keys go from step to step."><g aria-hidden="true">${treads.join('')}</g><g data-arcs-layer aria-hidden="true"></g>${steps.join('')}<g class="at" data-label-layer aria-hidden="true"></g></svg>`;
}

const disc = (state: StepState, at: string): string =>
  `<circle ${at} r="4.7" fill="var(--paper)" stroke="var(--${state === 'ready' ? 'ink' : 'edge'})" stroke-width="1.5"/>`;

/** The graph for narrow screens: a bar for each step, each tread a link to its phase. */
function profile(state: (unit: Unit) => StepState): string {
  const at = (number: number): number => round(0.5 + (number - 1) * 4.3133);
  const treads = phases.map((phase) => {
    const own = of(phase);
    const foot = round(186 - (phase.number - 1) * 17.4);
    const bars = own.map((u) => {
      const ready = state(u) === 'ready';
      return `<path data-bar="${u.number}" d="M${at(u.number)} ${foot}h3.3v-${ready ? 5 : 2.5}h-3.3z" fill="var(--${ready ? 'ink' : 'fig-ghost'})"/>`;
    });
    const from = at(own[0]!.number);
    const name =
      phase.number === 1
        ? ''
        : `<text x="${round(from - 6.5)}" y="${round(foot + 1)}" text-anchor="end">${phase.number < 5 ? '' : `${escapeHtml(phase.title)} `}${phase.number}</text>`;
    return `<a href="#p${phase.number}" aria-label="${escapeHtml(phase.title)} ${phase.number}, phase"><rect x="0" y="${round(foot - 13)}" width="358" height="17" fill="transparent"/>${bars.join('')}${name}</a>`;
  });
  return `<svg class="chart only-phone" viewBox="0 0 358 196" role="group" aria-label="Eleven phases rising, with a bar for each step">${treads.join('')}</svg>`;
}

/* ---- the list ---- */

function section(
  phase: Phase,
  state: (unit: Unit) => StepState,
  link: (unit: Unit) => string,
  missing: (unit: Unit) => readonly Unit[],
): string {
  const own = of(phase);
  const written = own.filter((u) => state(u) !== 'unwritten').length;
  const tally = [
    `<span data-tally="${own.length}"><span class="num">${written}</span> of ${own.length} written</span>`,
    ...(phase.hours ? [`about ${phase.hours} h`] : []),
  ].join(' · ');
  const rows = own.map((u) => row(u, state(u), link(u), missing(u)));
  return `<section class="phase" aria-labelledby="p${phase.number}"><header><p class="eyebrow">Phase ${phase.number}</p><h2 id="p${phase.number}">${escapeHtml(phase.title)}</h2><p class="sub">${escapeHtml(phase.description)}</p><p class="tally">${tally}</p></header><ol class="units">${rows.join('')}</ol></section>`;
}

function row(u: Unit, state: StepState, href: string, missing: readonly Unit[]): string {
  const says = state === 'ahead' ? `after ${missing.map(({ label }) => label).join(', ')}` : words[state];
  const needs = u.needs.map((n) => units[n - 1]!.label).join(', ');
  const inner = `<span class="pt${state === 'ready' ? ' ready' : ''}"></span><span class="n num">${u.label}</span><span class="t">${escapeHtml(u.title)}</span><span class="w">${says}</span><span class="ks">${escapeHtml(u.topics)}</span><span class="vh">${needs ? `. Needs ${needs}` : '. Needs nothing before it'}</span>`;
  const attributes = `class="u ${state}" id="u${u.label}" data-unit="${u.number}" data-state="${state}" data-needs="${u.needs.join(' ')}"`;
  return `<li>${state === 'unwritten' ? `<div ${attributes} tabindex="-1">${inner}</div>` : `<a ${attributes} href="${escapeHtml(href)}">${inner}</a>`}</li>`;
}

function examples(view: MapView): string {
  const rows = view.others.map(
    ({ id, title, about }) =>
      `<li><a class="u ready" href="${escapeHtml(`${view.base}n/${id}/`)}"><span class="pt ready"></span><span class="n"></span><span class="t">${escapeHtml(title)}</span><span class="w"></span><span class="ks">${escapeHtml(about)}</span></a></li>`,
  );
  const own = `<section class="phase" aria-labelledby="own" data-own hidden><header><h2 id="own">Your notebooks</h2><p class="sub">Kept in this browser</p><p class="sub"><a class="link" href="${escapeHtml(view.base)}#/notebooks">All of them</a></p></header><ul class="units"></ul></section>\n`;
  if (rows.length === 0) return own;
  return `${own}<section class="phase" aria-labelledby="examples"><header><h2 id="examples">Examples</h2><p class="sub">Notebooks beside the course, to read, run and change</p></header><ul class="units">${rows.join('')}</ul></section>`;
}
