/* The page of progress: what to do next, reviews, every step that was begun with its exercises and experiments, predictions, and what
   can be taken along. It is told the store, the facts of the units and the clock, so it can be drawn from anything. */

import './progress.css';
import { messageOf, type GradusError } from '../../base/errors.ts';
import { isDue, type UnitFacts, type UnitStanding } from '../../course/mastery.ts';
import { isReached, lineWords, nextSteps } from '../../course/progress.ts';
import { units } from '../../course/units.ts';
import { readProgress, type Progress } from '../../session/progress.ts';
import type { Store } from '../../store/types.ts';
import { makeVoice } from '../announce.ts';
import { button, fill, h, s } from '../dom.ts';
import { number, plural } from '../words.ts';
import { makeCalibration } from './calibration.ts';
import { makeTaking } from './taking.ts';
import { date, exerciseHref, nameOf, pointOf, reviewHref, since, stateWords, stepWords, tally, when } from './words.ts';

export interface ProgressPageOptions {
  /** Absent: the browser keeps nothing, for this reason. */
  readonly store: Store | GradusError;
  readonly facts: readonly UnitFacts[];
  /** The site's root. */
  readonly base: string;
  readonly now: () => number;
  readonly download: (content: string | Blob, name: string, type?: string) => void;
}

/** Steps of the plan that stand beside the one that comes first. */
const others = 2;

