import { expect, test } from 'vitest';
import { stylesFor } from './styles.ts';

const page =
  '<main class="nb" id="main"><p class="lede">One</p><section class="cell" data-state="idle"><button class="run"></button></section></main>';

test('rules that can match stay in their order and layers, others go', () => {
  const css =
    '@layer a{.lede{color:red}.never{color:red}}@layer b{.cell>.run,.gone{top:0}@media (max-width:1px){main p{left:0}.nowhere{left:0}}}';
  expect(stylesFor(css, page)).toBe(
    '@layer a,b;@layer a{.lede{color:red}}@layer b{.cell>.run{top:0}@media (max-width:1px){main p{left:0}}}',
  );
});

test('a layer of which nothing stays keeps its place among the others', () => {
  expect(stylesFor('@layer a{.never{top:0}}@layer b{p{top:0}}@layer a{p{top:1px}}', page)).toBe(
    '@layer a,b;@layer b{p{top:0}}@layer a{p{top:1px}}',
  );
});

test('what parentheses hold may match: only what stands outside decides', () => {
  const css = 'p:not(.gone){top:0}:is(.gone,.cell)>button{top:0}.gone:is(p){top:0}';
  expect(stylesFor(css, page)).toBe('p:not(.gone){top:0}:is(.gone,.cell)>button{top:0}');
});

test('attributes count by their value, those of the root always', () => {
  const css =
    '[data-state=idle]{top:0}[data-state="idle"]{top:1px}[data-state=done]{top:0}[data-state^=i]{top:0}[data-theme=dark] p{top:0}';
  expect(stylesFor(css, page)).toBe('[data-state=idle]{top:0}[data-state="idle"]{top:1px}[data-state^=i]{top:0}[data-theme=dark] p{top:0}');
});

test('what a hand, print or a movement needs comes later', () => {
  const css = '.run:hover{top:0}@media print{p{top:0}}@keyframes a{0%{top:0}}p:before{content:"}{"}';
  expect(stylesFor(css, page)).toBe('p:before{content:"}{"}');
});

test('custom properties that nothing reads go, also those that only they read', () => {
  const css = ':root{--a:1px;--b:var(--a);--c:var(--d);--d:2px}p{top:var(--b)}';
  expect(stylesFor(css, page)).toBe(':root{--a:1px;--b:var(--a);}p{top:var(--b)}');
});
