/* The site's pages, made at build time: the course map, a page for every notebook that ships, and the page for addresses
   that name nothing. Each is readable before any script; with the data in it the app comes alive without a parser, a
   highlighter or KaTeX. Writes nothing: the build puts the pages into dist. */

import katex from 'katex';
import { analyse } from '../../analysis/index.ts';
import { factsOf, factsPath } from '../../course/facts.ts';
import * as course from '../../course/units.ts';
import { expressions, parseCompiled, parseNotebook } from '../../document/index.ts';
import { compileNotebook } from '../../session/compile.ts';
import { createEditing } from '../../session/editing.ts';
import { createSession } from '../../session/session.ts';
import { compileUnit } from '../../session/unit-file.ts';
import type { ProgramCell, Request } from '../../engine/protocol.ts';
import type { PageData } from '../../opening.ts';
import type { Compiled } from '../../session/types.ts';
import { mentioned } from '../../stdlib/mentioned.ts';
import { contentHash } from '../../base/hash.ts';
import { renderMap } from './map.ts';
import type { MathRenderer } from './markdown.ts';
import { renderPage } from './notebook.ts';
import { renderCrumb, renderNav } from './bar.ts';
import { pageHtml, type Assets } from './page.ts';

export interface Site {
  /** `folder` is where its files lie in the site, `n/ID/`. */
  readonly notebooks: readonly {
    readonly id: string;
    readonly folder: string;
    readonly text: string;
    /** Of a unit. */ readonly solutions?: string | undefined;
  }[];
  readonly assets: Assets;
}

/** Data that is longer stands beside its page, which is readable without it: in characters, some 6 kB on the way. */
const inPage = 30_000;

const math: MathRenderer = (tex, displayMode) =>
  katex.renderToString(tex, { displayMode, output: 'htmlAndMathml', throwOnError: true, strict: 'ignore', trust: false });

/** Pages as paths below the site's root and their text, `index.html` first. */
export function prerender({ notebooks, assets }: Site): { path: string; html: string }[] {
  const written = new Set(notebooks.map(({ id }) => id));
  const base = '../../';
  const pages = notebooks.map(({ id, folder, text }) => {
    const { notebook, compiled } = compileNotebook(parseNotebook(text), analyse);
    const drawn = renderPage({ notebook, compiled, base, expressions, math, html: 'keep', written, course });
    const unit = course.unitById(id);
    const phase = course.phases.find((p) => p.number === (unit?.phase ?? notebook.front?.phase));
    const opening = notebook.front?.open === 'run' ? firstPlan(compiled) : undefined;
    const data: PageData = {
      compiled,
      shippedHash: contentHash(text),
      folder,
      ...(opening ? { opening: { ...opening, packs: assets.packs ?? {} } } : {}),
    };
    const json = JSON.stringify(data);
    const beside = json.length > inPage ? `notebook-${contentHash(json)}.json` : undefined;
    const html = pageHtml({
      title: `${drawn.label ? `${drawn.label} ` : ''}${drawn.title} · Gradus`,
      description: drawn.lede,
      body: drawn.html,
      place: renderCrumb(base, drawn.title, drawn.label, phase),
      base,
      assets,
      kind: 'notebook',
      data: beside ?? data,
      runs: opening !== undefined,
      parts: opening ? enginePartsOf(compiled, opening.run, assets.engineParts ?? {}) : [],
      plots: opensWithPlots(compiled),
      formulas: drawn.formulas,
    });
    return {
      id,
      beside: beside === undefined ? [] : [{ path: `n/${id}/${beside}`, html: json }],
      path: `n/${id}/index.html`,
      html,
      title: drawn.title,
      about: drawn.lede || unit?.topics || '',
    };
  });
  const others = pages
    .filter(({ id }) => course.unitById(id) === undefined)
    .sort((a, b) => Number(b.id === 'tour') - Number(a.id === 'tour') || a.title.localeCompare(b.title, 'en'));
  const map = pageHtml({
    title: 'Course · Gradus',
    description: 'A compute notebook that lives in the browser, and the course that ships with it.',
    body: renderMap({ base: './', written, others }),
    place: renderNav('./', 'course'),
    base: './',
    assets,
    kind: 'map',
  });
  // An address that names nothing is mostly /n/ID/, so its page looks for the site two folders up (above the root is the root).
  const missing = pageHtml({
    title: 'No such notebook · Gradus',
    place: renderNav(base),
    base,
    assets,
    kind: 'missing',
    body: `<main class="wide plain-page" id="main" data-not-found><h1>No notebook called <span data-missing>that</span></h1><p class="lede">Nothing lies at this address. All steps and examples are on the course map.</p><p class="ways"><a class="btn" href="${base}">Course map</a><a class="btn bare" href="${base}#/notebooks">Your notebooks</a></p></main>`,
  });
  const facts = notebooks.flatMap(({ text }) => factsOf(parseNotebook(text)) ?? []);
  return [
    { path: 'index.html', html: map },
    ...pages.flatMap(({ path, html, beside }) => [{ path, html }, ...beside]),
    { path: '404.html', html: missing },
    { path: factsPath, html: JSON.stringify(facts) },
    ...notebooks.flatMap(unitFile),
  ];
}

