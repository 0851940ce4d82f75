/* `npm run gradus -- …`: builds where the build is missing or older than its sources (with a note on stderr), then hands
   over to the built command. Nothing but the command itself writes to stdout. */

import { fileURLToPath } from 'node:url';
import { installIfNeeded } from './start.mjs';

const typedIn = process.cwd();
try {
  process.chdir(fileURLToPath(new URL('..', import.meta.url))); // the build's tools count from there, paths of the command from where it was typed
  installIfNeeded();
  const { build, buildIsDue } = await import('./build.mjs');
  if (buildIsDue()) {
    process.stderr.write('The build is missing or older than its sources; building…\n');
    await build({ quiet: true });
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
process.chdir(typedIn);
const { main } = await import('../build/gradus.mjs');
process.exitCode = await main(process.argv.slice(2));
