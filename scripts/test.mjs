/* `npm test`: installs what is missing, builds, then checks everything: lint, format, types, layers, tests in Node, stories
   in a browser, every notebook under notebooks/, sizes. Prints failures, then one line `N passed, N failed`. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { installIfNeeded } from './start.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules/.bin', name);
let passed = 0;
let failed = 0;

function report(ok, name, details = '') {
  if (ok) passed++;
  else {
    failed++;
    process.stdout.write(`✗ ${name}\n${indented(details)}`);
  }
}

const indented = (text) => (text ? `${text.trimEnd().replace(/^/gm, '    ')}\n` : '');

/** One tool, one test: its output is shown only when it fails. */
async function tool(name, program, args) {
  const { status, output } = await run(program, args);
  report(status === 0, name, output.split('\n').slice(-60).join('\n'));
}

/** How many stories may need a second telling: more than a busy machine explains is a fault. */
const RETOLD = 3;

/** One run of vitest: each of its tests counts. With `retell`, the files of at most RETOLD failed tests run once more, alone: a file
    that passes then has passed, and its first failure is printed. */
async function tests(name, config, { retell = false } = {}) {
  const first = await vitest(name, config);
  if (!first.results) return report(first.status === 0, name, first.output.split('\n').slice(-40).join('\n'));
  const lost = first.results.filter(({ ok }) => !ok);
  const again =
    retell && lost.length > 0 && lost.length <= RETOLD ? await vitest(name, config, [...new Set(lost.map(({ file }) => file))]) : {};
  const recovers = ({ file }) =>
    again.results?.some((told) => told.file === file) && !again.results.some((told) => told.file === file && !told.ok);
  for (const result of first.results) {
    const recovered = !result.ok && recovers(result);
    if (recovered) process.stdout.write(`~ ${result.name}: passed when told again; the first time:\n${indented(result.details)}`);
    report(result.ok || recovered, result.name, result.details);
  }
  if (first.status !== 0 && lost.length === 0)
    report(
      false,
      name,
      `${first.results.length} tests passed, yet vitest ended with status ${first.status}.\n${first.output.split('\n').slice(-30).join('\n')}`,
    );
}

/** Runs vitest on all of `config` or on `files`: how it ended, and a result for each test, or for a file that could not run. */
async function vitest(name, config, files = []) {
  const outputFile = join(root, '.stamps', `${name}.json`);
  mkdirSync(dirname(outputFile), { recursive: true });
  rmSync(outputFile, { force: true });
  const { status, output } = await run(bin('vitest'), [
    'run',
    ...files,
    '--config',
    config,
    '--passWithNoTests',
    '--reporter=json',
    `--outputFile=${outputFile}`,
  ]);
  if (!existsSync(outputFile)) return { status, output };
  const results = JSON.parse(readFileSync(outputFile, 'utf8')).testResults.flatMap((entry) => {
    const file = relative(root, entry.name);
    const told = entry.assertionResults.filter((test) => test.status === 'passed' || test.status === 'failed');
    const tests = told.map((test) => ({
      file,
      name: `${file}: ${test.fullName}`,
      ok: test.status === 'passed',
      details: clean(test.failureMessages.join('\n')),
    }));
    const halted = entry.status === 'failed' && tests.every(({ ok }) => ok);
    return halted ? [...tests, { file, name: file, ok: false, details: clean(entry.message) }] : tests;
  });
  return { status, output, results };
}

/** Every notebook runs without an error, and its runs reach the pass lines of its front matter; a unit with exercises is held to the
    rules of units, its starters replaced by the references (`gradus test`). */
async function notebooks() {
  const files = existsSync(join(root, 'notebooks')) ? filesBelow(join(root, 'notebooks')).filter(isNotebook) : [];
  for (const file of files) {
    if (isUnit(file)) {
      await tool(`unit ${relative(root, dirname(file))}`, process.execPath, [join(root, 'scripts/gradus.mjs'), 'test', dirname(file)]);
      continue;
    }
    const { status, stdout, output } = await run(process.execPath, [join(root, 'scripts/gradus.mjs'), 'run', file, '--json']);
    const short = status === 0 ? missedLines(file, stdout) : output.split('\n').slice(0, 30);
    report(status === 0 && short.length === 0, `notebook ${relative(root, file)}`, short.join('\n'));
  }
}

/** The pass lines that a notebook's runs did not reach, in words. */
function missedLines(file, json) {
  const { runs } = JSON.parse(json);
  const lines = readFileSync(file, 'utf8').matchAll(/\{ run: ([\w-]+), metric: ([\w-]+), (min|max): ([\d.]+) \}/g);
  return [...lines].flatMap(([, name, metric, bound, line]) => {
    const last = runs.find((entry) => entry.name === name)?.metrics[metric]?.last;
    const reached = typeof last === 'number' && (bound === 'min' ? last >= Number(line) : last <= Number(line));
    return reached ? [] : [`run ${name}: expected ${metric} ${bound === 'min' ? '≥' : '≤'} ${line}, got ${last}.`];
  });
}

const isUnit = (file) =>
  file.endsWith('/notebook.md') && ['solutions.md', 'checks.md'].every((name) => existsSync(join(dirname(file), name)));

function isNotebook(file) {
  return (
    file.endsWith('.md') &&
    /^---\r?\n[\s\S]*?^gradus:/m.test(readFileSync(file, 'utf8').slice(0, 4000)) &&
    !/\/(solutions|checks)\.md$/.test(file)
  );
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function clean(text = '') {
  const lines = stripVTControlCharacters(text).split('\n');
  return lines
    .filter((line) => !/node_modules|node:internal/.test(line))
    .slice(0, 25)
    .join('\n');
}

function run(program, args) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', INIT_CWD: root },
    });
    let [output, stdout] = ['', ''];
    child.stdout.on('data', (part) => (stdout += part));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
    child.on('error', (error) => done({ status: 1, stdout, output: error.message }));
    child.on('close', (status) => done({ status, stdout, output }));
  });
}

try {
  installIfNeeded();
  const { findChromium } = await import('./chromium.mjs');
  process.env.CHROME_PATH = await findChromium({ install: true });
  const { build } = await import('./build.mjs');
  await build({ quiet: true });
} catch (error) {
  report(false, 'install and build', error instanceof Error ? error.message : String(error));
}
if (!failed) {
  await tool('lint', bin('oxlint'), ['--deny-warnings']);
  await tool('format', bin('prettier'), ['--check', '--log-level', 'warn', '.']);
  await tool('types', bin('tsc'), ['--noEmit', '-p', '.']);
  await tool('types of the pure layers', bin('tsc'), ['--noEmit', '-p', 'tsconfig.pure.json']);
  await tool('layers', process.execPath, ['scripts/layers.mjs']);
  await tests('tests', 'vitest.config.ts');
  await tests('stories', 'vitest.stories.config.ts', { retell: true });
  await notebooks();
  await tool('sizes', process.execPath, ['scripts/sizes.mjs']);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed ? 1 : 0;
