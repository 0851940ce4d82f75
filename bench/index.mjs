/* The figures of Gradus and of the peers beside it: `gradus bench [NAME...] [--json]`; `bench compute` also takes its rows and `--quick`. Every bench measures this working
   tree on this machine and answers with rows (numbers) and text (the same as a table); docs/performance.md quotes them. */

import { checkpoint } from './checkpoint.mjs';
import { compute } from './compute.mjs';
import { createContext } from './context.mjs';
import { graph } from './graph.mjs';
import { interrupt } from './interrupt.mjs';
import { log } from './log.mjs';
import { machine } from './measure.mjs';
import { open } from './open.mjs';
import { run } from './run.mjs';
import { runs } from './runs.mjs';
import { scroll } from './scroll.mjs';
import { thousand } from './thousand.mjs';
import { typing } from './typing.mjs';
import { undo } from './undo.mjs';

/** `takes`: names of rows that may stand behind the bench's own. */
/** @type {readonly { name: string, title: string, takes?: readonly string[], run(context: any, options?: object): Promise<{ rows: readonly object[], text: string }> }[]} */
export const benches = [checkpoint, compute, graph, interrupt, log, open, run, runs, scroll, thousand, typing, undo];

/**
 * Runs the named benches (default: all) and prints what they found. Resolves to the exit status: 0, 1 when one failed,
 * 2 for a name that is none.
 * @param {readonly string[]} names
 */
export async function main(names = [], { json = false, quick = false } = {}) {
  const isRow = (name) => benches.some((bench) => bench.takes?.includes(name.toUpperCase()) && names.includes(bench.name));
  const rows = names.filter(isRow);
  const unknown = names.find((name) => !isRow(name) && !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`gradus bench: no bench is called "${unknown}". There are ${benches.map((bench) => bench.name).join(', ')}.\n`);
    return 2;
  }
  const context = createContext();
  const report = {};
  let status = 0;
  try {
    for (const bench of benches.filter(({ name }) => names.length === 0 || names.includes(name))) {
      context.note(`bench: ${bench.name}…`);
      try {
        const { rows: found, text } = await bench.run(context, bench.takes ? { rows, quick } : {});
        report[bench.name] = { title: bench.title, rows: found };
        if (!json) process.stdout.write(`\n${bench.title}\n${text}\n`);
      } catch (error) {
        status = 1;
        const message = error instanceof Error ? error.message : String(error);
        report[bench.name] = { title: bench.title, error: message };
        process.stderr.write(`bench: ${bench.name} failed: ${message}\n`);
      }
    }
    const facts = machine(await context.version());
    if (json) process.stdout.write(`${JSON.stringify({ machine: facts, benches: report }, null, 2)}\n`);
    else
      process.stdout.write(
        `\n${facts.cores} cores, ${facts.processor}, Node ${facts.node}${facts.chromium ? `, Chromium ${facts.chromium}` : ''}\n`,
      );
  } finally {
    await context.close();
  }
  return status;
}

if (process.argv[1]?.endsWith('bench/index.mjs')) {
  const args = process.argv.slice(2);
  process.exitCode = await main(
    args.filter((arg) => !arg.startsWith('--')),
    { json: args.includes('--json'), quick: args.includes('--quick') },
  );
}
