/* One notebook as the HTML of its page: opening, prose, cells in their shell, and the outline beside it. The same strings
   are made at build time for shipped notebooks and in the browser for a reader's own; the live view then binds to this DOM
   and never draws it again. No output stands in it: those come when cells run, or from the store. */

import type { Block, CellBlock, DiagramBlock, Notebook } from '../../document/types.ts';
import type { Compiled } from '../../session/types.ts';
import type { Analysis } from '../../analysis/types.ts';
import type { Unit } from '../../course/units.ts';
import { escapeHtml, icons } from './html.ts';
import { highlight } from './highlight.ts';
import { renderMarkdown, textOf, type Heading, type MarkdownOptions, type MathRenderer } from './markdown.ts';

export interface NotebookView {
  readonly notebook: Notebook;
  readonly compiled: Compiled;
  /** The site's root as seen from the page, `./` or `../../`. */
  readonly base: string;
  /** The `${…}` of a piece of prose, with offsets into it (document/prose.ts). */
  readonly expressions: (markdown: string) => readonly { readonly start: number; readonly end: number }[];
  /** Absent: formulas stay `<span class="math" data-tex>` until KaTeX is there. */
  readonly math?: MathRenderer;
  /** What becomes of raw HTML in prose, see markdown.ts; default: it is shown as text. */
  readonly html?: MarkdownOptions['html'];
  /** The course, where the notebook may be a step of it. */
  readonly course?: Pick<typeof import('../../course/units.ts'), 'phases' | 'unitById' | 'unitByNumber'>;
  /** Ids of the notebooks that ship, for links to other steps; default none. */
  readonly written?: ReadonlySet<string>;
}

