/* The checks of a verdict: one row for each with what it tried and the time; a failing one opens with the smallest case that breaks
   it and the law that broke; one that fails by the same cause as another says so in its row. */

import type { CheckVerdict } from '../../course/verdict.ts';
import type { Verdict } from '../../session/judging.ts';
import { h } from '../dom.ts';
import { duration } from '../words.ts';
import { lawWords, restOf } from './words.ts';

const titles: Readonly<Record<string, string>> = { answer: 'Your code', time: 'Time' };

export function checkList({ checks, trouble }: Verdict): HTMLElement {
  const passed = checks.filter(({ pass }) => pass).length;
  const first = checks.find(({ pass }) => !pass);
  return h(
    'ol',
    { class: 'checks', 'aria-label': `Checks, ${passed} of ${checks.length} pass` },
    ...checks.map((check) => row(check, trouble !== undefined, check === first)),
  );
}

/** The first failure opens, and what has a smallest case; others say in their row what broke. */
function row(check: CheckVerdict, trouble: boolean, first: boolean): HTMLElement {
  const { name, pass, ms, tried, sameAs, call, expected, got, smallest, message } = check;
  const inRow = !first && !pass && smallest === undefined && message.length < 120 && !message.includes('\n');
  const brief =
    sameAs !== undefined
      ? `same cause as “${sameAs}”`
      : !inRow
        ? ''
        : call !== undefined && expected !== undefined && got !== undefined && call.length + expected.length + got.length < 80
          ? `${call} gave ${got}, expected ${expected}`
          : message;
  const words = [tried, brief].filter(Boolean).join('; ');
  return h(
    'li',
    { class: pass ? '' : 'bad' },
    h('span', { class: `pt ${pass ? 'done' : 'fail'}`, 'aria-hidden': 'true' }),
    h('span', { class: 'vh' }, pass ? 'passed: ' : 'failed: '),
    h('b', {}, (trouble && titles[name]) || name),
    h('span', { class: 'quiet' }, words),
    h('span', { class: 'num quiet' }, ms > 0 ? duration(ms) : ''),
    pass || sameAs !== undefined || inRow ? null : counter(check),
  );
}

/** The smallest case, and what is to be thought about. */
function counter(check: CheckVerdict): HTMLElement {
  const { smallest, call, expected, got, law } = check;
  const facts = [
    call === undefined ? null : (['call', call, ''] as const),
    smallest === undefined ? null : (['input', smallest, ''] as const),
    expected === undefined ? null : (['expected', expected, ''] as const),
    got === undefined ? null : (['got', got, 'wrong'] as const),
  ].filter((fact) => fact !== null);
  const rest = restOf({
    message: check.message,
    ...(smallest === undefined ? {} : { smallest }),
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
  });
  // A message that begins with its law in words says it once.
  const why = law !== undefined && rest.startsWith(law) ? rest.slice(law.length).replace(/^[.\s]+/, '') : rest;
  return h(
    'div',
    { class: 'counter' },
    facts.length === 0 ? null : h('p', { class: 'lab' }, smallest === undefined ? 'A case that breaks it' : 'Smallest case that breaks it'),
    facts.length === 0
      ? null
      : h('dl', { class: 'case' }, ...facts.flatMap(([term, value, name]) => [h('dt', {}, term), h('dd', { class: name }, value)])),
    law === undefined ? null : h('p', { class: 'law' }, h('b', {}, 'Law that broke: '), `${lawWords(law)}.`),
    why === '' ? null : h('p', { class: 'why' }, why),
  );
}
