/* The figures of Gradus and of the peers beside it: `gradus bench [NAME...] [--json]`. Every bench measures this working
   tree on this machine and answers with rows (numbers) and text (the same as a table); docs/performance.md quotes them. */

import { createContext } from './context.mjs';
import { graph } from './graph.mjs';
import { interrupt } from './interrupt.mjs';
import { log } from './log.mjs';
import { machine } from './measure.mjs';
import { open } from './open.mjs';
import { run } from './run.mjs';
import { typing } from './typing.mjs';

/** @type {readonly { name: string, title: string, run(context: any): Promise<{ rows: readonly object[], text: string }> }[]} */
export const benches = [graph, interrupt, log, open, run, typing];

/**
 * Runs the named benches (default: all) and prints what they found. Resolves to the exit status: 0, 1 when one failed,
 * 2 for a name that is none.
 * @param {readonly string[]} names
 */
export async function main(names = [], { json = false } = {}) {
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
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
        const { rows, text } = await bench.run(context);
        report[bench.name] = { title: bench.title, rows };
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
    args.filter((arg) => arg !== '--json'),
    { json: args.includes('--json') },
  );
}
