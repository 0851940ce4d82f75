/* The `gradus` command: reads the arguments, hands over to one file per subcommand, and turns what happened into an exit
   status. What is wrong with the arguments is one line on stderr, nothing on stdout, status 2. */

import { bench } from './bench.ts';
import { check } from './check.ts';
import { grade } from './grade.ts';
import { create } from './new.ts';
import { run } from './run.ts';
import { test } from './test.ts';
import { UsageError, help } from './usage.ts';

const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = { run, test, grade, check, bench, new: create };
const later = ['export', 'import'];

/** Runs one command line and returns its exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const [name, ...rest] = argv;
    if (argv.includes('--help') || argv.includes('-h')) {
      process.stdout.write(`${help}\n`);
      return 0;
    }
    if (name === undefined)
      throw new UsageError(
        'gradus: no command given. Say `run FILE`, `test FOLDER`, `grade`, `check FILE`, `new unit NN` or `bench`; `--help` lists everything.',
      );
    if (later.includes(name))
      throw new UsageError(`gradus ${name}: this version does not have this command yet. It has run, test, grade, check, new and bench.`);
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command)
      throw new UsageError(
        `gradus: there is no command "${name}". Use run, test, grade, check, new or bench; \`--help\` lists everything.`,
      );
    return await command(rest);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