/** Makes the page; `dispose` ends it. */
export function makeProgressPage({ store, facts, base, now, download }: ProgressPageOptions): {
  readonly element: HTMLElement;
  readonly dispose: () => void;
} {
  const voice = makeVoice();
  const body = h('div');
  const element = h('main', { class: 'wide progress', id: 'main', tabindex: '-1' }, body);
  if (store instanceof Error) {
    fill(body, h('h1', {}, 'Progress'), h('p', { class: 'bad-text', role: 'alert' }, `${store.message} ${store.hint}`));
    return { element, dispose: voice.dispose };
  }
  const kept = store;
  const taking = makeTaking({ store: kept, now, download, voice });

  async function draw(): Promise<void> {
    const progress = await readProgress(kept, facts);
    taking.set(progress);
    const touched = progress.standings.filter(({ state }) => state !== 'untouched');
    const focused = document.activeElement?.getAttribute('data-key');
    fill(
      body,
      h('h1', {}, 'Progress'),
      ...(touched.length === 0 && progress.predictions.length === 0
        ? [emptiness(progress), part('along', 'Take it along', 'Files of progress are checked here too.', taking.element)]
        : whole(progress, touched)),
    );
    if (focused) body.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  function whole(progress: Progress, touched: readonly UnitStanding[]): Node[] {
    const reached = progress.standings.filter((one) => one.unit.number !== undefined && isReached(one)).length;
    const under = touched.filter(({ state }) => state === 'begun').length;
    const passed = touched.reduce((sum, { exercises }) => sum + exercises.filter((one) => one.passed !== undefined).length, 0);
    const lede = [
      `You have reached ${reached} of ${units.length} steps`,
      `${under === 0 ? 'none is' : under === 1 ? 'one is' : `${under} are`} under way`,
      `${plural(passed, 'exercise is', 'exercises are')} passed`,
    ];
    return [
      h('p', { class: 'lede' }, `${lede[0]}; ${lede[1]}. ${lede[2]!.replace(/^./, (letter) => letter.toUpperCase())}.`),
      plan(progress),
      ...reviews(progress),
      part(
        'steps',
        'Steps',
        'A step is reached when its exercises are passed, its experiments meet their lines, and one review three days later is passed.',
        ...[...touched].sort((a, b) => (a.unit.number ?? 999) - (b.unit.number ?? 999)).map(stepOf),
      ),
      ...(progress.predictions.length === 0
        ? []
        : [part('predictions', 'Predictions', 'What you said before the answer was shown.', makeCalibration(progress.predictions))]),
      part('along', 'Take it along', 'A record of all this, to keep or to show.', taking.element),
    ];
  }

  function plan(progress: Progress): HTMLElement {
    const steps = nextSteps(progress.standings, now()).slice(0, 1 + others);
    return h(
      'section',
      { class: 'now', 'aria-label': 'What to do next' },
      ...steps.map((step, i) => {
        const { title, about, verb, href, point } = stepWords(step, now());
        return h(
          'a',
          { class: 'go', href: base + href, 'data-key': `go ${href}` },
          h('span', { class: point }),
          h('span', {}, h('b', {}, title), h('span', { class: 'quiet' }, about)),
          h('span', { class: `btn${i === 0 ? ' solid' : ''}` }, verb),
        );
      }),
    );
  }

  function reviews({ standings }: Progress): HTMLElement[] {
    const asked = standings.filter(({ review }) => review !== undefined).sort((a, b) => a.review!.due - b.review!.due);
    if (asked.length === 0) return [];
    const due = asked.filter((one) => isDue(one, now())).length;
    return [
      part(
        'reviews',
        'Reviews',
        'One exercise of a step, written again from its start and tried with new numbers. They come after 3, 7, 16, 35 and 80 days; one that fails comes back the next day.',
        h('p', { class: 'sum' }, due === 0 ? 'None is due.' : `${plural(due, 'review is', 'reviews are')} due.`),
        h(
          'ul',
          { class: 'lines' },
          ...asked.map((one) => {
            const { exercise, title, due: at } = one.review!;
            const ready = at <= now();
            return h(
              'li',
              {},
              h('span', { class: ready ? 'pt due' : 'pt', 'aria-hidden': 'true' }),
              h('span', { class: 'what' }, h('b', {}, title), h('span', { class: 'quiet' }, ` ${nameOf(one)}`)),
              h(
                'span',
                { class: ready ? 'when due' : 'when', title: new Date(at).toLocaleString('en') },
                ready ? since(at, now()) : when(at, now()),
              ),
              ready
                ? h(
                    'a',
                    {
                      class: 'btn small',
                      href: base + reviewHref(one.unit.id),
                      'data-key': `review ${exercise}`,
                      'aria-label': `Review ${title}`,
                    },
                    'Review',
                  )
                : null,
            );
          }),
        ),
      ),
    ];
  }

  function stepOf(standing: UnitStanding): HTMLElement {
    const { unit, exercises, lines, state } = standing;
    const summary = h(
      'summary',
      { 'data-key': `step ${unit.id}` },
      h('span', { class: pointOf(standing, now()), 'aria-hidden': 'true' }),
      h('span', { class: 'what' }, nameOf(standing)),
      h('span', { class: `when ${state === 'mastered' ? 'good' : ''}` }, stateWords(standing, now())),
    );
    return h(
      'details',
      { class: 'step', open: state !== 'mastered' },
      summary,
      exercises.length === 0 ? null : exerciseTable(standing),
      ...lines.map(({ line, best, met }) =>
        h(
          'p',
          { class: 'line' },
          h('span', { class: met ? 'pt done' : 'pt', 'aria-hidden': 'true' }),
          h(
            'span',
            { class: 'what' },
            'Experiment ',
            h('code', {}, line.run),
            `: ${lineWords(line)}. `,
            best === undefined
              ? 'No finished run yet.'
              : h('span', {}, `Best run ${number(best.value)}`, met ? ', met.' : ', not met yet.', ' '),
            best === undefined
              ? null
              : h(
                  'a',
                  {
                    class: 'link',
                    href: `${base}#/runs`,
                    'data-key': `runs ${unit.id} ${line.metric}`,
                    'aria-label': `Runs of ${line.run}`,
                  },
                  'Runs',
                ),
          ),
        ),
      ),
      h(
        'p',
        { class: 'line' },
        h(
          'a',
          { class: 'link', href: `${base}n/${encodeURIComponent(unit.id)}/`, 'data-key': `open ${unit.id}` },
          `Open ${nameOf(standing)}`,
        ),
      ),
    );
  }

  function exerciseTable({ unit, exercises, review, ...standing }: UnitStanding): HTMLElement {
    const name = nameOf({ unit, exercises, ...standing });
    return h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `Exercises of ${name}`, 'data-key': `table ${unit.id}` },
      h(
        'table',
        { class: 'tbl' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, `Exercise, ${tally({ unit, exercises, ...standing })}`),
            h('th', { scope: 'col' }, 'Passed'),
            h('th', { scope: 'col', class: 'r' }, 'Attempts'),
            h('th', { scope: 'col', class: 'r' }, 'Hints'),
          ),
        ),
        h(
          'tbody',
          {},
          ...exercises.map(({ id, title, attempts, hints, passed }) => {
            const asked = review?.exercise === id && review.due <= now();
            return h(
              'tr',
              {},
              h(
                'th',
                { scope: 'row' },
                h('span', {
                  class: asked ? 'pt due' : passed === undefined ? (attempts > 0 ? 'pt half' : 'pt') : 'pt done',
                  'aria-hidden': 'true',
                }),
                ' ',
                h('a', { class: 'link', href: base + exerciseHref(unit.id, id), 'data-key': `ex ${unit.id} ${id}` }, title),
              ),
              h('td', {}, asked ? 'review due' : passed === undefined ? (attempts > 0 ? 'not yet' : '–') : date(passed, now())),
              h('td', { class: 'r' }, attempts === 0 ? '–' : attempts),
              h('td', { class: 'r' }, attempts === 0 && hints === 0 ? '–' : hints),
            );
          }),
        ),
      ),
    );
  }

  /** Nothing is there yet: the steps to come, a sentence, one button. */
  function emptiness({ standings }: Progress): HTMLElement {
    const [first] = nextSteps(standings, now());
    const step = first && stepWords(first, now());
    return h(
      'div',
      { class: 'nothing' },
      s(
        'svg',
        { viewBox: '0 0 240 84', width: '240', height: '84', 'aria-hidden': 'true' },
        ...[0, 1, 2].flatMap((i) => [
          s('path', { d: `M${10 + i * 72} ${70 - i * 26}H${82 + i * 72}`, stroke: 'var(--fig-ghost)', 'stroke-width': 1.5 }),
          ...[0, 1, 2, 3].map((k) =>
            s('circle', {
              cx: 10 + i * 72 + k * 18,
              cy: 70 - i * 26,
              r: 4.7,
              fill: 'var(--paper)',
              stroke: i + k === 0 ? 'var(--ink)' : 'var(--edge)',
              'stroke-width': 1.5,
            }),
          ),
        ]),
      ),
      h('p', { class: 'lede' }, 'Nothing is begun yet. What you pass, measure and predict stands here, with what to do next.'),
      step === undefined
        ? h('p', {}, h('a', { class: 'btn solid', href: base }, 'Course map'))
        : h('p', {}, h('a', { class: 'btn solid', href: base + step.href }, `Start ${step.title}`)),
    );
  }

  const failed = (error: unknown): void => {
    const { hint = '' } = error as Partial<GradusError>;
    fill(
      body,
      h('h1', {}, 'Progress'),
      h('p', { class: 'bad-text', role: 'alert' }, [messageOf(error), hint].filter(Boolean).join(' ')),
      button('Read again', () => void draw().catch(failed)),
    );
  };
  const look = (): void => {
    if (!document.hidden) void draw().catch(failed);
  };
  void draw().catch(failed);
  document.addEventListener('visibilitychange', look);
  return {
    element,
    dispose: () => {
      document.removeEventListener('visibilitychange', look);
      voice.dispose();
    },
  };
}

/** A part of the page: its name and what it is at the left, its content at the right. */
function part(id: string, title: string, sub: string, ...content: Node[]): HTMLElement {
  return h(
    'section',
    { class: 'topic', 'aria-labelledby': `part-${id}` },
    h('header', {}, h('h2', { id: `part-${id}` }, title), h('p', { class: 'sub' }, sub)),
    h('div', {}, ...content),
  );
}
