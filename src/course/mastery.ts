/* When a unit is mastered: every exercise is passed, every pass line is met by a finished run, and one delayed review is passed. A
   review is an exercise written again from its starter, judged with a new seed; the first is due three days after the last exercise
   was passed, then they are spaced. Pure: what the store holds comes in as facts, the time as a number; progress.ts words it.

     untouched ─first answer, run or own copy─> begun ─exercises and pass lines─> review ─one delayed review─> mastered
                                                                                     (a review that falls due later takes nothing away) */

import type { PassLine } from '../document/types.ts';

/** What of a unit its mastery hangs on; the build writes it for every notebook that ships with exercises or pass lines. */
export interface UnitFacts {
  readonly id: string;
  readonly title: string;
  /** Of a step of the course. */
  readonly number?: number;
  readonly minutes?: number;
  readonly exercises: readonly { readonly id: string; readonly title: string }[];
  readonly pass: readonly PassLine[];
}

export interface AnswerFacts {
  readonly exercise: string;
  readonly attempts: number;
  /** How many hints were shown, at most 3. */
  readonly hints: number;
  /** When it was first passed, ms since epoch. */
  readonly passed?: number;
  readonly time: number;
}

export interface RunFacts {
  readonly id: string;
  readonly name: string;
  /** Only a run that is `done` meets a line. */
  readonly state: string;
  readonly time: number;
  /** Results by name: its summary's, else the last of its curve. */
  readonly results: Readonly<Record<string, number>>;
}

/** How the reviews of one exercise went; the latest of a unit says when its next one is due. */
export interface ReviewFacts {
  readonly item: string;
  readonly due: number;
  /** Days from `last` to `due`. */
  readonly interval: number;
  readonly rung: number;
  readonly last: number;
  readonly passed: boolean;
  readonly passes: number;
  readonly fails: number;
}

/** What the store holds of one notebook. */
export interface UnitRecords {
  readonly answers: readonly AnswerFacts[];
  readonly runs: readonly RunFacts[];
  readonly reviews: readonly ReviewFacts[];
  /** When one's own copy was changed last; absent: there is none. */
  readonly changed?: number;
}

export type UnitState = 'untouched' | 'begun' | 'review' | 'mastered';

export interface ExerciseStanding {
  readonly id: string;
  readonly title: string;
  readonly attempts: number;
  readonly hints: number;
  readonly passed?: number;
}

export interface LineStanding {
  readonly line: PassLine;
  /** The best finished run, by the line's own measure. */
  readonly best?: { readonly run: string; readonly value: number };
  readonly met: boolean;
}

/** The one review that a unit asks for next. */
export interface NextReview {
  readonly exercise: string;
  readonly title: string;
  readonly due: number;
  /** Days since the review, or the last pass, before it. */
  readonly interval: number;
}

export interface UnitStanding {
  readonly unit: UnitFacts;
  readonly state: UnitState;
  readonly exercises: readonly ExerciseStanding[];
  readonly lines: readonly LineStanding[];
  readonly review?: NextReview;
  /** Reviews passed when they were due. */
  readonly reviewed: number;
  /** When the reader last did something in it. */
  readonly touched?: number;
}

/** Days from one review to the next, by how many were passed in a row. */
export const ladder: readonly number[] = [3, 7, 16, 35, 80];
/** Days until a review that failed comes back. */
export const backAfter = 1;
export const dayMs = 86_400_000;

/** Where a unit stands. */
export function standingOf(unit: UnitFacts, records: UnitRecords): UnitStanding {
  const exercises = unit.exercises.map(({ id, title }): ExerciseStanding => {
    const answer = records.answers.find(({ exercise }) => exercise === id);
    return {
      id,
      title,
      attempts: answer?.attempts ?? 0,
      hints: answer?.hints ?? 0,
      ...(answer?.passed === undefined ? {} : { passed: answer.passed }),
    };
  });
  const lines = unit.pass.map((line) => lineOf(line, records.runs));
  const known = reviewsOf(unit, records);
  const reviewed = known.reduce((sum, { passes }) => sum + passes, 0);
  const review = nextReview(exercises, known);
  const solved = exercises.every(({ passed }) => passed !== undefined);
  const ready = solved && lines.every(({ met }) => met) && exercises.length + lines.length > 0;
  const times = [
    ...records.answers.map(({ time }) => time),
    ...records.runs.map(({ time }) => time),
    ...known.map(({ last }) => last),
    ...(records.changed === undefined ? [] : [records.changed]),
  ];
  return {
    unit,
    state: ready ? (exercises.length === 0 || reviewed > 0 ? 'mastered' : 'review') : times.length > 0 ? 'begun' : 'untouched',
    exercises,
    lines,
    reviewed,
    ...(review === undefined ? {} : { review }),
    ...(times.length === 0 ? {} : { touched: Math.max(...times) }),
  };
}

