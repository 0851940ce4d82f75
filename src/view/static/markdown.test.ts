import katex from 'katex';
import { expect, test } from 'vitest';
import { expressions } from '../../document/prose.ts';
import { renderMarkdown, textOf, type MarkdownOptions } from './markdown.ts';

const math = (tex: string, displayMode: boolean): string => katex.renderToString(tex, { displayMode });
const html = (text: string, options: MarkdownOptions = {}): string =>
  renderMarkdown(text, { expressions: expressions(text), ...options }).html;

test('raw HTML is text unless it is kept or sanitised', () => {
  const text =
    'a <img src=x onerror=alert(1)> b\n\n<script>alert(1)</script>\n\n<details><summary>More</summary>\n\ninside\n\n</details>\n';
  expect(html(text)).not.toMatch(/<(script|img|details)/);
  expect(html(text, { html: 'keep' })).toContain('<details><summary>More</summary>');
  expect(html(text, { html: () => 'clean' })).toBe('<div class="prose">clean</div>\n');
});

test('links run nothing, and those to other sites give them no window to hold', () => {
  expect(html('[a](javascript:alert(1)) [b](JaVa\tScript:alert(1)) [c](data:text/html,x) ![d](javascript:x)')).not.toMatch(/href|src/);
  expect(html('[a](https://example.org/ "t") [b](./x.csv) [c](#s) [d](../matrices/)')).toBe(
    '<div class="prose"><p><a href="https://example.org/" title="t" rel="noopener">a</a> <a href="./x.csv">b</a> <a href="#s">c</a> <a href="../matrices/">d</a></p>\n</div>\n',
  );
  expect(html('[a](https://x.org/"onmouseover="alert(1))')).not.toMatch(/ onmouseover/);
});

test('values stand as empty places that count through the file', () => {
  expect(html('Mean ${mean.toFixed(2)} of `${code}` and **${n}** and \\${literal}.', { expressionStart: 3 })).toBe(
    '<div class="prose"><p>Mean <span class="live" data-value="3">…</span> of <code>${code}</code> and <strong><span class="live" data-value="4">…</span></strong> and ${literal}.</p>\n</div>\n',
  );
  expect(html('| a |\n|---|\n| ${x} |')).toContain('<td><span class="live" data-value="0">…</span></td>');
  expect(html('# ${title}')).toContain('<span class="live" data-value="0">…</span></h2>');
});

test('a value cannot be forged, nor stand inside a tag', () => {
  expect(html('\uE0107\uE011 ${a}')).toContain('7 <span class="live" data-value="0">');
  expect(html('<a title="${a}">x</a>', { html: 'keep', expressions: [{ start: 10, end: 14 }] })).toContain('title="…"');
});

test('formulas are drawn with MathML, or wait with their source', () => {
  expect(html('so $a<b$ holds')).toBe('<div class="prose"><p>so <span class="math" data-tex="a&lt;b">a&lt;b</span> holds</p>\n</div>\n');
  expect(html('so $a_1 * b_1$ and $c * d$', { math })).toContain('<math');
  expect(html('$$\na = b\n$$\n\ntext', { math })).toMatch(/<div class="math block" tabindex="0"[^>]*><span class="katex-display">/);
  expect(html('$\\notacommand{$', { math })).toContain('This formula cannot be read');
});

test('dollars of money are no formulas, and code keeps its dollars', () => {
  expect(html('It costs $5 and $6, or $ 7 $.')).not.toContain('math');
  expect(html('`$a$` and\n\n```\n$b$\n```')).not.toContain('math');
  expect(html('a \\$x\\$ b')).toContain('a $x$ b');
});

test('headings take prose apart, number their sections, and have ids of their own', () => {
  const { html: out, headings } = renderMarkdown(
    'before\n\n## XOR breaks it\n\none\n\n### Part\n\ntwo\n\n## XOR breaks it\n\n#### small\n',
    { sections: 1, ids: new Set(['part']) },
  );
  expect(headings).toEqual([
    { level: 2, id: 'xor-breaks-it', text: 'XOR breaks it', number: 2 },
    { level: 3, id: 'part-2', text: 'Part' },
    { level: 2, id: 'xor-breaks-it-2', text: 'XOR breaks it', number: 3 },
  ]);
  expect(out.match(/<(div class="prose"|h2 class="sec"|h3 class="sub")/g)).toEqual([
    '<div class="prose"',
    '<h2 class="sec"',
    '<div class="prose"',
    '<h3 class="sub"',
    '<div class="prose"',
    '<h2 class="sec"',
    '<div class="prose"',
  ]);
  expect(out).toContain('<h2 class="sec" id="xor-breaks-it"><span class="no">2</span>XOR breaks it</h2>');
});

test('a number that the author wrote is the number of the section', () => {
  expect(renderMarkdown('## 4. Forward is matmul\n\n## Next', { sections: 0 }).headings.map((h) => [h.number, h.text])).toEqual([
    [4, 'Forward is matmul'],
    [5, 'Next'],
  ]);
});

test('headings inside an open element stay in it', () => {
  expect(html('<details><summary>Hint</summary>\n\n## Inside\n\ntext\n\n</details>\n\n## Outside', { html: 'keep' })).toMatch(
    /^<div class="prose"><details>[\s\S]*<h2>Inside<\/h2>[\s\S]*<\/details>[\s\S]*<\/div>\n<h2 class="sec" id="outside">/,
  );
});

test('the opening title and its paragraph are taken out on request', () => {
  const text = '# A *title*\n\nThe lede.\n\nThe rest.\n';
  expect(renderMarkdown(text, { opening: true })).toMatchObject({
    title: 'A <em>title</em>',
    lede: 'The lede.',
    html: '<div class="prose"><p>The rest.</p>\n</div>\n',
  });
  expect(renderMarkdown('Just text', { opening: true })).toMatchObject({ lede: 'Just text', html: '' });
  expect(renderMarkdown('## Section', { opening: true })).not.toHaveProperty('title');
});

test('tables scroll in a named region, with numbers at the right', () => {
  expect(html('| a | b |\n|---|--:|\n| 1 | <2 |')).toBe(
    '<div class="prose"><div class="scroll" tabindex="0" role="region" aria-label="Table"><table class="tbl"><thead><tr><th scope="col">a</th><th scope="col" class="r">b</th></tr></thead><tbody><tr><td>1</td><td class="r">&lt;2</td></tr></tbody></table></div>\n</div>\n',
  );
});

test('HTML as words', () => {
  expect(textOf('<b>a</b> &amp; <span>b</span>')).toBe('a & b');
});
