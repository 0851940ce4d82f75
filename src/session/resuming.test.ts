import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore, type Store } from '../store/index.ts';
import { openSession } from './test-session.ts';
import type { Session } from './types.ts';

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()));

/** A training by hand: `w` follows the generator, and ends with an error at step `until` where one is given. */
const text = (until = Infinity, params = '{ lr: 1 }', options = '{ resume: true }', size = 2): string => `---
gradus: 1
id: n
title: N
seed: 3
---

\`\`\`ts {id=train run=manual}
const state = { w: new Float64Array(${size}), r: random(7), sum: 0 }
const run = await startRun('mlp', ${params}, ${options})
const seen: number[] = []
for await (const step of steps(12, { run, state, every: 4 })) {
  if (step === ${until}) throw new Error('the power failed')
  seen.push(step)
  state.w[0] += state.r.normal() + Math.random()
  state.sum += state.w[0]
  run.log({ loss: state.sum }, step)
  await sleep(5)
}
await run.finish({ sum: state.sum })
const first = seen[0], count = seen.length, total = state.sum
\`\`\`
`;
async function train(store: Store | undefined, source: string): Promise<Session> {
  const session = openSession(source, store ? { store } : {});
  await new Promise((resolve) => setTimeout(resolve, 20)); // the store is taken in
  session.runCell('train');
  await session.settled();
  await session.flush();
  return session;
}
const lossOf = async (store: Store): Promise<number[]> => Array.from((await store.runEntries())[0]!.metrics['loss']!.values);

describe('a run that was cut off', () => {
  test('goes on behind its checkpoint: state, generators, curve and step are those of one that was not', async () => {
    const whole = await openStore({ name: 'whole' });
    const end = await (await train(whole, text())).values();
    const store = await openStore();
    await train(store, text(10)); // steps 8 and 9 are after the last checkpoint, at 8
    expect((await store.runs()).map(({ state }) => state)).toEqual(['failed']);
    expect(await lossOf(store)).toHaveLength(10);
    const values = await (await train(store, text())).values();
    expect(values).toMatchObject({ first: 8, count: 4 });
    expect([end['total'], await lossOf(whole)]).toEqual([values['total'], await lossOf(store)]);
    const [run, ...others] = await store.runs();
    expect([run!.state, others, run!.environment['resumed']]).toEqual(['done', [], 1]);
    expect(await (await store.checkpoints()).all()).toEqual(new Map([[run!.id, 12]]));
  });

  test('is left alone where parameters differ, or where nobody asked for it', async () => {
    const store = await openStore();
    await train(store, text(10));
    await train(store, text(Infinity, '{ lr: 2 }'));
    await train(store, text(Infinity, '{ lr: 1 }', '{}'));
    expect((await store.runs()).map(({ state }) => state).sort()).toEqual(['done', 'done', 'failed']);
  });

  test('goes on without a word in the code when its reader asks for it', async () => {
    const store = await openStore();
    await train(store, text(10, '{ lr: 1 }', '{}'));
    const [run] = await store.runs();
    const session = openSession(text(Infinity, '{ lr: 1 }', '{}'), { store });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await session.fate(run!.id)).toEqual({ state: 'failed', checkpoint: 8 });
    expect(await session.resume(run!.id)).toBeUndefined();
    await session.settled();
    expect(await session.values()).toMatchObject({ first: 8, count: 4 });
    await session.flush();
    expect(await session.fate(run!.id)).toEqual({ state: 'done', checkpoint: 12 });
    expect(await session.resume(run!.id)).toBe('mlp is finished.');
    expect(await session.resume('nobody')).toBe('This run is gone: it was deleted.');
  });

  test('says so where its parameters are others by now, and begins anew', async () => {
    const store = await openStore();
    await train(store, text(10));
    const [run] = await store.runs();
    const session = openSession(text(Infinity, '{ lr: 3 }'), { store });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await session.resume(run!.id);
    await session.settled();
    const said = session.cell('train')!.outputs.flatMap(({ output }) => (output.kind === 'log' && 'text' in output ? [output.text] : []));
    expect(said).toEqual(['Not resumed: the run had lr 1, and now it is 3. A new run has begun.']);
    expect(await session.values()).toMatchObject({ first: 0, count: 12 });
  });

  test('of another model is refused, and the shapes are named; it can still be resumed', async () => {
    const store = await openStore();
    await train(store, text(10));
    const session = await train(store, text(Infinity, '{ lr: 1 }', '{ resume: true }', 5));
    expect(session.cell('train')!.error?.message).toMatch(
      /the checkpoint at step 8 of "mlp" is of another model: w: expected Float64Array of 5, got Float64Array of 2\. Build the model as it was/,
    );
    await train(store, text());
    expect((await store.runs()).map(({ state }) => state)).toEqual(['done']);
  });

  test('passes over a damaged checkpoint for the one before, and says so where all are', async () => {
    const store = await openStore();
    await train(store, text(10));
    const checkpoints = await store.checkpoints();
    const [run] = await store.runs();
    const damage = async (step: number): Promise<void> => {
      const found = (await checkpoints.newest(run!.id, step + 1))!;
      const bytes = new Uint8Array(await found.data.arrayBuffer());
      bytes[bytes.length - 3]! ^= 8;
      await checkpoints.save({ run: run!.id, step, data: new Blob([bytes]), time: 1 });
    };
    await damage(8);
    const session = openSession(text(6), { store }); // from 4 on, and cut off again before the next one
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.runCell('train');
    await session.settled();
    await session.flush();
    expect(await lossOf(store)).toHaveLength(6);
    expect((await checkpoints.all()).get(run!.id)).toBe(4); // what stood behind it was dropped
    await damage(4);
    const refused = await train(store, text());
    expect(refused.cell('train')!.error?.message).toMatch(/The checkpoint at step 4 of "mlp" is damaged: the numbers of \S+ are not those/);
    expect((await store.runs()).map(({ state }) => state)).toEqual(['interrupted']);
  });

  test('stands below its cell when the notebook is opened again', async () => {
    const store = await openStore();
    await train(store, text(10));
    const [run] = await store.runs();
    await store.saveRun({ ...run!, state: 'interrupted' });
    const session = openSession(text(), { store });
    await expect.poll(() => session.cell('train')!.outputs.length).toBeGreaterThan(0);
    const { outputs, kept } = session.cell('train')!;
    const [metric] = outputs.filter(({ output }) => output.kind === 'metric');
    expect(metric!.output).toMatchObject({ run: run!.id, finished: true, series: { loss: { steps: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } } });
    expect(kept).toBeGreaterThan(0);
  });
});

