/* One exercise as its learner sees it: the row beside its heading, what can be done below its code, the verdict, hints and the
   reference. It draws what it is given and says what its reader wants; who judges and what is kept stands in index.ts. */

import type { StoredAnswer } from '../../store/types.ts';
import { button, fill, h, setText } from '../dom.ts';
import { checkList } from './checks.ts';
import { compareView, type Side } from './compare.ts';
import { makeHints, type Hints } from './hints.ts';
import type { Place } from './layout.ts';
import { allPass, how, pointOf } from './words.ts';
import { attemptsToReference } from '../../course/verdict.ts';

export interface ExerciseState {
  readonly answer: StoredAnswer | undefined;
  /** The code that stands there is the one that was judged last, the one that passed. */
  readonly current: boolean;
  readonly changed: boolean;
  readonly judging: boolean;
  /** Why the checks could not be run, in a sentence. */
  readonly trouble: string | undefined;
  /** The code is that of the starter; undefined while that is not known. */
  readonly untouched: boolean | undefined;
  readonly kept: boolean;
  /** What a passed answer opens, in words, and the exercise to go on to. */
  readonly unlocks: string;
  readonly next: { readonly title: string; go(): void } | undefined;
}

export interface ExerciseActions {
  check(): void;
  reset(): void;
  hint(): void;
  /** Notes that the reference is looked at; resolves to what stands side by side. */
  reference(): Promise<readonly Side[]>;
  tokensOf: Parameters<typeof compareView>[1];
  failed(error: unknown): void;
}

export class ExerciseView {
  #place: Place;
  readonly #actions: ExerciseActions;
  /** The button stays the same element: what is drawn while it is being pressed does not lose the press. */
  readonly #run = h('button', { type: 'button', class: 'btn solid', 'data-judge': true });
  readonly #acts = h('div', { class: 'acts' }, this.#run);
  readonly #rest = h('div');
  readonly #panel = h('div', { class: 'judged' }, this.#acts, this.#rest);
  readonly #show: HTMLButtonElement;
  #hints: Hints | undefined;
  #closed = false;
  #sides: HTMLElement | undefined;
  #state: ExerciseState | undefined;
  #drawn = '';

  constructor(place: Place, actions: ExerciseActions) {
    this.#place = place;
    this.#actions = actions;
    this.#show = h('button', { type: 'button', class: 'btn bare small', onclick: () => this.close(!this.#closed) });
    this.move(place);
  }

