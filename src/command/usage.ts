/* Words of the command line: the help, what is wrong with arguments, and the reading of flags. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';

export const help = `\
npm run --silent gradus -- run FILE... [--json] [--backend webgpu|wasm|js] [--set NAME=JSON]... [--overlay FILE]... [--cells ID,ID] [--timeout SECONDS]
npm run --silent gradus -- test FILE|FOLDER...      starters fail, references pass, wrong ones fail (section 5)
npm run --silent gradus -- grade UNIT-FOLDER ANSWERS.md... [--json]   judge answers in other files, as the page would (section 5)
npm run --silent gradus -- check FILE|FOLDER...     parse, analyse and type-check only
npm run --silent gradus -- new unit NN [FOLDER]     begin a unit of the course from its row of the map
npm run --silent gradus -- export FILE --to html|ipynb|md [--out PATH]      and    import FILE.ipynb
npm run --silent gradus -- bench [NAME...] [--json]                  (also \`npm run bench\`);  \`--help\`: these lines, exit status 0`;

/** Something about the arguments: its message is the one line that is printed, the status is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Arguments {
  readonly names: readonly string[];
  /** Switches that were given. */
  readonly on: ReadonlySet<string>;
  /** Values of flags that take one, in order, each as often as it was given. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Splits a command's arguments. `switches` take no value; `flags` take the next argument, or what follows their `=`. */
export function readArguments(command: string, argv: readonly string[], switches: readonly string[], flags: readonly string[]): Arguments {
  const names: string[] = [];
  const on = new Set<string>();
  const values = new Map<string, string[]>();
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    const [flag, inline] = splitFlag(argument);
    if (argument === '--') {
      names.push(...argv.slice(i + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') names.push(argument);
    else if (switches.includes(flag) && inline === undefined) on.add(flag);
    else if (flags.includes(flag)) {
      const value = inline ?? argv[++i];
      if (value === undefined) throw new UsageError(`gradus ${command}: ${flag} expects a value behind it.`);
      values.set(flag, [...(values.get(flag) ?? []), value]);
    } else throw new UsageError(`gradus ${command}: unknown flag "${argument}". It takes ${[...flags, ...switches].join(', ')}.`);
  }
  return { names, on, values };
}

/** Where a path from the command line lies: counted from where the command was typed, which npm tells in INIT_CWD. */
export function pathOf(file: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), file);
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function splitFlag(argument: string): [flag: string, inline: string | undefined] {
  const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
  return equals < 0 ? [argument, undefined] : [argument.slice(0, equals), argument.slice(equals + 1)];
}
