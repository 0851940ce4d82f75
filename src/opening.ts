/* The last script of every page, behind its body. What needs no app works from here on for good: the theme, folds, closing
   the outline and the menu behind a choice; what else is pressed is kept for the app (`window.__early`). Where the notebook
   runs on opening, the engine gets its first plan, which the build has made, and plain values are shown as they come; all
   that the engine says is kept for the app (takeover.ts). The app waits until the first frame is drawn. */

import { chosenBackend } from './computing.ts';
import type { ProgramCell, Report, Request } from './engine/protocol.ts';
import { parameters } from './parameters.ts';
import type { Compiled } from './session/types.ts';
import { colours } from './view/outputs/colours.ts';
import { duration } from './view/words.ts';
import type { Begun, EarlyEngine } from './takeover.ts';

/** What a page of a notebook carries as `#notebook-data`, or names by `data-notebook`. */
export interface PageData {
  readonly compiled: Compiled;
  readonly shippedHash: string;
  readonly folder: string;
  /** Where it runs on opening: its first plan. What a cell's analysis says too is left out of `define`. */
  readonly opening?: {
    readonly define: readonly Partial<ProgramCell>[];
    readonly run: readonly string[];
    readonly packs: Readonly<Record<string, string>>;
  };
}

declare global {
  interface Window {
    /** Elements that were pressed before the page was alive, as long as this is a list. */
    __early?: HTMLElement[] | undefined;
    /** `#notebook-data`, read. */
    __data?: PageData | undefined;
    /** Where they lie beside the page: on their way since its head. */
    __coming?: Promise<PageData> | undefined;
    /** When the whole style sheet is there. */
    __styled?: Promise<unknown>;
    /** Lets the faces of type in, where they wait for the first result. */
    __late?: () => void;
  }
}

const page = document.documentElement;
/** The app comes at the latest after this, in ms, and faces of type this long after the page. */
const appMs = 1000,
  facesMs = 2500;

function begin(early: EarlyEngine, { compiled, opening }: PageData): void {
  if (opening === undefined) return;
  const { run } = opening;
  const isolated = typeof SharedArrayBuffer === 'function' && crossOriginIsolated;
  const begun: Begun = isolated
    ? { run, interruptFlag: new Int32Array(new SharedArrayBuffer(4)) }
    : { run, interruptUrl: URL.createObjectURL(new Blob([''])) };
  const base = new URL(page.dataset['base'] ?? './', location.href);
  const { run: _, ...interrupt } = begun;
  const seed = compiled.front?.seed;
  const backend = chosenBackend(compiled.front?.id);
  const start: Request = {
    kind: 'start',
    options: {
      set: {},
      headless: false,
      address: parameters(location.search),
      base: base.href,
      packs: Object.fromEntries(Object.entries(opening.packs).map(([name, path]) => [name, new URL(path, base).href])),
      ...(seed === undefined ? {} : { seed }),
      ...(backend === undefined ? {} : { backend }),
      ...interrupt,
    },
  };
  const analyses = new Map([
    ...compiled.cells.map(({ id, analysis }) => [id, analysis] as const),
    ...compiled.prose.map(({ analysis }, i) => [`prose:${i}`, analysis] as const),
  ]);
  const define = opening.define.map((cell) => ({ ...analyses.get(cell.id!), ...cell }));
  early.worker.onmessage = ({ data }: MessageEvent<readonly Report[]>) => {
    early.reports.push(data);
    data.forEach(draw);
  };
  early.worker.postMessage(start);
  early.worker.postMessage(JSON.stringify({ kind: 'plan', plan: 1, define, remove: [], run }));
  early.begun = begun;
  page.dataset['engine'] = 'starting';
}

/** Plain values and texts of first evaluations, as outputs/value.ts and outputs/lines.ts draw them: they are drawn again, the
    same, by the app. */
function draw(report: Report): void {
  if (report.kind === 'ready') page.dataset['engine'] = 'busy';
  else if (report.kind === 'done')
    report.cells.forEach((id, i) => {
      if (report.evaluations[i] !== 1) return;
      const text = report.values[i],
        of = report.types[i];
      if (text !== null && text !== undefined && of) showValue(id, 0, text, of);
      markDone(id, report.ms[i]);
    });
  else if (report.kind === 'output' && report.evaluation === 1) {
    const { cell, key, output } = report;
    if (output.kind === 'value' && output.value.type === 'primitive') showValue(cell, key, output.value.text, output.value.of);
  } else if (report.kind === 'state' && report.state === 'done' && report.evaluation === 1 && !report.live)
    markDone(report.cell, report.ms);
}

