import { describe, expect, test } from 'vitest';
import { isOf, withVerdict } from './answers.ts';

const verdict = { exercise: 'dot', pass: true, checks: [{ name: 'a', pass: true, message: '', ms: 1 }], ms: 1 };
const judged = { code: 'const two = 2\n\nconst dot = two', own: 'const dot = two', language: 'ts' };

describe('what is kept of an answer', () => {
  test('an answer that passes again is the one that is used, and the time of its first pass stays', () => {
    const once = withVerdict(undefined, judged, verdict, 10);
    const kept = { notebook: 'u', exercise: 'dot', ...once };
    const again = withVerdict(kept, { code: 'const dot = 3', language: 'ts' }, verdict, 99);
    expect(again.passed).toMatchObject({ time: 99, first: 10, code: 'const dot = 3', own: 'const dot = 3', attempts: 1 });
    const { first: _, ...older } = once.passed!;
    expect(withVerdict({ ...kept, passed: older }, judged, verdict, 99).passed).toMatchObject({ time: 99, first: 10 });
  });

  test('a verdict is of the very code that was judged: of no part of it, and of no other helper', () => {
    const { passed } = withVerdict(undefined, judged, verdict, 10);
    const now = (own: string, whole?: string) => isOf(passed, { own, whole });
    expect(now('const dot = two')).toBe(true);
    expect(now('const dot = two', judged.code)).toBe(true);
    expect([now(''), now('const dot'), now('const two = 2'), now('const dot = two', 'const two = 3\n\nconst dot = two')]).toEqual([
      ...[false, false, false, false],
    ]);
    expect([isOf(undefined, { own: '' }), isOf({ code: 'x' }, { own: 'x' }), isOf({ code: 'xy' }, { own: 'x' })]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