/** Everything below the bar, and the title in plain words. */
export function renderPage(view: NotebookView): {
  readonly html: string;
  readonly title: string;
  readonly label?: string;
  readonly lede: string;
  readonly formulas: boolean;
} {
  const { main, rail, title, lede, unit, long } = draw(view);
  const id = escapeHtml(view.notebook.front?.id ?? '');
  const html =
    `<div class="page">\n<aside class="rail" id="outline" popover aria-label="Outline">${rail}</aside>\n` +
    `<main class="nb${long ? ' long' : ''}" id="main" data-notebook="${id}">\n${main}</main>\n</div>`;
  return { html, title, lede, ...(unit ? { label: unit.label } : {}), formulas: /class="(katex|math)/.test(main) };
}

/** The shell of one cell: what the page binds to. `owners` maps names to the cells that define them; `judged`: it is the last cell
    of an exercise; `linked`: what it uses stands beside it. */
export function renderCell(
  block: CellBlock,
  id: string,
  analysis: Analysis | undefined,
  owners: ReadonlyMap<string, string>,
  usedBy: readonly string[] = [],
  judged = false,
  linked = true,
): string {
  const { run, hide, exercise, check } = block.attributes;
  const off = run === 'off';
  const name = escapeHtml(id);
  const own = new Set((analysis?.defines ?? []).map((d) => d.name));
  const foreign = new Map([...owners].filter(([n, cell]) => cell !== id && !own.has(n)));
  const uses = [...new Set((analysis?.reads ?? []).flatMap((n) => foreign.get(n) ?? []))];
  const link = (cell: string): string => `<a href="#cell-${escapeHtml(encodeURIComponent(cell))}">${escapeHtml(cell)}</a>`;
  const list = (label: string, cells: readonly string[]): string =>
    cells.length === 0
      ? ''
      : `${label} ${cells.slice(0, 8).map(link).join(', ')}${cells.length > 8 ? ` and ${cells.length - 8} more` : ''}`;
  const far = linked ? [list('uses', uses), list('used by', usedBy)].filter(Boolean) : [];
  const lines = block.code.split('\n').length;
  const extra = [
    exercise && ` data-exercise="${escapeHtml(exercise)}"`,
    check && ` data-check="${escapeHtml(check)}"`,
    run !== 'auto' && ` data-run="${run}"`,
    hide && ` data-hide="${hide}"`,
  ]
    .filter(Boolean)
    .join('');
  const fold = (what: string): string => `<button class="fold" type="button" aria-expanded="false">${icons.chevron} ${what}</button>`;
  return (
    `<section class="cell" data-cell="${name}" data-language="${escapeHtml(block.language)}" data-state="${off ? 'off' : 'idle'}" id="cell-${name}"${extra} aria-label="Cell ${name}, ${off ? 'off' : 'not run'}">` +
    `<button class="run" type="button" aria-label="Run cell ${name}" title="${off ? 'Off: it is not evaluated" aria-disabled="true' : 'Run cell (Shift Enter)'}"></button>` +
    `<div class="body"><span class="pt${off ? ' block' : ''}" aria-hidden="true"></span>${hide === 'code' ? fold(`Code hidden, ${lines} ${lines === 1 ? 'line' : 'lines'}`) : ''}` +
    `<div class="code"${hide === 'code' ? ' hidden' : ''}><pre role="textbox" aria-multiline="true" aria-label="Code of ${name}" tabindex="0" contenteditable="plaintext-only" spellcheck="false" data-code>` +
    `${block.code.startsWith('\n') ? '\n' : ''}${highlight(block.code, analysis?.tokens ?? [], foreign)}</pre></div>` +
    `${hide === 'output' ? fold('Output hidden') : ''}<div data-outputs${hide === 'output' ? ' hidden' : ''}></div>` +
    `<div data-status>${off ? '<div class="status"><span>Off. It defines nothing.</span></div>' : ''}</div>` +
    `${judged ? '<div class="acts"><button class="btn solid" type="button" data-judge>Run checks <kbd>Shift Enter</kbd></button></div>' : ''}</div>` +
    `<div class="meta"><b>${name}</b> <span class="say">${off ? 'off' : 'not run'}</span>${far.length ? `<br><span class="far">${far.join('<br>')}</span>` : ''}</div></section>\n`
  );
}

/** Cells in one part of a long notebook. Parts begin behind a cell; one that is far is not laid out, so a change costs its part. */
const partSize = 24;

interface Drawn {
  main: string;
  rail: string;
  title: string;
  lede: string;
  unit: Unit | undefined;
  long: boolean;
}

function draw(view: NotebookView): Drawn {
  const { notebook, compiled } = view;
  const front = notebook.front;
  const { course } = view;
  const unit = front
    ? (course?.unitById(front.id) ?? (front.unit === undefined ? undefined : course?.unitByNumber(front.unit)))
    : undefined;
  const cells = notebook.blocks.filter((b): b is CellBlock => b.kind === 'cell');
  const owners = ownersOf(cells, compiled);
  const followers = usersOf(compiled, owners);

  const ids = new Set<string>();
  const headings: Heading[] = [];
  let title = escapeHtml(front?.title ?? 'Untitled');
  let lede = '';
  let body = '';
  let cell = 0;
  let prose = 0;
  let expression = 0;
  let sections = 0;
  let parts = 0;
  const long = cells.length > 60;
  const lastOf = new Map(cells.flatMap((c) => (c.attributes.exercise === undefined ? [] : [[c.attributes.exercise, c] as const])));
  const rows = new Set<string>();
  const first: Block | undefined = notebook.blocks[0];
  for (const [i, block] of notebook.blocks.entries()) {
    if (block.kind === 'cell') {
      const entry = compiled.cells[cell++];
      const { exercise } = block.attributes;
      if (exercise !== undefined && !rows.has(exercise))
        body += exerciseRow(exercise, rows, `<b>${escapeHtml(exercise.replaceAll('-', ' '))}</b>`); // no heading stands right above
      const judged = exercise !== undefined && lastOf.get(exercise) === block;
      body += renderCell(block, entry?.id ?? `cell-${cell}`, entry?.analysis, owners, followers.get(entry?.id ?? ''), judged, parts === 0);
      if (long && cell % partSize === 0 && block !== notebook.blocks.at(-1)) {
        body += `${parts++ > 0 ? '</div>\n' : ''}<div class="part">\n`;
      }
      continue;
    }
    if (block.kind === 'diagram') {
      body += renderDiagram(block, view.math);
      continue;
    }
    const text = notebook.text.slice(block.start, block.end);
    const expressions = view.expressions(text);
    const rendered = renderMarkdown(text, {
      expressions,
      expressionStart: expression,
      ids,
      opening: block === first,
      attributes: `data-prose="${prose++}"`,
      ...(view.math ? { math: view.math } : {}),
      ...(view.html ? { html: view.html } : {}),
      ...(unit ? { sections } : {}),
    });
    expression += expressions.length;
    headings.push(...rendered.headings);
    sections = rendered.headings.reduce((n, h) => h.number ?? n, sections);
    if (rendered.title !== undefined) title = rendered.title;
    if (rendered.lede !== undefined) lede = `<p class="lede">${rendered.lede}</p>\n`;
    const next = notebook.blocks[i + 1];
    const asks = next?.kind === 'cell' ? next.attributes.exercise : undefined;
    body += asks === undefined || rows.has(asks) ? rendered.html : withExerciseRow(rendered.html, asks, rows);
  }

  const phase = course?.phases.find((p) => p.number === (unit?.phase ?? front?.phase));
  const main =
    (phase
      ? `<p class="eyebrow"><a href="${view.base}#p${phase.number}">Phase ${phase.number}, ${escapeHtml(phase.title)}</a></p>\n`
      : '') +
    (unit ? `<h1 class="numbered"><span class="no">${unit.label}</span> ${title}</h1>\n` : `<h1>${title}</h1>\n`) +
    lede +
    facts(view, unit, cells) +
    body +
    (parts > 0 ? '</div>\n' : '') +
    next(view, unit);
  return {
    main,
    rail: rail(front?.title ?? textOf(title), headings, cells),
    title: textOf(title),
    lede: textOf(lede),
    unit,
    long,
  };
}

/** What stands beside the heading of an exercise, its point and how it went; with `title` in place of a heading. */
function exerciseRow(exercise: string, rows: Set<string>, title = ''): string {
  rows.add(exercise);
  return `<div class="exr" data-for="${escapeHtml(exercise)}"><span class="pt"></span>${title}<span class="how">not begun</span></div>\n`;
}

/** Prose, the last heading of which is that of the exercise right below it. */
function withExerciseRow(html: string, exercise: string, rows: Set<string>): string {
  const at = Math.max(html.lastIndexOf('<h2 class="sec"'), html.lastIndexOf('<h3 class="sub"'));
  if (at < 0) return html;
  const end = html.indexOf('>\n', html.indexOf('</h', at)) + 2;
  const counts = /<h\d[^>]*>\s*(?!\d|exercise\b|<span class="no">)/i.test(html.slice(at, end));
  const heading = html.slice(at, end).replace(/class="(\w+)"/, `class="$1 exh"${counts ? ` data-number="${rows.size + 1}"` : ''}`);
  return html.slice(0, at) + heading + exerciseRow(exercise, rows) + html.slice(end);
}

/** Public value names and the cell that defines each; a name that two cells define has none that could be followed. */
function ownersOf(cells: readonly CellBlock[], compiled: Compiled): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const [i, { id, analysis }] of compiled.cells.entries()) {
    if (cells[i]?.attributes.run === 'off') continue;
    for (const { name, kind } of analysis.defines) if (kind === 'value' && !name.startsWith('_') && !owners.has(name)) owners.set(name, id);
  }
  return owners;
}

