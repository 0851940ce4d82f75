/* The exercises of a page: finds them, judges answers on demand, keeps what became of them, and offers what a learner can do as
   commands. One lazy chunk for notebooks that have some; the judge itself comes with the first exercise that is entered. */

import './exercises.css';
import { messageOf } from '../../base/errors.ts';
import { answerIn, answersText } from '../../course/judging.ts';
import { exercisesOf, type Exercise } from '../../course/exercises.ts';
import { attemptsToReference } from '../../course/verdict.ts';
import { isOf, learnerOf, seedOf, withHint, withReference, withVerdict } from '../../session/answers.ts';
import type { Desk, UnitTexts } from '../../session/judging.ts';
import type { CellStatus } from '../../session/types.ts';
import type { Store, StoredAnswer, StoredReview } from '../../store/types.ts';
import type { CommandId } from '../commands/table.ts';
import type { Feature } from '../context.ts';
import { download } from '../download.ts';
import { crashedAt, judgingHere } from './crash.ts';
import { offerReview } from './due.ts';
import { ExerciseView, type ExerciseState } from './exercise.ts';
import { placesIn } from './layout.ts';
import { drawRail } from './rail.ts';
import { spoken } from './words.ts';

/** So long the verdict waits to be said for the cells that follow it. */
const saidMs = 1000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Change = Parameters<Store['saveAnswer']>[2];

