import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { units } from '../../course/units.ts';
import type { PageData } from '../../opening.ts';
import { policyOf } from './page.ts';
import { firstPlan, prerender, type Site } from './prerender.ts';

const text =
  '---\ngradus: 1\nid: tour\ntitle: A tour\nopen: run\n---\n# A tour\n\nWhat a notebook does.\n\n## One\n\nSee $x^2$ and ${a}.\n\n```ts\nconst a = "<!-- <script>"\n```\n';
const site: Site = {
  notebooks: [
    { id: 'tour', folder: 'n/tour/', text },
    { id: 'nn-fundamentals', folder: 'n/nn-fundamentals/', text: text.replace('id: tour', 'id: nn-fundamentals') },
  ],
  assets: {
    script: 'assets/main.js',
    inline: { head: 'head()', body: 'body()' },
    look: 'assets/look.css',
    packs: { plot: 'packs/plot.js' },
    preload: ['assets/view.js'],
    styles: '.cell{background:url(../fonts/a.woff2)}.never{color:red}@font-face{font-family:A;src:url(../fonts/a.woff2)}',
    engine: 'engine/ts.js',
    plot: ['assets/plot.js'],
  },
};
const made = prerender(site);
const pages = new Map(made.filter(({ path }) => path.endsWith('.html')).map(({ path, html }) => [path, html]));

test('there is a map, a page for each notebook, and one for what is not there', () => {
  expect([...pages.keys()]).toEqual(['index.html', 'n/tour/index.html', 'n/nn-fundamentals/index.html', '404.html']);
});

test('a page asks early for what draws plots, unless each of them waits for a prediction', () => {
  const cell = (code: string): string => `\n\`\`\`ts\n${code}\n\`\`\`\n`;
  const asks = (cells: string): boolean =>
    prerender({ ...site, notebooks: [{ id: 'tour', folder: 'n/tour/', text: text + cells }] })
      .find(({ path }) => path === 'n/tour/index.html')!
      .html.includes('data-plot');
  const guess = cell("import { predict } from 'gradus:parts'") + cell('const guess = view(predict({}))') + cell('const shown = guess + 1');
  expect(asks('')).toBe(false);
  expect(asks(cell('Plot.plot({ title: a })') + guess)).toBe(true);
  expect(asks(cell('Plot.plot({ title: shown })') + guess)).toBe(false);
});

test('what pages about progress know of every unit is one file', () => {
  const facts = JSON.parse(made.find(({ path }) => path === 'course.json')!.html) as { id: string }[];
  expect(facts.map(({ id }) => id)).toEqual(['nn-fundamentals']);
});

