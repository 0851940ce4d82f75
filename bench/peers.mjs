/* The peers' own builds of the small notebook (a title, a paragraph, a slider, a value, a plot), made in a scratch folder
   outside the repository. What they would fetch from a CDN is put on their own server instead, bundled from the same npm
   packages: this favours them by a connection. A peer that cannot be made here is left out with the reason. */

import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const line = '{marks: [Plot.line(Array.from({length: 100}, (_, i) => [i, Math.sin(i / 10 + k)]))]}';
const cells = [
  'const k = view(Inputs.range([0, 10], {label: "k", step: 1, value: 3}));',
  'const total = 6 * 7 * 1000 + k;\ndisplay(total);',
  `display(Plot.plot(${line}));`,
];
const prose = '# A wave\n\nThe slider moves the wave and the number below.';

/** @returns {Promise<{ name: string, version: string, folder: string, path: string }[]>} folders to serve */
export async function buildPeers(context) {
  const built = [];
  for (const peer of [framework, notebookKit]) {
    try {
      built.push(await peer(context, join(await context.scratch(), peer.name)));
    } catch (error) {
      context.note(`bench: ${peer.name} is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  context.note('bench: JupyterLite and marimo are left out: their pages fetch a Python distribution from the network.');
  return built;
}

async function framework(context, folder) {
  const version = '1.13.4';
  const plot = '0.6.17';
  await install(folder, [`@observablehq/framework@${version}`, `@observablehq/plot@${plot}`, 'htl@1.0.0', 'isoformat@0.2.1']);
  for (const [name, its] of [
    ['@observablehq/plot', plot],
    ['htl', '1.0.0'],
    ['isoformat', '0.2.1'],
  ]) {
    await writeText(join(folder, `src/.observablehq/cache/_npm/${name}@${its}/_esm.js`), await bundleOf(folder, name));
  }
  await writeText(join(folder, 'src/index.md'), `${prose}\n\n${cells.map((cell) => `\`\`\`js\n${cell}\n\`\`\``).join('\n\n')}\n`);
  await writeText(
    join(folder, 'observablehq.config.js'),
    'export default { title: "A wave", root: "src", pager: false, toc: false, sidebar: false, search: false, globalStylesheets: [] };\n',
  );
  await run(folder, 'npx', ['--no-install', 'observable', 'build']);
  return { name: 'Observable Framework', version, folder: join(folder, 'dist'), path: '' };
}

async function notebookKit(context, folder) {
  const version = '2.1.8';
  await install(folder, [`@observablehq/notebook-kit@${version}`, '@observablehq/inputs@0.12.0', '@observablehq/plot@0.6.17']);
  const scripts = cells.map((cell) => `  <script type="module">\n${cell}\n  </script>`).join('\n');
  await writeText(
    join(folder, 'index.html'),
    `<!doctype html>\n<notebook theme="air">\n  <title>A wave</title>\n  <script type="text/markdown">\n${prose}\n  </script>\n${scripts}\n</notebook>\n`,
  );
  await run(folder, 'npx', ['--no-install', 'notebooks', 'build', '--root', '.', '--out', 'dist', '--', 'index.html']);
  const dist = join(folder, 'dist');
  for (const name of ['inputs', 'plot'])
    await writeText(join(dist, `assets/vendor-${name}.js`), await bundleOf(folder, `@observablehq/${name}`));
  await writeText(
    join(dist, 'assets/vendor-inputs.css'),
    await readFile(join(folder, 'node_modules/@observablehq/inputs/dist/index.css'), 'utf8'),
  );
  for (const file of (await readdir(join(dist, 'assets'))).filter((file) => /\.(js|css)$/.test(file))) {
    const text = await readFile(join(dist, 'assets', file), 'utf8');
    const local = text
      .replace('https://cdn.jsdelivr.net/npm/@observablehq/inputs/dist/index.css', '/assets/vendor-inputs.css')
      .replace(/https:\/\/cdn\.jsdelivr\.net\/npm\/@observablehq\/(inputs|plot)[^"'`]*\/\+esm/g, '/assets/vendor-$1.js');
    if (local !== text) await writeFile(join(dist, 'assets', file), local);
  }
  return { name: 'Observable Notebook Kit', version, folder: dist, path: '' };
}

/** An npm package as one minified module, as a CDN would give it. */
async function bundleOf(folder, name) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(name)};`, resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

async function install(folder, packages) {
  await mkdir(folder, { recursive: true });
  await writeText(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run(folder, 'npm', ['install', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error', ...packages]);
}

function run(folder, program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, OBSERVABLE_TELEMETRY_DISABLE: 'true' },
      timeout: 180_000,
    });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0
        ? resolve(output)
        : reject(
            new Error(`${program} ${args.slice(0, 3).join(' ')} ended with ${status}: ${output.trim().split('\n').slice(-3).join(' ')}`),
          ),
    );
  });
}

async function writeText(file, text) {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
}