const cellOf = (id: string): HTMLElement | null => document.querySelector(`[data-cell="${CSS.escape(id)}"]`);

function showValue(id: string, key: number, text: string, of: keyof typeof colours): void {
  const prose = /^prose:(\d+)$/.exec(id);
  if (prose !== null) {
    const place = document.querySelector(`[data-value="${prose[1]}"]`);
    if (place !== null) place.textContent = text.replace(/^(["'])(.*)\1$/s, '$2');
    return;
  }
  const outputs = cellOf(id)?.querySelector('[data-outputs]');
  if (!outputs) return;
  const line = Object.assign(document.createElement('div'), { className: `mono value ${colours[of] ?? ''}`, textContent: text });
  const out = Object.assign(document.createElement('div'), { className: 'out' });
  Object.assign(out.dataset, { kind: 'value', key: String(key) });
  out.append(line);
  outputs.querySelector(`:scope > [data-key="${key}"]`)?.remove();
  outputs.append(out);
}

function markDone(id: string, ms: number | undefined): void {
  const cell = cellOf(id);
  if (cell === null) return;
  cell.dataset['state'] = 'done';
  cell.ariaLabel = `Cell ${id}, done`;
  const say = cell.querySelector('.meta > .say');
  if (say !== null) say.textContent = ms === undefined ? 'done' : duration(ms);
}

/** The app, and the whole style sheet in place of the part that the first frame needed. */
function bringApp(): void {
  const [script, ...imports] = page.dataset['app']?.split(' ') ?? [];
  if (script === undefined) return;
  delete page.dataset['app'];
  const { look } = page.dataset;
  if (look !== undefined)
    window.__styled = new Promise((resolve) => {
      const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: look, onerror: resolve });
      sheet.onload = () => {
        document.querySelector('style[data-first]')?.remove();
        resolve(undefined);
      };
      document.querySelector('style[data-first]')?.after(sheet);
    });
  for (const href of imports) document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }));
  document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: script }));
}

// ---- what is pressed
window.__early = [];
addEventListener(
  'click',
  (event) => {
    const of = (selector: string): HTMLElement | null => (event.target as Element).closest?.(selector) ?? null;
    const target = of('[data-action],.run,.fold');
    if (of('#outline a,.cmds button')) of('[popover]')?.hidePopover();
    if (!target) return;
    const { action } = target.dataset;
    if (action === 'theme') {
      const { theme } = page.dataset;
      const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
      page.dataset['theme'] = dark ? 'light' : 'dark';
      try {
        localStorage.setItem('theme', page.dataset['theme']);
      } catch {
        /* it holds for this page */
      }
    } else if (target.matches('.fold')) {
      const open = target.ariaExpanded !== 'true';
      target.ariaExpanded = String(open);
      (target.nextElementSibling as HTMLElement).hidden = !open;
    } else {
      if (Array.isArray(window.__early) && action !== 'menu') window.__early.push(target);
      return;
    }
    event.stopImmediatePropagation();
  },
  true,
);

// ---- the address that names nothing
const missing = document.querySelector('[data-missing]'),
  named = /\/n\/([^/]+)/.exec(location.pathname);
if (missing && named)
  try {
    missing.textContent = decodeURIComponent(named[1]!);
  } catch {
    /* as it stands */
  }

// ---- faces of type
window.__late = () => {
  for (const style of document.querySelectorAll<HTMLStyleElement>('style[data-late]')) style.media = 'all';
};
addEventListener('load', () => setTimeout(() => window.__late?.(), facesMs));

// ---- the first plan, at once; the app behind the first frame
// Where nothing is stored there is no copy of one's own, and no setting against it.
const early = window.__engine;
if (early !== undefined && window.__stored === false && document.visibilityState === 'visible') {
  const start = (data: PageData): void => {
    window.__data = data;
    begin(early, data);
  };
  if (window.__coming === undefined) start(JSON.parse(document.getElementById('notebook-data')?.textContent ?? '') as PageData);
  else void window.__coming.then(start, () => undefined);
}
if (page.dataset['place'] === 'app' || document.hidden) bringApp();
else {
  requestAnimationFrame(() => setTimeout(bringApp));
  setTimeout(bringApp, appMs);
}
