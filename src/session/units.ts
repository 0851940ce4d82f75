/* Answers `gradus:unit/NN`: finds the unit, its file in the site, and the learner's passed answers, which are analysed as cells are.
   Loaded with the first import of a unit. */

import { contentHash } from '../base/hash.ts';
import type { Analysis } from '../analysis/types.ts';
import { units } from '../course/units.ts';
import type { UnitAnswer, UnitCell, UnitFile, UnitText } from '../engine/unit.ts';
import type { StoredAnswer } from '../store/types.ts';
import type { SessionOptions } from './types.ts';

export interface UnitsOptions extends Pick<SessionOptions, 'analyser'> {
  /** `n/ID/unit.json`; undefined where the site has none. */
  readonly file: (id: string) => Promise<UnitText | undefined>;
  /** What the learner answered in that unit; none where nothing is stored. */
  readonly answers: (id: string) => Promise<readonly Pick<StoredAnswer, 'exercise' | 'language' | 'passed'>[]>;
}

/** The unit of these two digits. Rejects with what there is where there is none. */
export async function unitOf(number: string, { file, answers, analyser }: UnitsOptions): Promise<UnitAnswer> {
  const unit = units.find((one) => one.number <= 80 && String(one.number).padStart(2, '0') === number);
  if (!unit) throw new Error(`gradus:unit/${number}: there is no such unit. The course has gradus:unit/01 to gradus:unit/80.`);
  const found = await file(unit.id);
  if (!found)
    throw new Error(
      `gradus:unit/${number}: “${unit.title}” exports nothing yet. Define what you need of it in a cell of your own until it does.`,
    );
  const { text, fresh = false } = found;
  const known = JSON.parse(text) as UnitFile;
  const wanted = new Set(known.cells.flatMap(({ exercise }) => exercise ?? []));
  const stored = fresh ? [] : await answers(unit.id).catch(() => []);
  const passed = stored.filter(({ exercise, passed: code }) => code && wanted.has(exercise));
  const analyse = passed.length > 0 ? (await analyser()).analyse : undefined;
  const yours = passed.map(({ exercise, language, passed: answer }) => {
    const analysis = analyse!(answer!.code, { language });
    const { error } = analysis;
    const cell = unitCell(`your ${exercise}`, analysis, exercise);
    return [exercise, cell ?? { problem: error ? `line ${error.line}: ${error.message}` : 'it defines nothing' }] as const;
  });
  const key = contentHash([text, ...passed.map((answer) => `${answer.exercise}\n${answer.passed!.code}`)].join('\n\n'));
  return { ...known, key, yours: Object.fromEntries(yours) };
}

/** A cell as it is imported; undefined where it defines nothing that others could use. */
export function unitCell(id: string, { defines, imports, reads, shifts, code, error }: Analysis, exercise?: string): UnitCell | undefined {
  const names = defines.filter(({ name, kind }) => kind === 'value' && !name.startsWith('_')).map(({ name }) => name);
  if (error || names.length === 0) return undefined;
  return { id, defines: names, imports, reads, shifts, code, ...(exercise === undefined ? {} : { exercise }) };
}