/** Whether `value` is on the right side of the line. */
export const meets = ({ min, max }: PassLine, value: number): boolean =>
  (min === undefined || value >= min) && (max === undefined || value <= max);

function lineOf(line: PassLine, runs: readonly RunFacts[]): LineStanding {
  const values = runs
    .filter(({ name, state }) => name === line.run && state === 'done')
    .flatMap(({ id, results }) => {
      const value = results[line.metric];
      return value === undefined || Number.isNaN(value) ? [] : [{ run: id, value }];
    })
    .sort((a, b) => (line.max === undefined ? b.value - a.value : a.value - b.value));
  const best = values.find(({ value }) => meets(line, value)) ?? values[0];
  return { line, ...(best === undefined ? {} : { best }), met: best !== undefined && meets(line, best.value) };
}

/** The review that a unit asks for next: none before every exercise is passed. One that failed comes back; else the exercise whose
    turn it is: reviewed least, then the one that took the most attempts and hints. */
function nextReview(exercises: readonly ExerciseStanding[], reviews: readonly ReviewFacts[]): NextReview | undefined {
  if (exercises.length === 0 || exercises.some(({ passed }) => passed === undefined)) return undefined;
  const latest = latestOf(reviews);
  const asked = (id: string): number => reviews.find(({ item }) => item === id)?.passes ?? 0;
  const again = latest?.passed === false ? exercises.find(({ id }) => id === latest.item) : undefined;
  const others = exercises.filter(({ id }) => exercises.length === 1 || id !== latest?.item);
  const [turn] = [...others].sort((a, b) => asked(a.id) - asked(b.id) || b.attempts + b.hints - a.attempts - a.hints);
  const { id, title } = again ?? turn!;
  const solved = Math.max(...exercises.map(({ passed }) => passed!));
  return {
    exercise: id,
    title,
    due: latest?.due ?? solved + ladder[0]! * dayMs,
    interval: latest?.interval ?? ladder[0]!,
  };
}

/** What is kept after a review of `exercise` that was `passed` or not. `undefined`: it was not due, and nothing changes. Passed, the
    next one comes a rung higher; failed, the next day, and from there a rung lower than before. */
export function reviewed(
  standing: UnitStanding,
  records: UnitRecords,
  exercise: string,
  passed: boolean,
  now: number,
): ReviewFacts | undefined {
  const { review } = standing;
  if (review === undefined || review.exercise !== exercise || now < review.due) return undefined;
  const known = reviewsOf(standing.unit, records);
  const latest = latestOf(known);
  const before = known.find(({ item }) => item === exercise);
  const at = latest?.rung ?? 0;
  const rung = passed ? Math.min(at + 1, ladder.length - 1) : Math.max(at - 2, -1);
  const interval = passed ? ladder[rung]! : backAfter;
  return {
    item: exercise,
    rung,
    interval,
    due: now + interval * dayMs,
    last: now,
    passed,
    passes: (before?.passes ?? 0) + (passed ? 1 : 0),
    fails: (before?.fails ?? 0) + (passed ? 0 : 1),
  };
}

/** Whether the unit asks for a review now. */
export const isDue = ({ review }: UnitStanding, now: number): boolean => review !== undefined && review.due <= now;

/** How many times a reader may try before a review counts as failed. */
export const triesOfReview = 3;

/** The seed of a try: another one than when the exercise was passed, and at each try. `learner`: the reader's own number. */
export function reviewSeed(learner: number, { reviews }: UnitRecords, tries: number): number {
  const before = reviews.reduce((sum, { passes, fails }) => sum + passes + fails, 0);
  return (Math.imul((learner ^ 0x9e3779b9) + before * triesOfReview + tries + 1, 0x85ebca6b) ^ 0xc2b2ae35) >>> 0;
}

/** Reviews of exercises that the unit still has. */
const reviewsOf = (unit: UnitFacts, { reviews }: UnitRecords): readonly ReviewFacts[] =>
  reviews.filter(({ item }) => unit.exercises.some(({ id }) => id === item));

const latestOf = (reviews: readonly ReviewFacts[]): ReviewFacts | undefined =>
  [...reviews].sort((a, b) => b.last - a.last || (a.item < b.item ? -1 : 1))[0];
