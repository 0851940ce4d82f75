/* `npm run gradus -- …`: builds where the build is missing or older than its sources (with a note on stderr), then hands
   over to the built command. Nothing but the command itself writes to stdout. */

import { installIfNeeded } from './start.mjs';

try {
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
const { main } = await import('../build/gradus.mjs');
process.exitCode = await main(process.argv.slice(2));
