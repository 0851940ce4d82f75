/* A whole page as text: policy, theme and styles in the head, the bar, the body, and the data that the app comes alive with.
   Made at build time only. The policy stands before everything that loads; the two inline scripts (early.ts in the head,
   opening.ts behind the body) are constants, and their hashes are in the policy. What the first frame needs comes first:
   the styles that can apply to what the page shows; the whole sheet comes with the app. */

import { createHash } from 'node:crypto';
import { renderBar } from './bar.ts';
import { escapeHtml, jsonHtml } from './html.ts';
import { stylesFor } from './styles.ts';

export interface Assets {
  /** Addresses relative to the site's root: the app's module script and what it imports at once. */
  readonly script: string;
  readonly preload?: readonly string[];
  /** Texts of the inline scripts, early.ts and opening.ts. */
  readonly inline: { readonly head: string; readonly body: string };
  /** Texts of the style sheets. What the first frame needs of them stands in the page: a sheet of its own would be one more
      turn before it. Addresses in them begin at the site's root with `../`. Faces of type are taken apart where a page runs
      on opening. */
  readonly styles: string;
  /** Addresses of the sheets whose text `styles` is: named in the page, so that no chunk asks for them again. */
  readonly sheets?: readonly string[];
  /** Address of a sheet with all of `styles` but the faces: comes with the app, in place of what stands in the page. */
  readonly look?: string;
  readonly formulaStyles?: string;
  /** Of exercises, for pages that have some. */
  readonly exerciseStyles?: string;
  /** The TypeScript engine (a classic script, run as a worker). */
  readonly engine: string;
  /** Its parts, by a name that mentions them. */
  readonly engineParts?: Readonly<Record<string, readonly string[]>>;
  /** Addresses of the packs by name, for the engine. */
  readonly packs?: Readonly<Record<string, string>>;
  /** What draws plots: asked for once the engine is there, where a notebook has plots. */
  readonly plot?: readonly string[];
  /** What opens a notebook of the reader's own: asked for with the app where the address of the map's page names one. */
  readonly own?: readonly string[];
  /** Shows such a notebook as it was, before the app is there. */
  readonly reopening?: string;
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
  /** Put into the page as `#notebook-data`, or, where it is a text, the address where it lies. */
  readonly data?: unknown;
  /** The engine starts at once, because the notebook runs on opening; faces of type come after its first result. */
  readonly runs?: boolean;
  /** Parts of the engine that its first cells need: they come beside it. */
  readonly parts?: readonly string[];
  readonly plots?: boolean;
  /** The page shows formulas: their two main faces are fetched with it. */
  readonly formulas?: boolean;
  readonly description?: string;
}

const hashOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** What a page may load. Styles are inline in editor and plots; `blob:` workers and pictures are the page's own. */
export const policyOf = ({ head, body }: Assets['inline']): string =>
  [
    "default-src 'self'",
    `script-src 'self' ${hashOf(head)} ${hashOf(body)} 'wasm-unsafe-eval'`,
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

/** Below this a page comes in one piece, in characters: its first frame waits for all of it. */
const onePiece = 24_000;

const fonts = ['stix-two-text-latin-400-normal', 'source-sans-3-latin-wght-normal', 'source-code-pro-latin-400-normal'];
const mathFonts = ['KaTeX_Main-Regular', 'KaTeX_Math-Italic'];

/** What opening.ts may show before the app is there. */
const drawnEarly = '<div data-state="done"><div class="out" data-kind="value"><div class="mono value n s k quiet bad-text">';

export const faces = /@font-face\s*\{[^}]*url\([^}]*\}/g;