test('without a store a run goes on as long as the session lives, and its state can be read', async () => {
  const more = '\n```ts {id=after run=manual}\nconst kept = await (await runs({ name: "mlp" }))[0].state()\nconst sum = kept.sum\n```\n';
  const session = await train(undefined, text() + more);
  session.runCell('after');
  await session.settled();
  const { sum, total } = await session.values();
  expect(sum).toBe(total);
  expect(total).toEqual(expect.any(Number));
});

test('no room: the run goes on, the last good checkpoint stays, and the session says so', async () => {
  const inner = await openStore();
  let left = 1;
  const store: Store = {
    ...inner,
    checkpoints: async () => {
      const checkpoints = await inner.checkpoints();
      const { GradusError } = await import('../base/errors.ts');
      return {
        ...checkpoints,
        save: async (one) => {
          if (left-- <= 0) throw new GradusError('storage-full', 'Storage is full: the last change was not kept.', 'Delete runs.');
          await checkpoints.save(one);
        },
      };
    },
  };
  const session = await train(store, text());
  expect(session.cell('train')!.state).toBe('done');
  expect(session.keeping!.problems.get('checkpoints')?.message).toBe('Storage is full: the last checkpoint was not kept. The run goes on.');
  expect([...(await (await inner.checkpoints()).all()).values()]).toEqual([4]);
});

test('two tabs cannot take up one run: the first one has it', async () => {
  const store = await openStore();
  await train(store, text(10));
  const checkpoints = await store.checkpoints();
  const [run] = await store.runs();
  const claims = await Promise.all([checkpoints.claim({ run: run!.id }, 'one'), checkpoints.claim(run!, 'two')]);
  expect(claims.map((claim) => claim?.environment['tab'])).toEqual(['one', undefined]);
});

test('a run that another tab has taken a turn of goes on with all of its curve', async () => {
  const store = await openStore();
  const mine = openSession(text(6), { store });
  await new Promise((resolve) => setTimeout(resolve, 20));
  mine.runCell('train');
  await mine.settled();
  await mine.flush(); // steps 0 to 5, a checkpoint at 4
  await train(store, text(10)); // another tab: 4 to 9, a checkpoint at 8
  await mine.setText(text(), { label: 'Edit' });
  mine.runCell('train');
  await mine.settled();
  await mine.flush();
  expect(await mine.values()).toMatchObject({ first: 8, count: 4 });
  const run = mine.runs[0]!;
  expect(run.metrics['loss']?.steps).toBe(12);
  expect(Array.from(mine.curves(run.id)!.get('loss')!.values)).toEqual(await lossOf(store));
  const whole = await openStore({ name: 'whole' });
  await train(whole, text());
  expect(await lossOf(store)).toEqual(await lossOf(whole));
});

test('of a run that goes on three checkpoints are kept; notes and tags outlive its next record; its text is kept once', async () => {
  const store = await openStore();
  await train(store, text(10));
  const checkpoints = await store.checkpoints();
  const [run] = await store.runs();
  for (const step of [20, 30, 40, 50]) await checkpoints.save({ run: run!.id, step, data: new Blob(['x']), time: 1 });
  const steps: number[] = [];
  for (let before = Infinity; ;) {
    const found = await checkpoints.newest(run!.id, before);
    if (!found) break;
    steps.push((before = found.step));
  }
  expect(steps).toEqual([50, 40, 30]);
  await store.editRun(run!.id, { notes: 'odd', tags: ['a'] });
  await store.saveRun({ ...run!, state: 'done' });
  expect((await store.runs())[0]).toMatchObject({ state: 'done', notes: 'odd', tags: ['a'] });
  await store.editRun(run!.id, { notes: undefined });
  expect((await store.runs())[0]).not.toHaveProperty('notes');
  expect(await store.runText(run!)).toBe(text(10));
  expect(run!.environment).not.toHaveProperty('text');
  await store.deleteRun(run!.id);
  expect(await store.runText(run!)).toBeUndefined();
});