/** Parts of the engine that these cells mention. What only makes plots may come later: its drawing takes longer to arrive. */
function enginePartsOf({ cells }: Compiled, run: readonly string[], byName: NonNullable<Assets['engineParts']>): readonly string[] {
  const names = cells.flatMap(({ id, analysis }) => (run.includes(id) ? mentioned(analysis) : []));
  return [...new Set(names.flatMap((name) => (name !== 'Plot' && Object.hasOwn(byName, name) ? byName[name]! : [])))];
}

/** Whether plots may be among what is drawn on opening: those that wait for a prediction are not. */
function opensWithPlots({ cells }: Compiled): boolean {
  const waiting = new Set<string>();
  const unknown = new Set<string>();
  for (let size = -1; size !== waiting.size;) {
    size = waiting.size;
    for (const { id, analysis } of cells)
      if (analysis.reads.some((name) => name === 'predict' || unknown.has(name))) {
        waiting.add(id);
        for (const { name } of analysis.defines) unknown.add(name);
      }
  }
  return cells.some(({ id, analysis }) => !waiting.has(id) && analysis.reads.includes('Plot'));
}

/** What `gradus:unit/NN` imports of a notebook, where its solutions export something. */
function unitFile({ folder, text, solutions }: Site['notebooks'][number]): { path: string; html: string }[] {
  if (solutions === undefined) return [];
  const notebook = parseNotebook(text);
  const unit = compileUnit(notebook, parseCompiled(solutions, notebook.front), analyse);
  return unit.exports.length > 0 ? [{ path: `${folder}unit.json`, html: JSON.stringify(unit) }] : [];
}

/** What a session of this notebook tells its engine first, when its cells run on opening. */
export function firstPlan(compiled: Compiled): Pick<NonNullable<PageData['opening']>, 'define' | 'run'> {
  let sent: { readonly define: readonly ProgramCell[]; readonly run: readonly string[] } = { define: [], run: [] };
  const none = (): never => {
    throw new Error('Not at build time.');
  };
  createSession({
    text: compiled.text,
    compiled,
    editing: { make: createEditing },
    analyser: none,
    services: none,
    now: Date.now,
    engine: { set: {}, headless: false, base: '', packs: {} },
    createWorker: () => ({
      postMessage(message) {
        const request = (typeof message === 'string' ? JSON.parse(message) : message) as Request;
        if (request.kind === 'plan') sent = request;
      },
      terminate: () => undefined,
      onmessage: null,
      onerror: null,
    }),
  }).runAuto();
  const analyses = new Map<string, object>([
    ...compiled.cells.map(({ id, analysis }) => [id, analysis] as const),
    ...compiled.prose.map(({ analysis }, i) => [`prose:${i}`, analysis] as const),
  ]);
  const said = (id: string, key: string, value: unknown): boolean =>
    JSON.stringify((analyses.get(id) as Record<string, unknown> | undefined)?.[key]) === JSON.stringify(value);
  return {
    define: sent.define.map(
      (cell) => Object.fromEntries(Object.entries(cell).filter(([key, value]) => !said(cell.id, key, value))) as Partial<ProgramCell>,
    ),
    run: sent.run,
  };
}
