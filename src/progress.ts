/* The page of progress, reviews, and what the map says of them, put together: facts of the units from the site, records from the
   store, the page's judge for reviews. A chunk that comes with the first of these pages. */

import type { GradusError } from './base/errors.ts';
import { reviewSeed, triesOfReview } from './course/mastery.ts';
import { reviewNotebook } from './course/review.ts';
import type { Opening } from './main.ts';
import type { Session } from './session/types.ts';
import { keepReview, readProgress } from './session/progress.ts';
import { exercisesOf, learnerOf } from './session/judging.ts';
import { shippedFacts } from './standing.ts';
import type { Store } from './store/types.ts';
import { h } from './view/dom.ts';
import { makeBar } from './view/frame.ts';
import { makeProgressPage } from './view/progress/ProgressPage.ts';
import { makeReview } from './view/progress/review.ts';
import { nameOf, when } from './view/progress/words.ts';
import { download } from './view/download.ts';

/** What these pages need of the others. */
export interface Host {
  readonly base: URL;
  readonly baseHref: string;
  openedStore(): Promise<Store>;
  replaceBody(title: string, ...content: Node[]): void;
  /** Renders a text in the place of the page and brings it alive. */
  showText(text: string, opening: Omit<Opening, 'compiled'>, band?: (HTMLElement | null)[]): Promise<Session>;
  plain(title: string, heading: string, sentence: string): Promise<void>;
  close(then?: () => void): void;
}

/** The reader's clock; a test turns it. */
const now = (): number => Date.now();

export async function showProgress({ base, baseHref, openedStore, replaceBody, close }: Host): Promise<void> {
  const [facts, store] = await Promise.all([shippedFacts(base), openedStore().catch((error: unknown) => error as GradusError)]);
  const { element, dispose } = makeProgressPage({ store, facts, base: baseHref, now, download });
  replaceBody('Progress', makeBar(baseHref, { title: 'Progress', commands: false, main: 'progress' }), element);
  close(dispose);
}

/** The review of unit `id`: its exercise once more, where one is due. */
export async function showReview(host: Host, id: string): Promise<void> {
  const { base, baseHref, openedStore, plain, showText } = host;
  const unit = (await shippedFacts(base)).find((facts) => facts.id === id);
  if (unit === undefined) return plain('No review', `No unit called ${id}`, 'It does not ship with this site.');
  const store = await openedStore();
  const { standings, records } = await readProgress(store, [unit]);
  const [standing] = standings;
  const review = standing?.review;
  if (standing === undefined || review === undefined || review.due > now()) {
    const sentence =
      review === undefined
        ? 'A review comes three days after its last exercise was passed.'
        : `The next one comes ${when(review.due, now())}: ${review.title}.`;
    return plain('No review is due', `No review of ${unit.title} is due`, sentence);
  }
  const [{ openDesk }, { openNotebook }] = await Promise.all([import('./judging.ts'), import('./document/front-lines.ts')]);
  const folder = `n/${encodeURIComponent(id)}/`;
  const response = await fetch(new URL(`${folder}notebook.md`, base)).catch(() => undefined);
  const { front } = await openNotebook(response?.ok === true ? await response.text() : '');
  const desk = openDesk(base, folder, front);
  const texts = await desk.unit();
  const language = exercisesOf(texts).find((one) => one.id === review.exercise)?.starters[0]?.language ?? 'ts';
  const made = reviewNotebook(texts.notebook, review.exercise, review.title);
  if (made === undefined)
    return plain('No review', `${review.title} is gone`, 'The unit has changed, and this exercise is no longer in it.');

  let handOn = (): void => undefined;
  const view = { name: `review-${id}`, saveCopy: async () => undefined, typed: (flush: () => void) => void (handOn = flush) };
  const session = await showText(made.text, { unsaved: true, view }, [
    h(
      'section',
      { class: 'banner', 'aria-label': 'Review' },
      h(
        'div',
        {},
        h('strong', {}, `Review of ${nameOf(standing)}.`),
        ' Write it again without looking. It is tried with other numbers than the first time.',
      ),
      h('a', { class: 'btn small', href: `${baseHref}#/progress` }, 'Later'),
    ),
  ]);
  const starter = made.cells.map((cell) => codeOf(session, cell)).join('\n\n');
  const learner = await learnerOf(store);
  const panel = makeReview({
    tries: triesOfReview,
    answer: async () => {
      handOn(); // what was typed a moment ago counts
      await session.editable();
      const code = made.cells.map((cell) => codeOf(session, cell)).join('\n\n');
      return code === starter ? undefined : code;
    },
    judge: (code, n) => desk.judge(texts, review.exercise, { code, language }, reviewSeed(learner, records.get(id)!, n)),
    ended: async (passed) => {
      if (!(await keepReview(store, unit, review.exercise, passed, now()))) return 'Another tab has kept an outcome of this review before.';
      const [after] = (await readProgress(store, [unit])).standings;
      return `The next review of this step comes ${when(after!.review!.due, now())}: ${after!.review!.title}.`;
    },
    exercise: `${baseHref}n/${encodeURIComponent(id)}/#cell-${encodeURIComponent(review.exercise)}`,
    progress: `${baseHref}#/progress`,
  });
  const main = document.querySelector('main');
  const cells = main?.querySelectorAll('[data-cell]');
  [...(cells ?? [])].at(-1)?.after(panel);
  main?.querySelector('.next')?.remove();
  void desk.warm().catch(() => undefined);
}

const codeOf = (session: Session, id: string): string => session.cell(id)?.code ?? '';
