/* What a history holds on to. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createHistory } from './history.ts';

it('keeps what was typed and deleted, not the texts that it was cut from', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const used = (): number => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  const history = createHistory();
  const before = used();
  for (let i = 0; i < 200; i++) {
    const text = Array.from({ length: 20_000 }, (_, at) => `line ${i} ${at}`).join('\n'); // some 280 kB
    const insert = text.slice(1000, 1040);
    history.add({
      label: 'Delete',
      forward: [{ start: 1000, end: 1040, insert: '' }],
      inverse: [{ start: 1000, end: 1000, insert }],
      keys: { from: 0, were: [], are: [] },
      touched: [],
      at: 0,
    });
    expect(history.undo!.inverse[0]!.insert).toBe(insert);
  }
  expect(used() - before).toBeLessThan(10_000_000);
});