export function pageHtml({ title, body, place, base, assets, kind, data, runs, parts = [], plots, formulas, description }: Page): string {
  const at = (path: string): string => escapeHtml(base + path);
  const rooted = (css: string): string =>
    css.replace(/url\((["']?)\.\.\//g, (_, quote: string) => `url(${quote}${base}`).replaceAll('</', '<\\/');
  const styles = rooted(assets.styles);
  const bar = renderBar(place, base, kind === 'notebook');
  // The faces stand apart: what the first frame needs gives way to the whole sheet, they stay.
  const type = (styles.match(faces) ?? []).join(''),
    late = runs ? type : '';
  const first = withoutFamilies(stylesFor(styles.replace(faces, ''), bar + body + (runs ? drawnEarly : '')), late);
  const whole = bar.length + body.length < onePiece;
  const preloaded = [...(runs ? [] : fonts), ...(formulas ? mathFonts : [])];
  const head = [
    `<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policyOf(assets.inline)).replace(/&#39;/g, "'")}">`,
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<script>${assets.inline.head}</script>`,
    // No frame before there is something to see: it would only delay the one that shows it.
    ...(whole ? ['<link rel="expect" href="#main" blocking="render">'] : []),
    ...(description ? [`<meta name="description" content="${escapeHtml(description)}">`] : []),
    `<link rel="icon" href="${at('mark.svg')}" type="image/svg+xml">`,
    ...preloaded.map((f) => `<link rel="preload" href="${at(`fonts/${f}.woff2`)}" as="font" type="font/woff2" crossorigin>`),
    ...(assets.sheets ?? []).map((path) => `<link rel="stylesheet" href="${at(path)}" disabled>`),
    ...(runs ? [] : [`<style>${type}</style>`]),
    `<style data-first>${first}</style>`,
    ...(assets.look ? [`<noscript><link rel="stylesheet" href="${at(assets.look)}"></noscript>`] : []),
    ...(assets.exerciseStyles && body.includes('data-exercise=')
      ? [`<style>${rooted(stylesFor(assets.exerciseStyles, bar + body))}</style>`]
      : []),
    ...(formulas && assets.formulaStyles ? [`<style>${rooted(assets.formulaStyles)}</style>`] : []),
    ...(late ? [`<style media="print" data-late>${late}</style><noscript><style>${late}</style></noscript>`] : []),
    '<noscript><style>.code[hidden],[data-outputs][hidden]{display:block}.fold,.run,.bar [data-action],.filter,.acts{display:none!important}</style></noscript>',
  ];
  const beside = typeof data === 'string' ? ` data-notebook="${escapeHtml(data)}"` : '';
  const json = data === undefined || beside ? '' : `<script type="application/json" id="notebook-data">${jsonHtml(data)}</script>\n`;
  const app = [assets.script, ...(assets.preload ?? [])].filter(Boolean).map(at).join(' ');
  const looks = assets.look ? ` data-look="${at(assets.look)}"` : '';
  const own =
    kind === 'map' && assets.own?.length
      ? ` data-own="${escapeHtml(assets.own.map(at).join(' '))}"${assets.reopening ? ` data-reopening="${at(assets.reopening)}"` : ''}`
      : '';
  const running = `${runs && assets.engine ? ` data-run="${[assets.engine, ...parts].map(at).join(' ')}"` : ''}${plots && assets.plot?.length ? ` data-plot="${escapeHtml(assets.plot.join(' '))}"` : ''}`;
  const skip = kind === 'map' ? 'Skip to the course' : 'Skip to the notebook';
  return `<!doctype html>
<html lang="en" data-base="${escapeHtml(base)}" data-kind="${kind}" data-engine="off"${app && ` data-app="${app}"`}${beside}${own}${looks}${running}>
<head>
${head.join('\n')}
</head>
<body>
<a class="skip" href="#main">${skip}</a>
${bar}
${body}
${json}<script>${assets.inline.body}</script>
</body>
</html>
`;
}

/** `css` without the names of faces that come later: each would be looked for among the system's, which takes its time. */
function withoutFamilies(css: string, faces: string): string {
  const names = new Set([...faces.matchAll(/font-family:"?([^;}"]+)/g)].map(([, name]) => name!));
  for (const name of names) for (const written of [`"${name}",`, `${name},`]) css = css.replaceAll(written, '');
  return css;
}