export const exercises: Feature = (context) => {
  const { root, session, options, voice, commands, act, flushEdits, selection } = context;
  const offered = options.exercises;
  if (!offered) {
    for (const acts of root.querySelectorAll('.acts')) acts.remove(); // no checks ship with it
    return commands.implement('run-checks', (cell) => commands.run('run-cell', cell));
  }
  const notebook = session.notebook.front?.id ?? '';
  const views = new Map<string, ExerciseView>();
  const answers = new Map<string, StoredAnswer>();
  const troubles = new Map<string, string>();
  const judging = new Set<string>();
  let gone = false;

  // ---- what ships, and who judges
  let desk: Promise<Desk> | undefined;
  const deskNow = (): Promise<Desk> =>
    (desk ??= offered.desk().catch((error: unknown) => {
      desk = undefined;
      throw error;
    }));
  let unit: { readonly texts: UnitTexts; readonly ids: ReadonlySet<string>; readonly exercises: ReadonlyMap<string, Exercise> } | undefined;
  const unitNow = async (): Promise<NonNullable<typeof unit>> => {
    const open = await deskNow();
    const texts = await open.unit();
    if (unit?.texts !== texts) {
      unit = { texts, ids: await open.idsOf(texts), exercises: new Map(exercisesOf(texts).map((exercise) => [exercise.id, exercise])) };
      if (!gone) drawAll();
    }
    return unit;
  };
  let warmed = false;
  /** The reader turns to an exercise: what judges it is made ready. */
  const warm = (): void => {
    if (warmed) return;
    warmed = true;
    Promise.all([deskNow().then((open) => open.warm()), unitNow()]).catch(() => {
      warmed = false; // said when the checks are run
    });
  };

  // ---- what is kept
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('gradus:answers') : undefined;
  let store: Store | undefined;
  /** A fresh browser opens it late. */
  const opened = async (): Promise<Store | undefined> => (store = await offered.store?.catch(() => undefined));
  let reviews: readonly StoredReview[] = [];
  const reload = async (): Promise<void> => {
    await opened();
    reviews = ((await store?.mastery().catch(() => [])) ?? []).filter(
      (record): record is StoredReview => record.kind === 'review' && record.notebook === notebook,
    );
    for (const answer of (await store?.answers(notebook).catch(() => [])) ?? []) answers.set(answer.exercise, answer);
    if (!gone) drawAll();
  };
  const keep = async (exercise: string, change: Change): Promise<void> => {
    try {
      const store = await opened();
      const saved = store ? await store.saveAnswer(notebook, exercise, change) : { ...change(answers.get(exercise)), notebook, exercise };
      answers.set(exercise, saved);
      channel?.postMessage({ notebook });
    } catch (error) {
      answers.set(exercise, { ...change(answers.get(exercise)), notebook, exercise });
      voice.toast(`This attempt was not kept. ${messageOf(error)}`, undefined, 'stays');
    }
    if (!gone) drawAll();
  };
  channel?.addEventListener('message', ({ data }: MessageEvent<{ notebook?: string }>) => {
    if (data.notebook === notebook) void reload();
  });

  // ---- the learner's cells
  const cellsOf = (exercise: string): CellStatus[] =>
    session.ids.flatMap((id) => {
      const cell = session.cell(id);
      return cell?.exercise === exercise ? [cell] : [];
    });
  const codeOf = (exercise: string): string =>
    cellsOf(exercise)
      .map(({ code }) => code)
      .join('\n\n');
  const all = (): CellStatus[] => session.ids.flatMap((id) => session.cell(id) ?? []);
  const untouched = (exercise: string): boolean | undefined => {
    const ships = unit?.exercises.get(exercise);
    return ships && ships.starters.map(({ code }) => code).join('\n\n') === codeOf(exercise);
  };

  // ---- judging
  async function check(exercise: string): Promise<void> {
    if (judging.has(exercise)) return;
    flushEdits();
    void session.flush().catch(() => undefined);
    judging.add(exercise);
    troubles.delete(exercise);
    drawAll();
    const done = judgingHere(notebook, exercise);
    try {
      const [{ texts, ids, exercises: known }, open] = await Promise.all([unitNow(), deskNow()]);
      if (!known.has(exercise))
        throw new Error(`The unit has changed since your copy was made: it has no exercise ${exercise} any more. Your code stays.`);
      await session.editable(); // what was typed a moment ago counts
      const answer = answerIn(all(), exercise, ids);
      if (!answer) return;
      const own = codeOf(exercise);
      const learner = await learnerOf(await opened());
      const verdict = await open.judge(texts, exercise, answer, seedOf(learner, exercise));
      await keep(exercise, (before) => withVerdict(before, { ...answer, own }, verdict, Date.now()));
      // The cell itself follows, so that the rest of the page uses what was written; not one that does not end.
      const hangs = verdict.trouble === 'time' || verdict.checks.some(({ message }) => /It took longer than/.test(message));
      const last = cellsOf(exercise).at(-1);
      if (!hangs && last && options.locked === undefined) act(() => session.runCell(last.id), new Set([last.id]));
      // The verdict is said last, or what is said of the cells that follow would take its place.
      void Promise.race([session.settled(), pause(saidMs)])
        .then(() => pause(50))
        .then(() => (verdict.trouble === undefined ? voice.say(spoken(verdict)) : voice.alert(spoken(verdict))));
    } catch (error) {
      troubles.set(exercise, messageOf(error));
    } finally {
      done();
      judging.delete(exercise);
      if (!gone) drawAll();
    }
  }

  async function hint(exercise: string): Promise<void> {
    const shown = answers.get(exercise)?.hints ?? 0;
    const most = views.get(exercise)?.place.hints.length ?? 0;
    if (shown >= most) return;
    const language = cellsOf(exercise)[0]?.language ?? 'ts';
    await keep(exercise, (before) => withHint(before, language, shown + 1, Date.now()));
  }

  async function reset(exercise: string): Promise<void> {
    flushEdits();
    const { exercises: known } = await unitNow();
    const starters = known.get(exercise)?.starters ?? [];
    const before = cellsOf(exercise).map(({ id, code }) => ({ id, code }));
    const write = (codes: readonly { readonly id: string; readonly code: string }[]): void =>
      act(() => codes.forEach(({ id, code }) => session.edit(id, code)));
    if (before.length === 0 || starters.length === 0) return;
    await session.editable();
    write(before.map(({ id }, i) => ({ id, code: starters[i]?.code ?? '' })));
    const keys = new Map(session.blocks.map(({ key, id }) => [id, key]));
    drawAll();
    const starter = codeOf(exercise);
    voice.toast('Back to the starter.', () => {
      flushEdits();
      if (codeOf(exercise) !== starter) return voice.toast('Something was written since. Undo goes back step by step.');
      const ids = new Map(session.blocks.map(({ key, id }) => [key, id]));
      write(before.flatMap(({ id, code }) => ({ id: ids.get(keys.get(id) ?? -1) ?? id, code })));
      drawAll();
    });
  }

  const reference = async (exercise: string): Promise<readonly { title: string; code: string; language: string }[]> => {
    const { exercises: known } = await unitNow();
    const shown = known.get(exercise)?.references ?? [];
    const language = shown[0]?.language ?? 'ts';
    await keep(exercise, (before) => withReference(before, language, Date.now()));
    return [
      { title: 'Yours', code: codeOf(exercise), language },
      { title: 'The reference', code: shown.map(({ code }) => code).join('\n\n'), language },
    ];
  };

  async function exportAnswers(): Promise<void> {
    flushEdits();
    const { ids, exercises: known } = await unitNow();
    const written = [...known.keys()].flatMap((exercise) => {
      const answer = answerIn(all(), exercise, ids);
      return answer && untouched(exercise) === false ? [{ exercise, ...answer }] : [];
    });
    if (written.length === 0) return voice.toast('There is no answer to export yet: every exercise is still its starter.');
    const { title = '' } = session.notebook.front ?? {};
    download(answersText(title || notebook, notebook, written), `${options.name}-answers.md`);
    voice.say(`Exported ${written.length === 1 ? 'one answer' : `${written.length} answers`}.`);
  }

  // ---- drawing
  const unlocks = (exercise: string): string => {
    const cells = unit?.exercises.get(exercise)?.references ?? [];
    const names = cells.flatMap(({ code }) =>
      [...code.matchAll(/^export\s+(?:async\s+)?(?:const|let|function\*?|class)\s+(\w+)/gm)].map(([, name]) => name!),
    );
    const words = names.length > 0 ? [`Later steps run on your ${names.join(', ')}.`] : [];
    const left = [...views.keys()].filter((id) => !answers.get(id)?.passed).length;
    return [...words, ...(left === 0 && views.size > 1 ? ['That was the last exercise of this step.'] : [])].join(' ');
  };
  const stateOf = (exercise: string): ExerciseState => {
    const order = [...views.keys()];
    const at = order.indexOf(exercise);
    const nextId = [...order.slice(at + 1), ...order.slice(0, at)].find((id) => !answers.get(id)?.passed);
    const next = nextId === undefined ? undefined : views.get(nextId);
    const answer = answers.get(exercise);
    const now = { own: codeOf(exercise), whole: answer?.verdict && unit ? answerIn(all(), exercise, unit.ids)?.code : undefined };
    return {
      answer,
      current: isOf(answer?.verdict, now),
      changed: answer?.passed !== undefined && !isOf(answer.passed, now),
      judging: judging.has(exercise),
      trouble: troubles.get(exercise),
      untouched: untouched(exercise),
      kept: store !== undefined,
      unlocks: unlocks(exercise),
      next: next && { title: next.title, go: () => next.enter() },
    };
  };
  function place(): void {
    const places = placesIn(root);
    for (const [id, view] of views)
      if (!places.some((one) => one.id === id)) {
        view.dispose();
        views.delete(id);
      }
    const order = new Map(places.map((one) => [one.id, one]));
    for (const [id, one] of order) {
      const view = views.get(id);
      if (view) view.move(one);
      else
        views.set(
          id,
          new ExerciseView(one, {
            check: () => void check(id),
            reset: () => void reset(id).catch(failed),
            hint: () => void hint(id),
            reference: () => reference(id),
            tokensOf: async (code, language) => (await deskNow()).tokensOf(code, language),
            failed,
          }),
        );
    }
    const sorted = [...order.keys()].map((id) => [id, views.get(id)!] as const);
    views.clear();
    for (const [id, view] of sorted) views.set(id, view);
  }
  const failed = (error: unknown): void => voice.toast(messageOf(error), undefined, 'stays');
  function drawAll(): void {
    for (const [id, view] of views) view.draw(stateOf(id));
    const asking = [...views.values()].find(({ place: { id } }) => !answers.get(id)?.passed);
    for (const view of views.values()) view.asks(view === asking);
    offerReview({ unit: notebook, base: options.site?.base ?? './', views, answers, reviews });
    drawRail([...views.values()].map(({ place: { id, section } }) => ({ section, answer: answers.get(id) })));
  }
  /** Cells came, went or moved: behind those who draw them. */
  let due = false;
  const later = (structure: boolean): void => {
    if (due) return;
    due = true;
    queueMicrotask(() =>
      requestAnimationFrame(() => {
        due = false;
        if (gone) return;
        if (structure) place();
        drawAll();
      }),
    );
  };

  // ---- when
  place();
  void reload().then(() => {
    if (gone) return;
    // What is passed is a row, a page of exercises opens with the first that is not; what an address or the focus is at stays open.
    const open = [...views.values()].find(({ place: { id } }) => !answers.get(id)?.passed);
    const target = document.getElementById(location.hash.slice(1));
    for (const view of views.values()) {
      const { id, section, insides, heading } = view.place;
      const listed = /^(\d+\s*)?exercises?$/i.test(section?.textContent.trim() ?? '');
      const wanted =
        insides.some((one) => one.contains(document.activeElement) || (target !== null && one.contains(target))) || heading === target;
      if (!wanted && (answers.get(id)?.passed || (listed && view !== open))) view.close(true);
    }
    const crashed = crashedAt(notebook);
    if (crashed !== undefined && views.has(crashed)) {
      troubles.set(
        crashed,
        'The last checks ended this page, most likely for lack of memory. Look for something that grows without end. Your text is as you left it.',
      );
      const language = cellsOf(crashed)[0]?.language ?? 'ts';
      void keep(crashed, (before) => ({
        ...(before ?? withHint(undefined, language, 0, 0)),
        attempts: (before?.attempts ?? 0) + 1,
        updatedAt: Date.now(),
      }));
    }
    drawAll();
  });
  const unsubscribe = session.subscribe((change) => {
    if (change.structure || change.renamed) later(true);
    else if (change.cells && [...change.cells].some((id) => session.cell(id)?.exercise !== undefined)) later(false);
  });
  const onDrawn = (): void => later(true);
  root.addEventListener('drawn', onDrawn);
  const viewAt = (target: EventTarget | null): ExerciseView | undefined =>
    target instanceof Node
      ? [...views.values()].find(({ place: { insides, row, heading } }) => [...insides, row, heading].some((one) => one?.contains(target)))
      : undefined;
  const onReveal = ({ target }: Event): void => viewAt(target)?.close(false);
  root.addEventListener('reveal', onReveal);
  const near = ({ target }: Event): void => {
    if (viewAt(target)) warm();
  };
  root.addEventListener('pointerover', near, { passive: true });
  root.addEventListener('focusin', near);
  const rail = document.querySelector('#outline .toc');
  const railWatch = new MutationObserver(() => drawAll());
  if (rail) railWatch.observe(rail, { childList: true });

  // ---- commands
  const here = (cell: string | undefined): string | undefined =>
    session.cell(cell ?? selection.head ?? '')?.exercise ?? viewAt(document.activeElement)?.place.id;
  const none = (cell?: string): string | undefined => (here(cell) === undefined ? 'This is no exercise. Go to one first.' : undefined);
  const implement = (
    id: CommandId,
    work: (exercise: string) => void,
    reason: (exercise: string) => string | undefined = () => undefined,
  ): (() => void) =>
    commands.implement(
      id,
      (cell) => work(here(cell)!),
      (cell) => none(cell) ?? reason(here(cell)!),
    );
  const takeBack = [
    implement('run-checks', (id) => {
      views.get(id)?.close(false);
      void check(id);
    }),
    implement(
      'show-hint',
      (id) => {
        views.get(id)?.close(false);
        void hint(id);
      },
      (id) => ((answers.get(id)?.hints ?? 0) < (views.get(id)?.place.hints.length ?? 0) ? undefined : 'All hints are shown.'),
    ),
    implement(
      'compare-reference',
      (id) => views.get(id)?.compare(),
      (id) =>
        answers.get(id)?.passed || (answers.get(id)?.attempts ?? 0) >= attemptsToReference
          ? undefined
          : `The reference opens when you pass, or after ${attemptsToReference} attempts.`,
    ),
    implement('reset-answer', (id) => void reset(id).catch(failed)),
    commands.implement('export-answers', () => void exportAnswers().catch(failed)),
  ];
  drawAll();

  return () => {
    gone = true;
    unsubscribe();
    channel?.close();
    railWatch.disconnect();
    root.removeEventListener('drawn', onDrawn);
    root.removeEventListener('reveal', onReveal);
    root.removeEventListener('pointerover', near);
    root.removeEventListener('focusin', near);
    takeBack.forEach((take) => take());
    for (const view of views.values()) view.dispose();
    void desk?.then(
      (open) => open.dispose(),
      () => undefined,
    );
  };
};
