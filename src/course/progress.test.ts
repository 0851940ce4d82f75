import { describe, expect, test } from 'vitest';
import { dayMs, standingOf, type UnitFacts, type UnitRecords } from './mastery.ts';
import { calibrationOf, missingNeeds, nextSteps, recordOf, type Prediction } from './progress.ts';
import { canonical, printSigned, readSigned, type SignedRecord } from './signing.ts';

const facts = (number: number, exercises: readonly string[] = ['a', 'b']): UnitFacts => ({
  id: `u${number}`,
  title: `Unit ${number}`,
  number,
  exercises: exercises.map((id) => ({ id, title: id })),
  pass: [{ run: 'r', metric: 'acc', min: 0.9 }],
});
const none: UnitRecords = { answers: [], runs: [], reviews: [] };
const passed = (exercise: string, time: number): UnitRecords['answers'][number] => ({
  exercise,
  attempts: 2,
  hints: 1,
  passed: time,
  time,
});
const good = { id: 'x', name: 'r', state: 'done', time: 3, results: { acc: 0.93 } };

describe('what to do next', () => {
  test('in a unit that was begun: its next exercise, then its experiment', () => {
    const half = standingOf(facts(1), { ...none, answers: [passed('a', 1)] });
    expect(nextSteps([half], 0)).toMatchObject([{ kind: 'exercise', exercise: 'b', tried: false }]);
    const solved = standingOf(facts(1), { ...none, answers: [passed('a', 1), passed('b', 2)] });
    expect(nextSteps([solved], 0)[0]).toMatchObject({ kind: 'experiment', line: { run: 'r' } });
  });

  test('what was begun, then reviews that are due, then what is open; a step whose needs are not reached is not offered', () => {
    const begun = standingOf(facts(4), { ...none, answers: [passed('a', 1)] });
    const done = standingOf(facts(1), { answers: [passed('a', 1), passed('b', 2)], runs: [good], reviews: [] });
    const open = standingOf(facts(2), none); // needs 1
    const ahead = standingOf(facts(5), none); // needs 2 and 4
    const now = 2 + 3 * dayMs;
    expect(nextSteps([done, open, begun, ahead], now).map(({ kind, standing }) => `${kind} ${standing.unit.number}`)).toEqual([
      'exercise 4',
      'review 1',
      'start 2',
    ]);
    expect(nextSteps([done], now - 1).map(({ kind }) => kind)).toEqual(['wait']);
    expect(missingNeeds(5, [done, open, begun, ahead])).toEqual([2, 4]);
  });

  test('needs that have not shipped hold nothing back', () => {
    expect(nextSteps([standingOf(facts(14), none)], 0)).toMatchObject([{ kind: 'start' }]);
  });
});

test('calibration tells forms apart, and how sure from how often', () => {
  const one = (right: boolean, form: Prediction['form'], confidence?: number): Prediction => ({
    notebook: 'u',
    id: 'p',
    question: '?',
    right,
    form,
    time: 0,
    ...(confidence === undefined ? {} : { confidence }),
  });
  const seen = calibrationOf([one(true, 'choice', 0.9), one(false, 'choice', 0.9), one(true, 'number'), one(false, 'choice', 0.5)]);
  expect(seen).toMatchObject({ right: 2, total: 4 });
  expect(seen.forms).toEqual([
    { label: 'choices', right: 1, total: 3 },
    { label: 'numbers', right: 1, total: 1 },
  ]);
  expect(seen.bands.map(({ label, right, total }) => [label, right, total])).toEqual([
    ['a guess', 0, 1],
    ['sure', 1, 2],
  ]);
  expect(seen.gap).toBeCloseTo((0.9 + 0.9 + 0.5) / 3 - 1 / 3);
  expect(calibrationOf([])).toEqual({ label: 'all', right: 0, total: 0, forms: [], bands: [] });
});

describe('a signed file', () => {
  const record = recordOf([standingOf(facts(1), { ...none, answers: [passed('a', 1)] })], [], 86_400_000);
  const signed: SignedRecord = {
    algorithm: 'ECDSA-P256-SHA256',
    key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
    record: record as unknown as SignedRecord['record'],
    signature: 's',
  };
  const file = printSigned(signed);

  test('says what it shows and what it does not', () => {
    expect(record).toMatchObject({ made: '1970-01-02T00:00:00.000Z', says: expect.stringContaining('does not show who') });
    expect(record.units).toHaveLength(1);
  });

  test('is read back as it was, however it was laid out', () => {
    expect(readSigned(file)).toEqual(signed);
    expect(readSigned(JSON.stringify(JSON.parse(file)))).toEqual(signed);
    expect(canonical({ b: [1, undefined], a: 'x' })).toBe('{"a":"x","b":[1,null]}');
  });

  test('is told apart from other files, torn ones and later ones', () => {
    expect(readSigned(printSigned(signed).replace(/"version": 1,/, '"version": 1, "share": 1e999,'))).toBe('changed');
    expect(readSigned(printSigned(signed).replace(/"version": 1,/, '"version": 1, "share": [null],'))).not.toBe('changed');
    expect(readSigned('hello')).toBe('foreign');
    expect(readSigned('{"a": 1}')).toBe('foreign');
    expect(readSigned('null')).toBe('foreign');
    expect(readSigned(file.slice(0, -40))).toBe('changed');
    expect(readSigned(file.replace('"version": 1', '"version": 2'))).toBe('newer');
  });

  test('with another member, a name that stands twice or a misshapen key it has been changed', () => {
    expect(readSigned(file.replace('"algorithm"', '"teacher": "yes",\n  "algorithm"'))).toBe('changed');
    expect(readSigned(file.replace('"attempts": 2', '"attempts": 1, "attempts": 2'))).toBe('changed');
    expect(readSigned(file.replace('"crv": "P-256"', '"crv": "P-384"'))).toBe('changed');
  });
});
