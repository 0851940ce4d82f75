/* The tape: instructions run one after the other, the tiles of each shared among threads. The calling thread takes tiles like the others,
   so a helper that the system has put aside delays nothing but the tile it holds.

   One 64-bit word holds the record's address and the count of tiles not yet taken; a tile is taken by compare-and-swap of the whole word,
   so what a late helper takes is always a tile of the current record. Helpers spin a while, then sleep on `WAKE`. */

import { warmUp } from '../matmul/gemm';
import { execute } from './execute';
import { DONE, INSIDE, MAIN_WAITS, ROUND, SLEEPERS, STATE, STOP, WAKE, WARM, setThread, tilesOf } from './memory';

const SPINS: i32 = 20000;
let threads: i32 = 1;

/** How many threads share the work, this one included; 1 never touches an atomic. */
export function setThreads(count: i32): void {
  threads = count;
}

/** Runs `count` instructions from address `p` on. */
export function runTape(p: usize, count: i32): void {
  for (; count > 0; count--) {
    const tiles = tilesOf(p);
    if (tiles == 1) execute(p, 0);
    else if (threads == 1 || load<u32>(p, 12) != 0) for (let t = 0; t < tiles; t++) execute(p, t);
    else share(p, tiles);
    p += <usize>load<u32>(p, 8);
  }
}

function share(p: usize, tiles: i32): void {
  atomic.store<i32>(DONE, 0);
  atomic.store<u64>(STATE, ((<u64>p) << 32) | (<u64>tiles));
  if (atomic.load<i32>(SLEEPERS) > 0) {
    atomic.add<i32>(WAKE, 1);
    atomic.notify(WAKE, -1);
  }
  while (takeTile()) {}
  for (let spins = 0; ; spins++) {
    const done = atomic.load<i32>(DONE);
    if (done == tiles) return;
    if (spins > SPINS) {
      atomic.store<i32>(MAIN_WAITS, 1);
      atomic.wait<i32>(DONE, done, 1000000);
      atomic.store<i32>(MAIN_WAITS, 0);
    }
  }
}

/** Takes and computes one tile of the current record; false where none is left. */
function takeTile(): bool {
  let state = atomic.load<u64>(STATE);
  while (<u32>state != 0) {
    const seen = atomic.cmpxchg<u64>(STATE, state, state - 1);
    if (seen == state) {
      const p = <usize>(state >> 32);
      execute(p, tilesOf(p) - <i32>(<u32>state));
      atomic.add<i32>(DONE, 1);
      if (atomic.load<i32>(MAIN_WAITS) != 0) atomic.notify(DONE, 1);
      return true;
    }
    state = seen;
  }
  return false;
}

/** A helper's life: returns when `STOP` is set, or `ROUND` is another one, so that the second module can come in. */
export function help(index: i32, round: i32): void {
  setThread(index);
  if (index == 1 && round == 0) warmUp(WARM);
  atomic.add<i32>(INSIDE, 1);
  while (isWanted(round)) {
    let spins = 0;
    while (spins < SPINS) spins = takeTile() ? 0 : spins + 1;
    const seen = atomic.load<i32>(WAKE);
    atomic.add<i32>(SLEEPERS, 1);
    if (<u32>atomic.load<u64>(STATE) == 0 && isWanted(round)) atomic.wait<i32>(WAKE, seen, -1);
    atomic.sub<i32>(SLEEPERS, 1);
  }
  atomic.sub<i32>(INSIDE, 1);
  atomic.notify(INSIDE, -1);
}

@inline
function isWanted(round: i32): bool {
  return atomic.load<i32>(STOP) == 0 && atomic.load<i32>(ROUND) == round;
}
