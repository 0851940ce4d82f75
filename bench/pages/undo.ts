/* In the page: 500 structural edits of a notebook of 1,000 cells, of every kind, and how long the session takes to undo each. */

import { editEveryWay, openLong } from '../../src/session/test-long.ts';

/** Milliseconds of each undo, one every 20 ms: nobody presses faster. Throws where the text is not what it was. */
async function undo(cells: number, edits: number): Promise<number[]> {
  const session = openLong(cells);
  const { text } = session;
  editEveryWay(session, edits);
  const times: number[] = [];
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const from = performance.now();
    if (session.undo() === undefined) break;
    void session.blocks; // what the page asks for
    times.push(performance.now() - from);
  }
  if (session.text !== text) throw new Error('expected the text of before when all was undone');
  return times;
}

Object.assign(globalThis, { bench: { undo } });
