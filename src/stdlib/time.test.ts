import { expect, test, vi } from 'vitest';
import { fakeHost, type FakeEvaluation } from './fake-host.ts';
import { createTime } from './time.ts';

type Progress = (items: unknown, options?: { label?: string }) => Iterable<number> & { advance(n?: number): void; done(): void };

function cell(): { readonly progress: Progress; readonly evaluation: FakeEvaluation } {
  const host = fakeHost();
  const evaluation = host.evaluation();
  const { names } = createTime(host, () => {});
  return { progress: names['progress']!(evaluation) as Progress, evaluation };
}
const shown = ({ outputs }: FakeEvaluation): unknown[] =>
  outputs.map((output) => (output.kind === 'progress' ? [output.label, output.done, output.depth, output.finished] : output));

test('a loop inside a loop is its child, and each turn takes the place of the last one', () => {
  const { progress, evaluation } = cell();
  for (const _ of progress([1, 2, 3], { label: 'epochs' })) for (const __ of progress([1, 2], { label: 'batches' }));
  expect(shown(evaluation)).toEqual([
    ['epochs', 3, undefined, true],
    ['batches', 2, 1, true],
  ]);
});

test('two loops inside one stand apart, and loops behind each other are no children', () => {
  const { progress, evaluation } = cell();
  for (const _ of progress([1, 2], { label: 'epochs' })) {
    for (const __ of progress([1], { label: 'train' }));
    for (const __ of progress([1], { label: 'test' }));
  }
  for (const _ of progress([1], { label: 'after' }));
  expect(shown(evaluation)).toEqual([
    ['epochs', 2, undefined, true],
    ['train', 1, 1, true],
    ['test', 1, 1, true],
    ['after', 1, undefined, true],
  ]);
});

test('a total that is counted by hand and never done is nobody’s parent', () => {
  const { progress, evaluation } = cell();
  progress(10, { label: 'by hand' }).advance(3);
  for (const _ of progress([1], { label: 'loop' }));
  expect(shown(evaluation).map((entry) => (entry as unknown[])[2])).toEqual([undefined, undefined]);
});

test('a loop that is left early ends, and what follows is not its child', () => {
  const { progress, evaluation } = cell();
  for (const item of progress([1, 2, 3], { label: 'left' })) if (item === 1) break;
  for (const _ of progress([1], { label: 'next' }));
  expect(shown(evaluation)).toEqual([
    ['left', 0, undefined, true],
    ['next', 1, undefined, true],
  ]);
});

test('shows how far it came also where nothing more is heard of it', async () => {
  vi.useFakeTimers();
  const { progress, evaluation } = cell();
  (progress as unknown as (total: number) => { advance(n?: number): void })(3).advance(2);
  expect(evaluation.outputs).toMatchObject([{ done: 0 }]);
  await vi.advanceTimersByTimeAsync(200);
  vi.useRealTimers();
  expect(evaluation.outputs).toMatchObject([{ done: 2, total: 3, finished: false }]);
});

test.each([10, 300])('a loop that was paused while its step still took %s ms says that it is', async (ms) => {
  vi.useFakeTimers();
  const host = fakeHost();
  const evaluation = host.evaluation();
  const { names, control } = createTime(host, () => {});
  const loop = (names['steps']!(evaluation) as (n: number) => AsyncGenerator<number>)(5);
  const last = () => evaluation.outputs.at(-1);
  await loop.next();
  control!(evaluation.cell, 'pause');
  await vi.advanceTimersByTimeAsync(ms);
  void loop.next();
  await vi.advanceTimersByTimeAsync(500);
  expect(last()).toMatchObject({ done: 1, paused: true });
  control!(evaluation.cell, 'resume');
  expect(last()).toMatchObject({ done: 1, paused: false });
  vi.useRealTimers();
});
