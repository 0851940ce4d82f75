import * as course from '../../course/units.ts';
import { expect, test } from 'vitest';
import { expressions, parseNotebook } from '../../document/index.ts';
import type { Analysis } from '../../analysis/types.ts';
import { compileNotebook } from '../../session/compile.ts';
import { renderPage, type NotebookView } from './notebook.ts';

/* A stand-in for analysis, good for the cells below: `const NAME = …` defines, other names in it are read. */
const analyse = (code: string): Analysis => {
  const defined = [...code.matchAll(/const (\w+)/g)].map(([, name]) => name!);
  const names = [...code.matchAll(/[a-z]\w*/g)].filter(([n]) => n !== 'const' && !defined.includes(n));
  return {
    defines: defined.map((name) => ({ name, kind: 'value', line: 1, column: 1, exported: false })),
    reads: [...new Set(names.map(([n]) => n))],
    writes: [],
    imports: [],
    code,
    shifts: [],
    shows: false,
    tokens: names.map((m) => [m.index, m.index + m[0].length, 'x']),
  };
};
const text = `---
gradus: 1
id: nn-fundamentals
title: From the front matter
open: run
minutes: 180
needs: [1, 9]
pass: [{ run: digits, metric: test_acc, min: 0.94 }]
---
# Neural <Networks>

Four corners, value \${a}.

## First

\`\`\`ts {id=one}
const a = 1 < 2
\`\`\`

Then \${b}.

\`\`\`ts {run=manual hide=code exercise=dot}
const b = a + "</script>"
\`\`\`

\`\`\`ts {run=off}
const c = b
\`\`\`

\`\`\`mermaid
a-->b
\`\`\`

\`\`\`python {static}
not a cell
\`\`\`
`;
const view = (source = text, more: Partial<NotebookView> = {}): NotebookView => ({
  ...compileNotebook(parseNotebook(source), analyse),
  base: '../../',
  expressions,
  course,
  written: new Set(['linear-algebra-vectors', 'backprop']),
  ...more,
});

test('every cell stands in its shell with the attributes that the page binds to', () => {
  const html = renderPage(view()).html;
  expect(
    [...html.matchAll(/data-cell="([^"]*)" data-language="([^"]*)" data-state="([^"]*)" id="([^"]*)"/g)].map((m) => m.slice(1)),
  ).toEqual([
    ['one', 'ts', 'idle', 'cell-one'],
    ['b', 'ts', 'idle', 'cell-b'],
    ['c', 'ts', 'off', 'cell-c'],
  ]);
  for (const id of ['one', 'b', 'c']) {
    expect(html).toContain(`aria-label="Code of ${id}"`);
    expect(html).toContain(`aria-label="Run cell ${id}"`);
  }
  expect(html.match(/<div data-outputs><\/div>/g)).toHaveLength(3);
  expect(html).toContain('aria-label="Cell one, not run"');
  expect(html).toContain('data-exercise="dot" data-run="manual" data-hide="code"');
});

test('code is shown to the letter, with names of other cells as links', () => {
  const html = renderPage(view()).html;
  expect(html).toContain('data-code>const a = 1 &lt; 2</pre>');
  expect(html).toContain('<a class="x" href="#cell-one" data-owner="one" tabindex="-1">a</a> + &quot;&lt;/');
  expect(html).toContain('<span class="far">uses <a href="#cell-one">one</a><br>used by <a href="#cell-c">c</a></span>');
});

test('hidden code folds behind a real button, and what is off says so', () => {
  const html = renderPage(view()).html;
  expect(html).toMatch(
    /<button class="fold" type="button" aria-expanded="false">.* Code hidden, 1 line<\/button><div class="code" hidden>/,
  );
  expect(html).toContain('Off. It defines nothing.');
});

test('the opening takes the title of the text, its lede, and the facts of the unit', () => {
  const html = renderPage(view()).html;
  expect(html).toContain('<p class="eyebrow"><a href="../../#p2">Phase 2, Deep Learning</a></p>');
  expect(html).toContain('<h1 class="numbered"><span class="no">14</span> Neural &lt;Networks&gt;</h1>');
  expect(html).toContain('<p class="lede">Four corners, value <span class="live" data-value="0">…</span>.</p>');
  expect(html).toContain('href="../../n/linear-algebra-vectors/"');
  expect(html).toContain('href="../../#u9"');
  expect(html).toContain('<span>3 hours</span><span>1 exercise</span><span>Experiment: digits, test_acc at least 0.94</span>');
  expect(html).toContain('<span class="quiet">Next</span><span class="t">15 Backpropagation Deep Dive</span>');
  expect(html).toContain('<h2 class="sec" id="first" data-prose="0"><span class="no">1</span>First</h2>');
});

