import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore, type Store, type StoredPoints } from '../store/index.ts';
import type { Report } from '../engine/protocol.ts';
import { createRecorder, type Recorder, type RecorderOptions } from './recorder.ts';

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()));
afterEach(() => {
  vi.useRealTimers();
});

const recorder = (over: Partial<RecorderOptions> = {}): Recorder =>
  createRecorder({ notebook: () => ({ id: 'n', text: 'text' }), environment: () => ({ backend: 'wasm' }), now: () => 2000, ...over });
const start = (run: string, startedAt = 1000, name = 'mlp'): Report => ({
  kind: 'run-start',
  run,
  cell: 'c',
  name,
  params: { lr: 0.1 },
  seed: 14,
  startedAt,
});
const points = (run: string, values: number[], from = 0, name = 'loss'): Report => ({
  kind: 'run-points',
  run,
  metrics: { [name]: { steps: Float64Array.from(values, (_, i) => from + i), values: Float64Array.from(values) } },
});
const end = (run: string): Report => ({ kind: 'run-end', run, state: 'done', summary: { acc: 0.9 }, ms: 7 });
/** A store that counts chunks and can be full. */
const spied = async (): Promise<{ store: Store; chunks: StoredPoints[]; full: { now: boolean } }> => {
  const inner = await openStore();
  const chunks: StoredPoints[] = [];
  const full = { now: false };
  const store: Store = {
    ...inner,
    savePoints: async (p) => {
      if (full.now) throw new Error('full');
      chunks.push(p);
      await inner.savePoints(p);
    },
  };
  return { store, chunks, full };
};

test('runs of cells that are evaluated once more for their values are not recorded again', () => {
  const r = recorder();
  for (const report of [start('r'), points('r', [1]), end('r')]) r.report(report);
  r.repeat(['c']);
  for (const report of [start('again'), points('again', [1]), end('again')]) r.report(report);
  r.repeat([]);
  r.report(start('asked'));
  expect(r.runs().map(({ id }) => id)).toEqual(['r', 'asked']);
});

describe('statistics', () => {
  test('hold the count, first, last and least value of each metric', () => {
    const r = recorder();
    for (const report of [start('r'), points('r', [2.3, 0.1]), points('r', [0.5, NaN, 0.2], 2), points('r', [1], 4, 'acc'), end('r')])
      r.report(report);
    expect(r.runs()).toEqual([
      {
        id: 'r',
        name: 'mlp',
        params: { lr: 0.1 },
        summary: { acc: 0.9 },
        metrics: { loss: { steps: 5, first: 2.3, last: 0.2, min: 0.1 }, acc: { steps: 1, first: 1, last: 1, min: 1 } },
      },
    ]);
  });

  test('say NaN for the least of no numbers, and keep -Infinity', () => {
    const r = recorder();
    for (const report of [start('r'), points('r', [NaN]), points('r', [1, -Infinity], 0, 'x')]) r.report(report);
    expect(r.runs()[0]!.metrics).toEqual({
      loss: { steps: 1, first: NaN, last: NaN, min: NaN },
      x: { steps: 2, first: 1, last: -Infinity, min: -Infinity },
    });
  });

  test('ignore points of a run that never started', () => {
    const r = recorder();
    r.report(points('nobody', [1]));
    r.report(end('nobody'));
    expect(r.runs()).toEqual([]);
  });
});

describe('without a store', () => {
  test('entries come from memory, newest first, with whole curves', async () => {
    const r = recorder();
    for (const report of [start('a', 1), start('b', 2), start('x', 3, 'cnn'), points('a', [1, 2]), points('a', [3], 2), end('a')])
      r.report(report);
    const entries = await r.entries({ name: 'mlp' });
    expect(entries.map((e) => [e.id, e.state])).toEqual([
      ['b', 'running'],
      ['a', 'done'],
    ]);
    expect(entries[1]!.metrics).toEqual({ loss: { steps: Float64Array.of(0, 1, 2), values: Float64Array.of(1, 2, 3) } });
    expect((await r.entries()).map((e) => e.id)).toEqual(['x', 'b', 'a']);
  });

  test('a run that goes on when the session ends is interrupted', async () => {
    const r = recorder();
    for (const report of [start('a'), start('b'), end('b')]) r.report(report);
    await r.end();
    expect((await r.entries()).map((e) => [e.id, e.state]).sort()).toEqual([
      ['a', 'interrupted'],
      ['b', 'done'],
    ]);
  });

  test('what was recorded goes into a store that comes later', async () => {
    const r = recorder();
    for (const report of [start('a'), points('a', [1, 2]), end('a')]) r.report(report);
    const store = await openStore();
    await r.keep(store);
    expect((await store.runEntries())[0]).toMatchObject({ id: 'a', state: 'done', metrics: { loss: { values: Float64Array.of(1, 2) } } });
  });
});

