/* `npm start`: installs and builds what is due, serves the site, and prints one line with its address once the page
   answers. Stays in the foreground. Until the install is done only Node built-ins may be used here. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../src/command/server.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs `npm ci` where node_modules is missing or holds other versions than the lock file asks for. */
export function installIfNeeded() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const held = packagesOf(join(root, 'node_modules/.package-lock.json'));
  if (Object.entries(wanted).every(([path, { version, optional }]) => path === '' || optional || held[path]?.version === version)) return;
  process.stderr.write('Installing packages…\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error('The packages could not be installed; npm says why above. Check the network, then run the command again.');
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}

/** `--port N`, `PORT=N` and `--no-isolation`; the command line wins over the environment. */
function readArguments(argv, env) {
  let port = env.PORT ? portOf(env.PORT, 'PORT') : 0;
  let isolation = true;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i];
    if (argument === '--no-isolation') isolation = false;
    else if (argument === '--port') port = portOf(argv[++i], '--port');
    else if (argument.startsWith('--port=')) port = portOf(argument.slice(7), '--port');
    else throw usage(`unknown argument "${argument}"`);
  }
  return { port, isolation };
}

function portOf(text, where) {
  const port = Number(text);
  if (!/^\d+$/.test(text ?? '') || port > 65535) throw usage(`${where}: expected a port from 0 to 65535, got "${text ?? ''}"`);
  return port;
}

function usage(message) {
  return Object.assign(new Error(`${message}. Use: npm start -- [--port N] [--no-isolation]`), { usage: true });
}

async function start() {
  const options = readArguments(process.argv.slice(2), process.env);
  installIfNeeded();
  const { build } = await import('./build.mjs');
  await build({ quiet: true });
  const server = await startServer({ root: join(root, 'dist'), ...options }).catch((error) => {
    if (error.code === 'EADDRINUSE')
      throw new Error(`Port ${options.port} is taken. Choose another with --port N, or leave it out for a free one.`);
    throw error;
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.close().then(() => process.exit(0)));
  const answer = await fetch(server.url);
  if (!answer.ok)
    throw new Error(`The site's first page answers with status ${answer.status}. Run \`npm run build\` and look at what it says.`);
  process.stdout.write(`Gradus is at ${server.url}\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await start().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(error?.usage ? 2 : 1);
  });
}
