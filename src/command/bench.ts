/* `gradus bench`: hands over to bench/index.mjs, which measures us and the peers beside us. */

import { pathToFileURL } from 'node:url';
import { root } from './site.ts';
import { readArguments } from './usage.ts';

export async function bench(argv: readonly string[]): Promise<number> {
  const { names, on } = readArguments('bench', argv, ['--json', '--quick'], []);
  const address = pathToFileURL(`${root}/bench/index.mjs`).href;
  const { main } = (await import(address)) as {
    main(names: readonly string[], options: { json: boolean; quick: boolean }): Promise<number | void>;
  };
  return (await main(names, { json: on.has('--json'), quick: on.has('--quick') })) ?? 0;
}
