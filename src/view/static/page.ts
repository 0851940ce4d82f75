/* A whole page as text: policy, theme and fonts in the head, the bar, the body, and the data that the app comes alive with.
   Made at build time only. The policy stands before everything that loads; the one inline script is a constant, and its
   hash is in the policy. It sets the theme before the first paint, switches it, opens folds, closes the outline and the
   menu behind a choice (all for good: the app need not), and keeps what is pressed before the app is there:
   `window.__early` holds those elements in order until the app takes them and puts `undefined` in its place. Where the
   notebook runs on opening, it also starts the engine (`window.__engine`), which the app takes over; `window.__stored` says
   whether anything was ever stored in this browser; `window.__late` lets faces of type in. */

import { createHash } from 'node:crypto';
import { escapeHtml, icons, jsonHtml, mark } from './html.ts';

export interface Assets {
  /** Addresses relative to the site's root: the app's module script and what it imports at once. */
  readonly script: string;
  readonly preload?: readonly string[];
  /** Texts of the style sheets, which stand in the page: a sheet of its own would be one more turn before the first paint.
      Addresses in them begin at the site's root with `../`. Faces of type are taken apart where a page runs on opening. */
  readonly styles: string;
  /** Addresses of the sheets whose text `styles` is: named in the page, so that no chunk asks for them again. */
  readonly sheets?: readonly string[];
  readonly formulaStyles?: string;
  /** The TypeScript engine (a classic script, run as a worker). */
  readonly engine: string;
  /** What draws plots: asked for once the engine is there, where a notebook has plots. */
  readonly plot?: readonly string[];
}

export interface Page {
  readonly title: string;
  /** Below the bar. */
  readonly body: string;
  /** HTML of the bar's place: a navigation on the map, the way back and the title on a notebook. */
  readonly place: string;
  /** The site's root as seen from this page: `./`, or `../../` below `n/ID/`. */
  readonly base: string;
  readonly assets: Assets;
  readonly kind: 'map' | 'notebook' | 'missing';
  /** Put into the page as `#notebook-data`. */
  readonly data?: unknown;
  /** The engine starts at once, because the notebook runs on opening; faces of type come after its first result. */
  readonly runs?: boolean;
  readonly plots?: boolean;
  /** The page shows formulas: their two main faces are fetched with it. */
  readonly formulas?: boolean;
  readonly description?: string;
}

/** Runs before the first paint, and until the app is alive. `/#/n/ID` and links are addresses of the map's page: it is
    held back (map.css) until the app has drawn them. */
export const earlyScript = `(()=>{const r=document.documentElement,w=window;try{const t=localStorage.getItem("theme");if(t)r.dataset.theme=t}catch{}
if(/^#(\\/|g1\\.|src=)/.test(location.hash))r.dataset.place="app";
const u=r.dataset.run;if(u)try{(w.__engine=new Worker(u,{name:"gradus-ts"})).onerror=()=>{w.__engine=undefined}}catch{}
try{w.__stored=localStorage.getItem("stored")==="1"}catch{}
w.__late=()=>{for(const s of document.querySelectorAll("style[data-late]"))s.media="all"};addEventListener("load",()=>setTimeout(w.__late,2500));
addEventListener("DOMContentLoaded",()=>{try{const m=document.querySelector("[data-missing]"),i=/\\/n\\/([^/]+)/.exec(location.pathname);if(m&&i)m.textContent=decodeURIComponent(i[1])}catch{}});
w.__early=[];addEventListener("click",e=>{const f=s=>e.target.closest?.(s),t=f("[data-action],.run,.fold");if(f("#outline a,.cmds button"))f("[popover]").hidePopover();if(!t)return;
if(t.dataset.action==="theme"){const d=r.dataset.theme?r.dataset.theme==="dark":matchMedia("(prefers-color-scheme: dark)").matches;r.dataset.theme=d?"light":"dark";try{localStorage.setItem("theme",r.dataset.theme)}catch{}}
else if(t.matches(".fold")){const o=t.getAttribute("aria-expanded")!=="true";t.setAttribute("aria-expanded",o);t.nextElementSibling.hidden=!o}
else{if(Array.isArray(w.__early)&&t.dataset.action!=="menu")w.__early.push(t);return}e.stopImmediatePropagation()},true)})()`;

const hashOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** What a page may load. Styles are inline in editor and plots; `blob:` workers and pictures are the page's own. */
export const policy = [
  "default-src 'self'",
  `script-src 'self' ${hashOf(earlyScript)} 'wasm-unsafe-eval'`,
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' blob: https:",
  "frame-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const fonts = ['stix-two-text-latin-400-normal', 'source-sans-3-latin-wght-normal', 'source-code-pro-latin-400-normal'];
const mathFonts = ['KaTeX_Main-Regular', 'KaTeX_Math-Italic'];

const faces = /@font-face\s*\{[^}]*url\([^}]*\}/g;