test('the policy stands before everything that loads, and allows the two inline scripts by their hashes', () => {
  for (const html of pages.values()) {
    const head = html.slice(html.indexOf('<head>'), html.indexOf('</head>'));
    expect(head.indexOf('Content-Security-Policy')).toBeLessThan(Math.min(head.indexOf('<script'), head.indexOf('<link')));
    const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((m) => m[1]);
    expect(inline).toEqual(['head()', 'body()']);
    const policy = policyOf(site.assets.inline);
    for (const text of ['head()', 'body()']) expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    expect(head).toContain(policy.replaceAll('&', '&amp;'));
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
    expect(html).not.toMatch(/ on[a-z]+="/);
  }
});

test('the data of a notebook closes no element and reads back as what was compiled', () => {
  const html = pages.get('n/tour/index.html')!;
  const json = /<script type="application\/json" id="notebook-data">([\s\S]*?)<\/script>/.exec(html)![1]!;
  const data = JSON.parse(json) as {
    compiled: { text: string; cells: { id: string }[]; prose: unknown[] };
    folder: string;
    shippedHash: string;
  };
  expect(data.compiled.text).toBe(text);
  expect(data.compiled.cells.map((c) => c.id)).toEqual(['a']);
  expect(data.compiled.prose).toHaveLength(1);
  expect(data.folder).toBe('n/tour/');
  expect(data.shippedHash).toMatch(/./);
});

test('a notebook is readable without script: title, prose, code and formulas stand in it, and the bar leads back', () => {
  const html = pages.get('n/tour/index.html')!.replace(/<script[\s\S]*?<\/script>/g, '');
  for (const part of [
    '<h1>A tour</h1>',
    'What a notebook does.',
    'data-cell="a"',
    '&lt;!-- &lt;script&gt;',
    '<math',
    'href="../../"',
    '<style data-first>.cell{background:url(../../fonts/a.woff2)}</style>',
    '<noscript><link rel="stylesheet" href="../../assets/look.css"></noscript>',
    '<style media="print" data-late>@font-face{font-family:A;src:url(../../fonts/a.woff2)}</style>',
  ])
    expect(html).toContain(part);
  expect(html).toContain('data-run="../../engine/ts.js"');
  for (const name of ['run-all', 'run-stale', 'restart', 'share', 'save-copy', 'download', 'theme', 'menu'])
    expect(html).toContain(`data-action="${name}"`);
});

test('the map names every step once in its list and links those that are written', () => {
  const html = pages.get('index.html')!;
  for (const u of units) expect(html.split(`id="u${u.label}"`)).toHaveLength(2);
  expect(html.match(/<a [^>]*class="u ready"|<a class="u ready"/g)).toHaveLength(2);
  expect(html).toContain('href="./n/nn-fundamentals/"');
  expect(html.match(/not written yet<\/span>/g)!.length).toBeGreaterThanOrEqual(82);
  expect(html.match(/<input type="file" data-action="open-file" aria-label="Open file"/g)).toHaveLength(1);
  expect(html).toContain('data-action="new-notebook"');
  expect(html).toContain('>Runs</a>');
  expect(html).toContain('<a class="u ready" href="./n/tour/">');
});

test('the data of a long notebook lie beside its page, named by their content', () => {
  const long = `${text}\n${Array.from({ length: 400 }, (_, i) => `\`\`\`ts\nconst long${i} = ${i}\n\`\`\`\n`).join('\n')}`;
  const made = prerender({ ...site, notebooks: [{ id: 'tour', folder: 'n/tour/', text: long }] });
  const html = made.find(({ path }) => path === 'n/tour/index.html')!.html;
  expect(html).not.toContain('id="notebook-data"');
  const name = /<html[^>]* data-notebook="(notebook-[0-9a-f]+\.json)"/.exec(html)![1]!;
  const data = JSON.parse(made.find(({ path }) => path === `n/tour/${name}`)!.html) as PageData;
  expect(data.compiled.text).toBe(long);
  expect(data.opening!.run).toContain('long399');
});

test('every link of the map within the page leads to something that is there', () => {
  const html = pages.get('index.html')!;
  for (const [, id] of html.matchAll(/href="#([^"/]+)"/g)) expect(html, id).toContain(`id="${id}"`);
});

test('a notebook that runs on opening carries the plan its session would send, without what its analyses say', () => {
  const html = pages.get('n/tour/index.html')!;
  const json = /<script type="application\/json" id="notebook-data">([\s\S]*?)<\/script>/.exec(html)![1]!;
  const { compiled, opening } = JSON.parse(json) as PageData;
  expect(opening).toEqual({ ...JSON.parse(JSON.stringify(firstPlan(compiled))), packs: { plot: 'packs/plot.js' } });
  expect(opening!.run).toEqual(['a', 'prose:0']);
  expect(opening!.define.find(({ id }) => id === 'a')).toMatchObject({ id: 'a', rank: 0, defines: ['a'] });
  expect(opening!.define.find(({ id }) => id === 'a')).not.toHaveProperty('code');
  const waits = prerender({ ...site, notebooks: [{ id: 'tour', folder: 'n/tour/', text: text.replace('open: run\n', '') }] });
  expect(waits.find(({ path }) => path === 'n/tour/index.html')!.html).not.toContain('"opening"');
});
