/* Undo in a long notebook costs what its graph costs, not what its history or its text does (how much: `gradus bench undo`). */

import { expect, it } from 'vitest';
import { editEveryWay, openLong } from './test-long.ts';

it('undoes structural edits of a notebook of 1,000 cells, each within a frame or what a busy machine makes of it', () => {
  const session = openLong(1000);
  const { text } = session;
  editEveryWay(session, 48);
  const times: number[] = [];
  for (;;) {
    const from = performance.now();
    if (!session.undo()) break;
    void session.blocks; // what the page asks for
    times.push(performance.now() - from);
  }
  expect(times).toHaveLength(48);
  expect(session.text).toBe(text);
  expect(times.sort((a, b) => a - b)[24]).toBeLessThan(100);
}, 120_000);