function usersOf(compiled: Compiled, owners: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { id, analysis } of compiled.cells) {
    const own = new Set(analysis.defines.map((d) => d.name));
    for (const owner of new Set(analysis.reads.filter((n) => !own.has(n)).map((n) => owners.get(n)))) {
      if (owner !== undefined && owner !== id) users.set(owner, [...(users.get(owner) ?? []), id]);
    }
  }
  return users;
}

/** A block that is drawn and not run. */
export function renderDiagram({ language, code }: Pick<DiagramBlock, 'language' | 'code'>, math: MathRenderer | undefined): string {
  if (language === 'tex') {
    try {
      return `<div class="math block" ${math ? `tabindex="0" role="group" aria-label="Formula">${math(code, true)}` : `data-tex="${escapeHtml(code)}">${escapeHtml(code)}`}</div>\n`;
    } catch {
      // Shown as its source, like the languages below.
    }
  }
  return `<div class="diagram"><pre tabindex="0"><code data-language="${language}">${escapeHtml(code)}</code></pre><p class="cap">A diagram in ${language}. This version shows its text and does not draw it.</p></div>\n`;
}

function facts(view: NotebookView, unit: Unit | undefined, cells: readonly CellBlock[]): string {
  const front = view.notebook.front;
  if (!front) return '<p class="cap">This file has no <code>gradus:</code> in its front matter, so nothing in it runs.</p>\n';
  const needs = (front.needs.length > 0 ? front.needs : (unit?.needs ?? [])).map((n) => {
    const other = view.course?.unitByNumber(n);
    const href = other && view.written?.has(other.id) ? `${view.base}n/${other.id}/` : `${view.base}#u${other?.label ?? n}`;
    return `<a class="link" href="${href}" title="${escapeHtml(other?.title ?? '')}">${other?.label ?? n}</a>`;
  });
  const exercises = new Set(cells.flatMap((c) => c.attributes.exercise ?? [])).size;
  const row = [
    needs.length > 0 ? `Needs ${needs.join(' ')}` : '',
    front.minutes === undefined ? '' : duration(front.minutes),
    exercises > 0 ? `${exercises} ${exercises === 1 ? 'exercise' : 'exercises'}` : '',
    ...front.pass.map(({ run, metric, min, max }) =>
      escapeHtml(`Experiment: ${run}, ${metric} ${min === undefined ? `at most ${max}` : `at least ${min}`}`),
    ),
  ].filter(Boolean);
  return row.length > 0 ? `<div class="meta-row">${row.map((text) => `<span>${text}</span>`).join('')}</div>\n` : '';
}

