/* A review below its cell: run the checks, with other numbers at each try; then what came of it and when the next one is due. The
   notebook above it is an ordinary one (course/review.ts); this part reads its cells and says the verdict. */

import './review.css';
import { messageOf } from '../../base/errors.ts';
import type { Verdict } from '../../session/judge.ts';
import { button, fill, h } from '../dom.ts';
import { count, duration } from '../words.ts';

export interface ReviewOptions {
  /** The answer as it stands now; `undefined`: nothing has been written yet. */
  readonly answer: () => Promise<string | undefined>;
  /** Judges it for the `n`th time, from 0. */
  readonly judge: (code: string, n: number) => Promise<Verdict>;
  /** Keeps how it ended; resolves to a sentence about the next one. */
  readonly ended: (passed: boolean) => Promise<string>;
  /** How often it may be tried. */
  readonly tries: number;
  /** Where the exercise stands with what was written then. */
  readonly exercise: string;
  readonly progress: string;
}

export function makeReview({ answer, judge, ended, tries, exercise, progress }: ReviewOptions): HTMLElement {
  let done = 0;
  let busy = false;
  const says = h('p', { class: 'says', role: 'status' }, triesLeft());
  const rows = h('div', { class: 'checks' });
  const run = button('Run checks', () => void check(), { class: 'btn solid' });
  const stop = button('Give up', () => void end(false), { class: 'btn' });
  const acts = h('p', { class: 'acts' }, run, stop);
  const element = h('section', { class: 'review', 'aria-label': 'Checks' }, acts, says, rows);

  function triesLeft(): string {
    const left = tries - done;
    return `${left === 1 ? 'One try' : `${['', '', 'Two', 'Three', 'Four'][left] ?? left} tries`}${done > 0 ? ' left' : ''}. Each has other numbers; one that passes is enough.`;
  }

  async function check(): Promise<void> {
    if (busy) return;
    busy = true;
    run.setAttribute('aria-busy', 'true');
    says.textContent = 'Running the checks';
    try {
      const code = await answer();
      if (code === undefined) {
        says.textContent = 'Nothing is written yet: the starter does not pass. Write the answer in the cell, then run the checks.';
        return;
      }
      const verdict = await judge(code, done);
      show(verdict);
      if (verdict.trouble === 'syntax') says.textContent = `It does not parse, which is no try. ${triesLeft()}`;
      else {
        done++;
        if (verdict.pass) await end(true);
        else if (done >= tries) await end(false);
        else says.textContent = `Not yet. ${triesLeft()}`;
      }
    } catch (error) {
      says.textContent = `${messageOf(error)} Nothing was counted.`;
    } finally {
      busy = false;
      run.removeAttribute('aria-busy');
    }
  }

  function show({ checks }: Verdict): void {
    const failed = checks.filter(({ pass }) => !pass);
    fill(
      rows,
      ...[...failed, ...checks.filter(({ pass }) => pass)].map(({ name, pass, message, ms }) =>
        h(
          'div',
          { class: 'check' },
          h('span', { class: `pt ${pass ? 'done' : 'fail'}`, 'aria-hidden': 'true' }),
          h('span', { class: 'what' }, h('span', { class: 'vh' }, pass ? 'passed: ' : 'failed: '), name),
          h('span', { class: 'quiet' }, duration(ms)),
          message === '' ? null : h('pre', { class: 'message', tabindex: '0' }, message),
        ),
      ),
    );
  }

  async function end(passed: boolean): Promise<void> {
    try {
      const next = await ended(passed);
      const ways = h(
        'p',
        { class: 'acts' },
        h('a', { class: 'btn solid', href: progress }, 'Progress'),
        h('a', { class: 'btn', href: exercise }, passed ? 'Compare with your first answer' : 'Show your first answer'),
      );
      acts.replaceWith(ways);
      says.className = `says band ${passed ? 'good' : 'wait'}`;
      fill(says, h('strong', {}, passed ? 'Passed once more. ' : done === 0 ? 'Given up. ' : `Not passed in ${count(done)} tries. `), next);
      ways.querySelector('a')?.focus();
    } catch (error) {
      says.textContent = `${messageOf(error)} ${(error as { hint?: string }).hint ?? ''} The review was not kept; try again.`;
    }
  }
  return element;
}