export function pageHtml({ title, body, place, base, assets, kind, data, runs, plots, formulas, description }: Page): string {
  const at = (path: string): string => escapeHtml(base + path);
  const rooted = (css: string): string =>
    css.replace(/url\((["']?)\.\.\//g, (_, quote: string) => `url(${quote}${base}`).replaceAll('</', '<\\/');
  const styles = rooted(assets.styles);
  const late = runs ? (styles.match(faces) ?? []).join('') : '';
  const preloaded = [...(runs ? [] : fonts), ...(formulas ? mathFonts : [])];
  const head = [
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy).replace(/&#39;/g, "'")}">`,
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<script>${earlyScript}</script>`,
    ...(description ? [`<meta name="description" content="${escapeHtml(description)}">`] : []),
    `<link rel="icon" href="${at('mark.svg')}" type="image/svg+xml">`,
    ...(assets.script ? [`<script type="module" src="${at(assets.script)}"></script>`] : []),
    ...(assets.preload ?? []).map((path) => `<link rel="modulepreload" href="${at(path)}">`),
    ...preloaded.map((f) => `<link rel="preload" href="${at(`fonts/${f}.woff2`)}" as="font" type="font/woff2" crossorigin>`),
    ...(assets.sheets ?? []).map((path) => `<link rel="stylesheet" href="${at(path)}" disabled>`),
    `<style>${runs ? styles.replace(faces, '') : styles}</style>`,
    ...(formulas && assets.formulaStyles ? [`<style>${rooted(assets.formulaStyles)}</style>`] : []),
    ...(late ? [`<style media="print" data-late>${late}</style><noscript><style>${late}</style></noscript>`] : []),
    '<noscript><style>.code[hidden],[data-outputs][hidden]{display:block}.fold,.run,.bar [data-action],.filter,.acts{display:none!important}</style></noscript>',
  ];
  const json = data === undefined ? '' : `<script type="application/json" id="notebook-data">${jsonHtml(data)}</script>\n`;
  const running = `${runs && assets.engine ? ` data-run="${at(assets.engine)}"` : ''}${plots && assets.plot?.length ? ` data-plot="${escapeHtml(assets.plot.join(' '))}"` : ''}`;
  const skip = kind === 'map' ? 'Skip to the course' : 'Skip to the notebook';
  return `<!doctype html>
<html lang="en" data-base="${escapeHtml(base)}" data-kind="${kind}" data-engine="off"${running}>
<head>
${head.join('\n')}
</head>
<body>
<a class="skip" href="#main">${skip}</a>
${renderBar(place, base, kind === 'notebook')}
${body}
${json}</body>
</html>
`;
}

/** The bar. A notebook's commands stand in it where it is wide, and in the menu behind its button below 1024 px. */
export function renderBar(place: string, base: string, commands: boolean): string {
  const command = (action: string, label: string): string =>
    `<button class="btn bare small" type="button" data-action="${action}">${label}</button>`;
  return [
    '<header class="bar">',
    `<a class="brand" href="${escapeHtml(base)}" aria-label="Gradus, course map">${mark}<span${commands ? ' class="hide-phone"' : ''}>Gradus</span></a>`,
    place,
    `<span class="grow${commands ? ' hide-phone' : ''}"></span>`,
    ...(commands
      ? [
          '<span class="engine hide-phone" data-engine-facts></span>',
          '<div class="cmds" id="commands" popover>' +
            '<button class="btn bare small only-phone" type="button" popovertarget="outline">Outline</button>' +
            [
              ['run-stale', 'Run stale'],
              ['restart', 'Restart'],
              ['share', 'Share'],
              ['save-copy', 'Save a copy'],
              ['download', 'Download'],
            ]
              .map(([a, l]) => command(a!, l!))
              .join('') +
            '</div>',
          `<button class="btn solid" type="button" data-action="run-all">${icons.run} <span>Run all</span></button>`,
        ]
      : []),
    `<button class="btn bare icon" type="button" data-action="theme" aria-label="Switch between light and dark">${icons.theme}</button>`,
    ...(commands
      ? [
          `<button class="btn bare icon only-narrow hide-phone" type="button" popovertarget="outline" aria-label="Outline">${icons.list}</button>`,
          `<button class="btn bare icon only-menu" type="button" data-action="menu" popovertarget="commands" aria-label="More commands">${icons.more}</button>`,
        ]
      : []),
    '</header>',
  ].join('\n');
}

/** The bar's place on a notebook: its phase or the map, then the title. */
export function renderCrumb(
  base: string,
  title: string,
  label?: string,
  phase?: { readonly number: number; readonly title: string },
): string {
  const back = phase
    ? `<a class="hide-phone" href="${escapeHtml(base)}#p${phase.number}">${escapeHtml(phase.title)}</a>`
    : `<a class="hide-phone" href="${escapeHtml(base)}">Course</a>`;
  return `<div class="crumb">${back}<span class="hide-phone" aria-hidden="true">/</span><span aria-current="page">${label ? `<span class="num">${label}</span> ` : ''}${escapeHtml(title)}</span></div>`;
}

/** The bar's place on the map and on what belongs to no notebook. */
export const renderNav = (base: string, current?: 'course' | 'runs'): string =>
  `<nav aria-label="Main"><a href="${escapeHtml(base)}"${current === 'course' ? ' aria-current="page"' : ''}>Course</a><a href="${escapeHtml(base)}#/runs"${current === 'runs' ? ' aria-current="page"' : ''}>Runs</a></nav>`;