function duration(minutes: number): string {
  if (minutes < 90) return `${minutes} minutes`;
  const hours = Math.round(minutes / 30) / 2;
  return `${hours} hours`;
}

function next(view: NotebookView, unit: Unit | undefined): string {
  const following = unit && view.course?.unitByNumber(unit.number + 1);
  const [href, text] =
    following && view.written?.has(following.id)
      ? [`${view.base}n/${following.id}/`, `${following.label} ${following.title}`]
      : [view.base, 'The course map'];
  return `<div class="next"><a href="${href}"><span class="quiet">Next</span><span class="t">${escapeHtml(text)}</span>${icons.chevron}</a></div>\n`;
}

function rail(title: string, headings: readonly Heading[], cells: readonly CellBlock[]): string {
  const sections = headings.filter((h) => h.level === 2);
  const toc = sections
    .map(
      (h) =>
        `<a href="#${escapeHtml(encodeURIComponent(h.id))}"><span class="pt"></span><span>${escapeHtml(h.text)}</span><span class="tally"></span></a>`,
    )
    .join('');
  const count = (run: string): number => cells.filter((c) => c.attributes.run === run).length;
  const say = [
    [count('manual'), 'run when asked'],
    [count('once'), 'run once'],
    [count('off'), 'off'],
  ] as const;
  const list = say
    .filter(([n]) => n > 0)
    .map(([n, text]) => `<li>${n} ${text}</li>`)
    .join('');
  return (
    `<nav class="toc" aria-label="Sections"><h2>${escapeHtml(title)}</h2>${toc}</nav>` +
    `<div data-facts><h2>${cells.length.toLocaleString('en')} ${cells.length === 1 ? 'cell' : 'cells'}</h2><ul class="facts">${list}</ul></div>`
  );
}