describe('with a store', () => {
  test('the record says where, with what and how the run went', async () => {
    const store = await openStore();
    const r = recorder({ store });
    for (const report of [start('a'), end('a')]) r.report(report);
    await r.flush();
    const [run] = await store.runs();
    expect(run).toMatchObject({
      id: 'a',
      notebook: 'n',
      cell: 'c',
      name: 'mlp',
      params: { lr: 0.1 },
      summary: { acc: 0.9 },
      state: 'done',
      startedAt: 1000,
      ms: 7,
    });
    expect(run!.environment).toMatchObject({ backend: 'wasm', seed: 14 });
    expect(await store.runText(run!)).toBe('text');
  });

  test('points are gathered for a quarter of a second, and a thousand of them do not wait', async () => {
    const { store, chunks } = await spied();
    const r = recorder({ store });
    r.report(start('a'));
    await r.flush();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (let i = 0; i < 20; i++) r.report(points('a', [i], i));
    vi.advanceTimersByTime(249);
    expect(chunks).toHaveLength(0);
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    await vi.waitFor(() => expect(chunks).toHaveLength(1));
    expect(chunks[0]!.metrics['loss']!.values).toHaveLength(20);
    r.report(
      points(
        'a',
        Array.from({ length: 1000 }, (_, i) => i),
        20,
      ),
    );
    await vi.waitFor(() => expect(chunks).toHaveLength(2));
  });

  test('a run is found again after the tab is gone, as it was', async () => {
    const store = await openStore();
    const r = recorder({ store });
    for (const report of [start('a'), points('a', [1, 2, 3]), points('a', [9], 3, 'acc')]) r.report(report);
    await r.end();
    const later = recorder({ store: await openStore() });
    expect(await later.entries()).toEqual(await r.entries());
    expect((await later.entries())[0]!.state).toBe('interrupted');
  });

  test('a write that fails is told and made up for later', async () => {
    const { store, chunks, full } = await spied();
    const errors: unknown[] = [];
    const r = recorder({ store, onError: (error) => errors.push(error) });
    r.report(start('a'));
    await r.flush();
    r.report(points('a', [1, 2]));
    full.now = true;
    await r.flush();
    expect(errors).toHaveLength(1);
    r.report(points('a', [3], 2));
    full.now = false;
    await r.flush();
    expect(chunks.map((c) => [c.chunk, [...c.metrics['loss']!.values]])).toEqual([[0, [1, 2, 3]]]);
  });

  test('memory and store hold the same curves, however reports and writes fall together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 8 }), fc.constant('flush' as const)), {
          maxLength: 12,
        }),
        async (script) => {
          vi.stubGlobal('indexedDB', new IDBFactory());
          const store = await openStore();
          const r = recorder({ store });
          r.report(start('a'));
          let at = 0;
          const all: number[] = [];
          for (const step of script) {
            if (step === 'flush') {
              void r.flush();
              await new Promise((done) => setImmediate(done));
              continue;
            }
            r.report(points('a', step, at));
            at += step.length;
            all.push(...step);
          }
          await r.flush();
          const [stored] = await store.runEntries();
          expect([...(stored!.metrics['loss']?.values ?? [])]).toEqual(all);
          expect([...(stored!.metrics['loss']?.steps ?? [])]).toEqual(all.map((_, i) => i));
          store.close();
        },
      ),
      { seed: 3, numRuns: 40 },
    );
  });
});