test('values in prose count through the file in the order of the compiled expressions', () => {
  const { compiled } = view();
  expect(compiled.prose.map((p) => [p.code, p.line])).toEqual([
    ['a', 12],
    ['b', 20],
  ]);
  expect([...renderPage(view()).html.matchAll(/data-value="(\d+)"/g)].map((m) => m[1])).toEqual(['0', '1']);
});

test('diagrams are text with a sentence, static blocks are code', () => {
  const html = renderPage(view()).html;
  expect(html).toContain(
    '<code data-language="mermaid">a--&gt;b</code></pre><p class="cap">A diagram in mermaid. This version shows its text and does not draw it.</p>',
  );
  expect(html).toContain('<pre tabindex="0"><code data-language="python">not a cell</code></pre>');
});

test('the outline lists sections and counts cells', () => {
  expect(renderPage(view()).html).toContain('<a href="#first">');
  expect(renderPage(view()).html).toContain('<h2>3 cells</h2><ul class="facts"><li>1 run when asked</li><li>1 off</li></ul>');
});

test('ids that are markup stay text', () => {
  const { notebook, compiled } = view('---\ngradus: 1\nid: x\ntitle: X\n---\n```ts\nconst q = 1\n```\n');
  const html = renderPage(view('', { notebook, compiled: { ...compiled, cells: [{ ...compiled.cells[0]!, id: '"><script>' }] } })).html;
  expect(html).not.toContain('<script>');
});

test('a file without gradus: says that nothing in it runs', () => {
  const page = renderPage({
    notebook: parseNotebook('# A\n\n```ts\n1\n```\n'),
    compiled: { text: '', cells: [], prose: [] },
    base: './',
    expressions,
  });
  expect(page.title).toBe('A');
  expect(page.html).toContain('so nothing in it runs');
  expect(page.html).not.toContain('data-cell');
});

test('only long notebooks leave far cells out of layout', () => {
  const many = (n: number): string => `---\ngradus: 1\nid: x\ntitle: X\n---\n${'```ts\nconst v = 1\n```\n\n'.repeat(n)}`;
  expect(renderPage(view(many(1000))).html).toContain('class="nb long"');
  expect(renderPage(view(many(20))).html).toContain('class="nb"');
});

test('a long notebook comes in parts that begin behind a cell, with every block in its place', () => {
  const text = `---\ngradus: 1\nid: x\ntitle: X\n---\n${Array.from({ length: 100 }, (_, i) => `\`\`\`ts {id=c${i}}\n${i}\n\`\`\`\n\nText ${i}.\n`).join('\n')}`;
  const { html } = renderPage(view(text));
  const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
  expect(main.match(/<div class="part">\n<div class="prose"/g)).toHaveLength(4);
  expect(main.split('<div class="part">').map((part) => part.match(/data-cell=/g)?.length ?? 0)).toEqual([24, 24, 24, 24, 4]);
  expect(main.match(/<div\b/g)!.length).toBe(main.match(/<\/div>/g)!.length);
  expect([...main.matchAll(/Text (\d+)\./g)].map(([, n]) => Number(n))).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('an exercise has a row behind its heading, a button for its checks, and its hints as they are written', () => {
  const fence = (info: string): string => `\`\`\`ts {${info}}\nconst x = 1 // TODO\n\`\`\`\n\n`;
  const source = `---\ngradus: 1\nid: u\n---\n\n# U\n\nLede.\n\n## Dot\n\nMore.\n\n### Dot product\n\nWrite it.\n\n${fence('exercise=dot')}<details><summary>Hint 1</summary>\n\nThink.\n\n</details>\n\n${fence('exercise=dot')}${fence('exercise=two-words')}`;
  const { notebook, compiled } = compileNotebook(parseNotebook(source), analyse);
  const { html } = renderPage({ notebook, compiled, base: './', expressions, html: 'keep' });
  expect(html).toMatch(
    /<h3 class="sub exh" data-number="1" id="dot-product" data-prose="0">Dot product<\/h3>\n<div class="exr" data-for="dot"><span class="pt"><\/span><span class="how">not begun<\/span><\/div>\n<div class="prose"/,
  );
  expect(html.match(/class="exr"/g)).toHaveLength(2);
  expect(html).toContain('<span class="pt"></span><b>two words</b>');
  expect(html).toMatch(/<details><summary>Hint 1<\/summary>/);
  // The last cell of each exercise has the button.
  expect(html.match(/data-judge/g)).toHaveLength(2);
  expect(html.indexOf('data-judge')).toBeGreaterThan(html.indexOf('Hint 1'));
});
