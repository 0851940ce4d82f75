/* Builds everything: data packs, engine and packs, the app, the static pages, the command. Each step keeps a stamp in
   `.stamps/` (a hash of what it read) and is redone only when that changed or its result is gone. Notes go to stderr.

     node scripts/build.mjs [--if-needed] [--force]      --if-needed: say nothing when nothing is due

   Steps whose entry does not exist are left out; an error in one that does fails the build. */

import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildKernels, kernelSources, kernelsFile } from './build-kernels.mjs';
import { enginePlan } from './engine-parts.mjs';
import { bundleParts } from './tensor-parts.mjs';
import { wgslText } from './wgsl.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const note = (text) => process.stderr.write(`${text}\n`);

/** Whether something is due, without doing it. */
export function buildIsDue() {
  return steps.some((step) => step.exists() && !fresh(step));
}

/** Redoes what is due. Throws when a step fails. */
export async function build({ force = false, quiet = false } = {}) {
  const release = await takeLock();
  const began = Date.now();
  let redone = 0;
  try {
    for (const step of steps) {
      if (!step.exists()) {
        if (!quiet) note(`build: no ${step.name} yet (${step.entry} is missing)`);
        continue;
      }
      if (!force && fresh(step)) continue;
      const started = Date.now();
      rmSync(stampOf(step), { force: true });
      const before = hashOf(step.inputs());
      await step.run();
      mkdirSync(at('.stamps'), { recursive: true });
      writeFileSync(stampOf(step), before);
      note(`build: ${step.name} ${((Date.now() - started) / 1000).toFixed(1)} s`);
      redone++;
    }
  } finally {
    release();
  }
  if (redone && !quiet) note(`build: done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** In order: each may read what those before it made. `inputs` are files or folders; tests do not count. */
const steps = [
  {
    name: 'data packs',
    entry: 'scripts/data/make-data.mjs',
    inputs: () => [at('scripts/data'), at('package-lock.json')],
    outputs: () => [at('public/data')],
    run: () => node(at('scripts/data/make-data.mjs')),
  },
  {
    name: 'engine',
    entry: 'workers/typescript/entry.ts',
    inputs: () => [
      at('workers/typescript'),
      ...['base', 'document', 'analysis', 'schedule', 'output', 'engine', 'stdlib'].map((layer) => at('src', layer)),
      at('workers/tensor/parts.ts'),
      at('package-lock.json'),
      at('scripts/build.mjs'),
      at('scripts/engine-parts.mjs'),
      at('scripts/parts.mjs'),
      at('scripts/tensor-parts.mjs'),
    ],
    outputs: () => [at('build/engine-parts.json'), at('build/engine.json'), ...listed('build/engine.json')],
    run: buildEngine,
  },
  {
    name: 'kernels',
    entry: 'kernels/wasm/main.as',
    inputs: () => [...kernelSources(), at('scripts/build-kernels.mjs'), at('package-lock.json')],
    outputs: () => [kernelsFile],
    run: buildKernels,
  },
  {
    name: 'packs',
    entry: 'workers/packs',
    inputs: () => [
      at('workers/packs'),
      at('workers/typescript/members.ts'),
      at('workers/tensor'),
      at('src/tensor'),
      at('kernels'),
      at('src/stdlib'),
      at('src/base'),
      at('src/output'),
      at('src/engine'),
      at('src/lab'),
      at('package-lock.json'),
      at('scripts/build.mjs'),
      at('scripts/parts.mjs'),
      at('scripts/tensor-parts.mjs'),
      at('scripts/wgsl.mjs'),
    ],
    outputs: () => [at('build/tensor-parts.json'), at('build/packs.json'), ...listed('build/packs.json')],
    run: buildPacks,
  },
  {
    name: 'app',
    entry: 'headless.html',
    inputs: () => [
      ...sourcesOf(),
      at('public'),
      at('index.html'),
      at('headless.html'),
      at('vite.config.ts'),
      at('scripts/build.mjs'),
      at('package-lock.json'),
      at('build/engine.json'),
      at('build/packs.json'),
    ],
    outputs: () => [at('build/manifest.json'), at('dist/assets'), ...(existsSync(at('headless.html')) ? [at('build/headless.html')] : [])],
    run: buildApp,
  },
  {
    name: 'pages',
    entry: 'src/view/static/prerender.ts',
    inputs: () => [
      at('notebooks'),
      ...sourcesOf(),
      at('build/manifest.json'),
      at('build/engine.json'),
      at('build/packs.json'),
      at('scripts/build.mjs'),
      at('package-lock.json'),
    ],
    outputs: () => [at('dist/index.html'), at('build/inline.json'), ...listed('build/look.json')],
    run: buildPages,
  },
  {
    name: 'command',
    entry: 'src/command/main.ts',
    inputs: () => [at('src'), at('scripts/chromium.mjs'), at('package-lock.json'), at('scripts/build.mjs')],
    outputs: () => [at('build/gradus.mjs')],
    run: buildCommand,
  },
].map((step) => ({ ...step, exists: () => existsSync(at(step.entry)) }));

/** The folders and files of src/ that the app is made of: all but the command. */
function sourcesOf() {
  return readdirSync(at('src'))
    .filter((name) => name !== 'command')
    .sort()
    .map((name) => at('src', name));
}

/* ---- engine and packs: one IIFE each, named by hash ---- */

/** The engine's core is the worker's script; its parts lie beside it. `wants`: which parts a mentioned name needs, for the pages. */
async function buildEngine() {
  const { core, parts, doors } = await bundleParts(root, 'typescript', at('workers/typescript/entry.ts'), { plan: enginePlan });
  rmSync(at('dist/engine'), { recursive: true, force: true });
  mkdirSync(at('dist/engine'), { recursive: true });
  for (const { file, text } of [core, ...parts]) writeFileSync(at('dist/engine', file), text);
  const filesOf = (name) => {
    const part = parts.find((one) => one.name === name);
    return part ? [...part.needs.flatMap((number) => filesOf(parts[number - 1].name)), `engine/${part.file}`] : [];
  };
  writeJson('build/engine-parts.json', Object.fromEntries(doors.map(({ key, partName }) => [key, [...new Set(filesOf(partName))]])));
  writeJson('build/engine.json', {
    typescript: `engine/${core.file}`,
    ...Object.fromEntries(parts.map(({ name, file }) => [`typescript-${name}`, `engine/${file}`])),
  });
}

async function buildPacks() {
  const entries = readdirSync(at('workers/packs')).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'),
  );
  const alone = entries.map((file) => basename(file, '.ts')).filter((name) => name !== 'tensor');
  const packs = await bundle(Object.fromEntries(alone.map((name) => [name, at('workers/packs', `${name}.ts`)])), 'packs');
  packs.tensor = await buildTensor();
  const wasm = at('node_modules/@tensorflow/tfjs-backend-wasm/dist');
  for (const file of existsSync(wasm) ? readdirSync(wasm).filter((name) => name.endsWith('.wasm')) : [])
    cpSync(join(wasm, file), at('dist/packs', file));
  writeJson('build/packs.json', { ...packs, ...copyWasm() });
}

/** The compute library: its core is the pack, its parts lie beside it and are known to it alone. */
async function buildTensor() {
  const { core, parts } = await bundleParts(root, 'tensor', at('workers/packs/tensor.ts'));
  for (const { file, text } of [core, ...parts]) writeFileSync(at('dist/packs', file), text);
  writeJson(
    'build/tensor-parts.json',
    parts.map(({ name, file, needs }) => ({ name, file: `packs/${file}`, needs: needs.map((number) => parts[number - 1].name) })),
  );
  return `packs/${core.file}`;
}

/** WebAssembly beside the packs: files named by hash, their addresses as those of packs. */
function copyWasm() {
  const ort = at('node_modules/onnxruntime-web/dist');
  const files = { kernels: kernelsFile, ...Object.fromEntries(ortFiles.map((name) => [name, join(ort, name)])) };
  return Object.fromEntries(
    Object.entries(files).map(([name, from]) => {
      const hash = createHash('sha256').update(readFileSync(from)).digest('hex').slice(0, 10);
      const file = `packs/${basename(from, extname(from))}-${hash}${extname(from)}`;
      cpSync(from, at('dist', file));
      return [name, file];
    }),
  );
}

/** What onnxruntime-web fetches: the one build for wasm, the other for webgpu. */
const ortFiles = ['', '.asyncify'].flatMap((kind) => ['mjs', 'wasm'].map((ending) => `ort-wasm-simd-threaded${kind}.${ending}`));

/** Bundles each entry into `dist/FOLDER/NAME-HASH.js` and answers with the addresses relative to the site's root. */
async function bundle(entries, folder) {
  const [{ build: esbuild }, { minify }] = await Promise.all([import('esbuild'), import('vite')]);
  rmSync(at('dist', folder), { recursive: true, force: true });
  mkdirSync(at('dist', folder), { recursive: true });
  const files = {};
  for (const [name, entry] of Object.entries(entries)) {
    const { outputFiles } = await esbuild({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
      minify: true,
      legalComments: 'none',
      keepNames: false,
      logLevel: 'error',
      define: { 'process.env.NODE_ENV': '"production"' },
      loader: { '.wasm': 'binary' },
      plugins: [wgslText()],
      mainFields: ['browser', 'module', 'main'],
      conditions: ['module', 'onnxruntime-web-use-extern-wasm'],
      absWorkingDir: root,
    });
    const { code: text } = await minify(`${name}.js`, outputFiles[0].text, { module: false, compress: { target: 'es2022' } }); // 5 % smaller once more
    const file = `${folder}/${name}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.js`;
    writeFileSync(at('dist', file), text);
    files[name] = file;
  }
  return files;
}

/* ---- the app ---- */

async function buildApp() {
  for (const page of ['index.html', 'headless.html', '404.html']) rmSync(at('dist', page), { force: true });
  for (const folder of ['assets', '.vite', 'data', 'fonts']) rmSync(at('dist', folder), { recursive: true, force: true });
  const { build: vite } = await import('vite');
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production'; // whatever the shell or a test says: anything else would bundle Solid's development build
  try {
    await vite({ root, configFile: at('vite.config.ts'), logLevel: 'error', build: { emptyOutDir: false } });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  mkdirSync(at('build'), { recursive: true });
  renameSync(at('dist/.vite/manifest.json'), at('build/manifest.json'));
  rmSync(at('dist/.vite'), { recursive: true, force: true });
  await buildHeadless();
}

/** The command line's own page: served by it alone, so only its script stands in the site. */
async function buildHeadless() {
  if (!existsSync(at('headless.html'))) return;
  const { build: esbuild } = await import('esbuild');
  const { metafile } = await esbuild({
    entryPoints: [at('src/headless.ts')],
    outdir: at('dist/assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    define: {
      'process.env.NODE_ENV': '"production"',
      __ENGINE_URL__: JSON.stringify(readJson('build/engine.json')?.typescript ?? ''),
      __PACKS__: JSON.stringify(readJson('build/packs.json') ?? {}),
    },
    absWorkingDir: root,
  });
  const script = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'src/headless.ts')[0];
  writeFileSync(
    at('build/headless.html'),
    readFileSync(at('headless.html'), 'utf8').replace('/src/headless.ts', `./${relative('dist', script)}`),
  );
}

/* ---- static pages ---- */

async function buildPages() {
  const { build: esbuild } = await import('esbuild');
  const outfile = at('build/prerender.mjs');
  await esbuild({
    entryPoints: [at('src/view/static/prerender.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    absWorkingDir: root,
  });
  const { prerender } = await import(`${pathToFileURL(outfile).href}?${Date.now()}`);
  const { outputFiles } = await esbuild({
    entryPoints: { head: at('src/early.ts'), body: at('src/opening.ts') },
    outdir: at('build'),
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    absWorkingDir: root,
  });
  writeJson('build/inline.json', Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path, '.js'), text.trim()])));

  writeLook(readJson('build/manifest.json') ?? {});
  const assets = pageAssets();
  const notebooks = shippedNotebooks();
  const solutionsOf = (file) =>
    existsSync(join(dirname(file), 'solutions.md')) ? readFileSync(join(dirname(file), 'solutions.md'), 'utf8') : undefined;
  const pages = await prerender({
    notebooks: notebooks.map(({ id, text, file }) => ({
      id,
      folder: `n/${id}/`,
      text,
      solutions: basename(file) === 'notebook.md' ? solutionsOf(file) : undefined,
    })),
    assets,
  });

  rmSync(at('dist/n'), { recursive: true, force: true });
  for (const { path, html } of pages) {
    const file = resolve(at('dist'), path);
    if (!file.startsWith(at('dist') + sep)) throw new Error(`prerender: expected a path inside dist, got "${path}".`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, html);
  }
  for (const { id, file } of notebooks) {
    copyBeside(dirname(file), at('dist/n', id));
    copyUnit(dirname(file), at('dist/n', id));
  }
}

/** Every notebook that ships: a `notebook.md` in any folder below notebooks/, and the single files of notebooks/examples. */
export function shippedNotebooks() {
  if (!existsSync(at('notebooks'))) return [];
  const files = filesBelow(at('notebooks')).filter(
    (file) => basename(file) === 'notebook.md' || (dirname(file) === at('notebooks/examples') && file.endsWith('.md')),
  );
  const seen = new Map();
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const id = /^id:\s*["']?([\p{L}\p{N}._-]+)/mu.exec(/^---\r?\n([\s\S]*?)\n---/.exec(text)?.[1] ?? '')?.[1];
    const name = relative(root, file);
    if (!id) {
      if (basename(file) !== 'README.md') note(`build: ${name} has no id in its front matter and is not shipped`);
      return [];
    }
    if (seen.has(id))
      throw new Error(`notebooks: expected every id once, ${seen.get(id)} and ${name} are both called "${id}". Rename one.`);
    seen.set(id, name);
    return [{ id, file, text }];
  });
}

/** What cells may read beside their notebook: everything in its folder but notebooks and tests. */
function copyBeside(from, to) {
  for (const file of filesBelow(from)) {
    if (extname(file) === '.md' || /\.test\.ts$/.test(file)) continue;
    cpSync(file, join(to, relative(from, file)));
  }
}

/** The three texts of a unit with exercises: the page judges answers by them. */
export function copyUnit(from, to) {
  const names = ['notebook.md', 'solutions.md', 'checks.md'];
  if (names.every((name) => existsSync(join(from, name)))) for (const name of names) cpSync(join(from, name), join(to, name));
}

/** Scripts that an entry imports at once, so that a page can ask for them together. */
function importsOf(manifest, key, seen = new Set([key])) {
  return (manifest[key]?.imports ?? []).flatMap((name) =>
    seen.has(name) ? [] : (seen.add(name), [manifest[name].file, ...importsOf(manifest, name, seen)]),
  );
}

/** Style sheets of an entry and of what it imports at once, in order. */
function stylesOf(manifest, key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return [];
  seen.add(key);
  return [...new Set([...(chunk.imports ?? []).flatMap((name) => stylesOf(manifest, name, seen)), ...(chunk.css ?? [])])];
}

const textOf = (manifest, key) =>
  stylesOf(manifest, key)
    .map((file) => readFileSync(at('dist', file), 'utf8').trim())
    .join('\n');

/** The whole sheet without faces of type, which pages ask for themselves. */
function writeLook(manifest) {
  const css = textOf(manifest, 'index.html').replace(/@font-face\s*\{[^}]*url\([^}]*\}/g, '');
  for (const old of readdirSync(at('dist/assets'))) if (old.startsWith('look-')) rmSync(at('dist/assets', old));
  const file = `assets/look-${createHash('sha256').update(css).digest('hex').slice(0, 10)}.css`;
  writeFileSync(at('dist', file), css);
  writeJson('build/look.json', { look: file });
}

/** What pages load and carry: addresses relative to the site's root, and the text of their styles, whose addresses begin at `../`. */
export function pageAssets() {
  const manifest = readJson('build/manifest.json') ?? {};
  const own = ['src/pages.ts', 'src/store/index.ts'].filter((key) => manifest[key]);
  const plot = ['src/view/outputs/plot.ts', 'src/view/outputs/plot-common.ts'].filter((key) => manifest[key]);
  return {
    script: manifest['index.html']?.file ?? '',
    preload: importsOf(manifest, 'index.html'),
    inline: readJson('build/inline.json') ?? { head: '', body: '' },
    sheets: stylesOf(manifest, 'index.html'),
    styles: textOf(manifest, 'index.html'),
    ...readJson('build/look.json'),
    formulaStyles: textOf(manifest, 'src/view/formulas.ts'),
    exerciseStyles: textOf(manifest, 'src/view/exercises/index.ts'),
    engine: readJson('build/engine.json')?.typescript ?? '',
    engineParts: readJson('build/engine-parts.json') ?? {},
    packs: readJson('build/packs.json') ?? {},
    reopening: Object.values(manifest).find(({ name }) => name === 'reopening')?.file,
    own: [...new Set(own.flatMap((key) => [manifest[key].file, ...importsOf(manifest, key, new Set(['index.html', key]))]))],
    plot: [...new Set(plot.flatMap((key) => [manifest[key].file, ...importsOf(manifest, key, new Set(['index.html', key]))]))],
  };
}

/* ---- the command ---- */

async function buildCommand() {
  const { build: esbuild } = await import('esbuild');
  await esbuild({
    entryPoints: [at('src/command/main.ts')],
    outfile: at('build/gradus.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['playwright-core'],
    logLevel: 'error',
    absWorkingDir: root,
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
}

/* ---- stamps ---- */

const stampOf = (step) => at('.stamps', step.name.replace(/ /g, '-'));

function fresh(step) {
  return existsSync(stampOf(step)) && step.outputs().every(existsSync) && readFileSync(stampOf(step), 'utf8') === hashOf(step.inputs());
}

/** Files that a list of addresses names, in dist. */
function listed(list) {
  return Object.values(readJson(list) ?? {}).map((file) => at('dist', file));
}

const hashes = new Map();

function hashOf(inputs) {
  const sum = createHash('sha256');
  for (const input of inputs) {
    if (!existsSync(input)) continue;
    for (const file of statSync(input).isDirectory() ? filesBelow(input) : [input]) {
      if (/\.test\.tsx?$/.test(file)) continue;
      const facts = statSync(file);
      const key = `${file} ${facts.mtimeMs} ${facts.size}`;
      if (!hashes.has(key)) hashes.set(key, createHash('sha256').update(readFileSync(file)).digest('hex'));
      sum.update(relative(root, file)).update(hashes.get(key));
    }
  }
  return sum.digest('hex');
}

/** Every file below a folder, sorted; what starts with a dot is left out. */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : entry.isFile() ? [join(folder, entry.name)] : []));
}

/** Two builds at once would tear each other's files; the second waits. A lock whose process is gone is nobody's. */
async function takeLock() {
  mkdirSync(at('.stamps'), { recursive: true });
  const lock = at('.stamps/lock');
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch {
      if (!alive(Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0))) rmSync(lock, { force: true });
      else if (waited === 10) note('build: another build is running; waiting for it…');
      else if (waited > 3000) throw new Error('build: another build has held .stamps/lock for five minutes. End it, or delete that file.');
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

function alive(pid) {
  if (!pid) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function node(script) {
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${relative(root, script)} ended with status ${status}.`);
}

function readJson(path) {
  return existsSync(at(path)) ? JSON.parse(readFileSync(at(path), 'utf8')) : undefined;
}

function writeJson(path, value) {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), `${JSON.stringify(value, null, 2)}\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2);
  const unknown = flags.find((flag) => flag !== '--if-needed' && flag !== '--force');
  if (unknown) {
    note(`build: unknown argument "${unknown}". It takes --if-needed or --force.`);
    process.exit(2);
  }
  await build({ force: flags.includes('--force'), quiet: flags.includes('--if-needed') }).catch((error) => {
    note(`build failed: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  });
}