  get place(): Place {
    return this.#place;
  }
  get closed(): boolean {
    return this.#closed;
  }
  get title(): string {
    const { heading } = this.#place;
    const number = heading?.dataset['number'];
    return `${number === undefined ? '' : `${number} `}${this.#words}`;
  }
  get #words(): string {
    const { heading, id } = this.#place;
    return (heading ? heading.textContent.slice(heading.querySelector('.no')?.textContent.length ?? 0) : id.replaceAll('-', ' ')).trim();
  }

  /** The page was drawn anew around it: takes its place there. */
  move(place: Place): void {
    const other = place.hints.length !== this.#place.hints.length || this.#hints === undefined;
    this.#place = place;
    const cell = place.cells.at(-1)!,
      body = cell.querySelector(':scope > .body') ?? cell;
    for (const { parentElement, lastChild } of cell.querySelectorAll('.acts'))
      if (parentElement !== this.#panel && lastChild) parentElement?.querySelector(':scope > .acts')?.remove();
    if (this.#panel.parentElement !== body) body.append(this.#panel);
    for (const one of place.cells) one.classList.toggle('judging-cell', one === cell);
    if (this.#show.parentElement !== place.row) place.row.append(this.#show);
    for (const hint of place.hints)
      hint.parentElement?.classList.toggle(
        'only-hints',
        [...hint.parentElement.children].every((one) => one instanceof HTMLDetailsElement),
      );
    for (const hint of place.hints) hint.classList.add('in-margin');
    if (other && place.hints.length > 0) {
      this.#hints?.element.remove();
      this.#hints = makeHints(place.hints, () => this.#actions.hint());
      this.#hints.show(this.#state?.answer?.hints ?? 0);
    }
    if (this.#hints && this.#hints.element.parentElement !== cell) cell.append(this.#hints.element);
    this.#fold();
  }

  draw(state: ExerciseState): void {
    const before = this.#state;
    this.#state = state;
    const { answer, changed } = state;
    setText(this.#place.row.querySelector('.how')!, how(answer, changed));
    const point = this.#place.row.querySelector('.pt')!;
    point.className = changed ? 'pt stale' : pointOf(answer);
    if (this.#hints) this.#hints.element.hidden = answer?.passed !== undefined && !changed;
    this.#hints?.show(answer?.hints ?? 0, before !== undefined && (before.answer?.hints ?? 0) < (answer?.hints ?? 0));
    const { next: _, ...shown } = state;
    const key = JSON.stringify([shown, state.next?.title]);
    if (key !== this.#drawn) this.#panelOf(state);
    this.#drawn = key;
  }

  /** Shows or hides what belongs to it. */
  close(closed: boolean): void {
    if (closed === this.#closed) return;
    const held = closed && this.#place.insides.some((element) => element.contains(document.activeElement));
    this.#closed = closed;
    this.#fold();
    if (held) this.#show.focus({ preventScroll: true });
  }

  /** The focus goes to where one begins. */
  enter(): void {
    this.close(false);
    const { heading, row, cells } = this.#place;
    (heading ?? row).scrollIntoView({ block: 'start' });
    cells[0]?.querySelector<HTMLElement>('.code [role="textbox"], .cm-content')?.focus({ preventScroll: true });
  }

  /** It is the one that asks something of the reader. */
  asks(asks: boolean): void {
    (this.#place.heading ?? this.#place.row).classList.toggle('asks', asks && !this.#closed);
  }

  compare(): void {
    if (this.#sides) {
      this.#sides.remove();
      this.#sides = undefined;
      this.#redraw();
      return;
    }
    this.#actions.reference().then(
      (sides) => {
        this.#sides = compareView(sides, this.#actions.tokensOf);
        this.#redraw();
      },
      (error: unknown) => this.#actions.failed(error),
    );
  }

  dispose(): void {
    this.close(false);
    this.#panel.remove();
    this.#hints?.element.remove();
    this.#show.remove();
    for (const hint of this.#place.hints) hint.classList.remove('in-margin');
  }

  #redraw(): void {
    this.#drawn = '';
    if (this.#state) this.draw(this.#state);
  }

  #fold(): void {
    const { insides, row, heading } = this.#place;
    for (const element of insides) element.toggleAttribute('data-folded', this.#closed);
    for (const element of [row, heading]) element?.toggleAttribute('data-closed', this.#closed);
    setText(this.#show, this.#closed ? 'Show' : 'Hide');
    this.#show.setAttribute('aria-expanded', String(!this.#closed));
    this.#show.setAttribute('aria-label', `${this.#closed ? 'Show' : 'Hide'} ${this.title}`);
  }

  #panelOf(state: ExerciseState): void {
    const { answer, judging, trouble, untouched, current, changed } = state;
    const verdict = answer?.verdict;
    const passed = verdict?.pass === true && current;
    const mayCompare = answer?.passed !== undefined || (answer?.attempts ?? 0) >= attemptsToReference;
    const compare = (): HTMLElement =>
      button(this.#sides ? 'Hide the reference' : 'Compare with the reference', () => this.compare(), {
        class: 'btn bare small',
        'aria-expanded': String(this.#sides !== undefined),
      });
    fill(this.#run, judging ? 'Running checks' : 'Run checks ', judging ? null : h('kbd', {}, 'Shift Enter'));
    if (judging) this.#run.setAttribute('aria-disabled', 'true');
    else this.#run.removeAttribute('aria-disabled');
    const left = attemptsToReference - (answer?.attempts ?? 0);
    const note = mayCompare
      ? ''
      : (answer?.attempts ?? 0) === 0
        ? `The reference opens when you pass, or after ${attemptsToReference} attempts.`
        : `The reference opens when you pass, or after ${left} more ${left === 1 ? 'attempt' : 'attempts'}.`;
    const held = this.#panel.contains(document.activeElement);
    const heldRun = document.activeElement === this.#run;
    this.#acts.hidden = passed && !judging;
    while (this.#run.nextSibling) this.#run.nextSibling.remove();
    for (const part of [
      untouched === false ? h('button', { type: 'button', class: 'btn', onclick: () => this.#actions.reset() }, 'Reset to starter') : null,
      mayCompare ? compare() : null,
      note === '' ? null : h('span', { class: 'quiet' }, note),
    ])
      if (part) this.#acts.append(part);
    const band = (): HTMLElement =>
      h(
        'div',
        { class: 'verdict pass', tabindex: '-1' },
        h('span', { class: 'pt done', 'aria-hidden': 'true' }),
        h('span', {}, h('b', {}, allPass(verdict!.checks.length)), state.unlocks ? ` ${state.unlocks}` : ''),
        h('span', { class: 'grow' }),
        compare(),
        state.next ? button(`Go on to ${state.next.title}`, () => state.next?.go(), { class: 'btn bare small' }) : null,
      );
    fill(
      this.#rest,
      passed && !judging ? band() : null,
      trouble === undefined
        ? null
        : h('p', { class: 'trouble', role: 'alert' }, h('span', { class: 'pt fail', 'aria-hidden': 'true' }), trouble),
      changed ? h('p', { class: 'quiet since' }, 'Passed; changed since. What passed is kept, and later steps use it.') : null,
      !state.kept && answer !== undefined ? h('p', { class: 'quiet since' }, 'Not kept: this browser stores nothing of this page.') : null,
      passed || verdict === undefined ? null : this.#checks(verdict, current, judging),
      this.#sides,
    );
    if (!held || (heldRun && !this.#acts.hidden)) return;
    const target = this.#acts.hidden ? '.verdict' : '.btn';
    this.#panel.querySelector<HTMLElement>(target)?.focus({ preventScroll: true });
  }

  #checks(verdict: NonNullable<StoredAnswer['verdict']>, current: boolean, judging: boolean): HTMLElement {
    const list = checkList(verdict);
    list.classList.toggle('old', !current || judging);
    return current ? list : h('div', {}, h('p', { class: 'quiet since' }, 'Of the code as it was at the last attempt:'), list);
  }
}
