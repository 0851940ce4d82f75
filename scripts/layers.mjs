/* Checks who imports whom: the layers of docs/architecture.md, no cycles between files, workers made by entries alone, and that its
   walk from text to output is as long as it says.
   Prints one line for each fault, with what to do, and ends with status 1 where there is one. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** In order: a layer may import the types of every layer above its own line, and the values of those it names. */
const layers = {
  base: [],
  document: ['base'],
  analysis: ['base', 'document'],
  schedule: ['base', 'document', 'analysis'],
  output: ['base', 'document'],
  course: ['base', 'document'],
  kernels: ['base'],
  tensor: ['base', 'kernels'],
  engine: ['base', 'document', 'output'],
  stdlib: ['base', 'output', 'engine/protocol.ts'],
  lab: ['base', 'output'],
  workers: ['base', 'analysis/shifts.ts', 'schedule', 'output', 'tensor', 'kernels', 'engine/protocol.ts', 'stdlib', 'lab'],
  store: ['base', 'document', 'output'],
  share: ['base', 'document', 'engine/protocol.ts'],
  session: ['base', 'document', 'analysis', 'schedule', 'output', 'course', 'engine', 'stdlib', 'lab', 'store', 'share'],
  view: [
    'base',
    'output',
    'course',
    'session',
    'lab/parts/shapes.ts',
    'lab/parts/contours.ts',
    'lab/parts/replay.ts',
    'lab/parts/layout-tree.ts',
    'lab/parts/node-box.ts',
  ],
  embed: ['base', 'output', 'session', 'view', 'share'],
};
const order = Object.keys(layers);

/** Parts that run at build time: they compile and render notebooks before there is a session, as entries would. */
const buildTime = ['src/view/static/'];

const files = ['src', 'workers', 'kernels'].flatMap((folder) => filesBelow(join(root, folder)));
/** Tests and what only they use (`test-engine.ts`). */
const isTest = (name) => /\.test\.tsx?$|(^|\/)test-[\w-]+\.ts$/.test(name);

const faults = [];
const graph = new Map();

for (const file of files) {
  const name = relative(root, file);
  const from = layerOf(name);
  const text = readFileSync(file, 'utf8');
  const imports = importsOf(text).flatMap((found) => {
    if (!found.source.startsWith('.')) return [];
    const path = resolve(dirname(file), found.source.replace(/\?.*$/, ''));
    return [{ ...found, path, name: relative(root, path) }];
  });
  graph.set(
    file,
    imports.filter((found) => !found.type).map((found) => found.path),
  );
  // The script in a static page's head belongs to the entry: it starts the engine while the entry is still on its way.
  const early = name === 'src/view/static/page.ts';
  if (/\bnew (Shared)?Worker\s*\(/.test(withoutComments(text)) && from !== 'entry' && !early && !isTest(name)) {
    faults.push(`${name}: makes a worker. Only entries (src/*.ts) do; hand it in as createWorker.`);
  }
  if (from === 'entry' || buildTime.some((folder) => name.startsWith(folder)) || isTest(name)) continue;

  for (const found of imports) {
    const to = layerOf(found.name);
    if (to === from || to === undefined) continue;
    if (to === 'entry') {
      faults.push(`${name}:${found.line}: imports the entry ${found.name}. Nothing imports an entry; move what is shared into a layer.`);
    } else if (
      found.type
        ? order.indexOf(to) > order.indexOf(from)
        : !layers[from].some((allowed) => allowed === to || found.name === `src/${allowed}`)
    ) {
      const values = layers[from].join(', ') || 'nothing';
      faults.push(
        `${name}:${found.line}: ${from} may not import ${found.type ? 'types of ' : ''}${to} (${found.name}). It may import ${values}, and types of the layers before it; pass the rest in.`,
      );
    }
  }
}
for (const cycle of cyclesOf(graph))
  faults.push(`${cycle.map((file) => relative(root, file)).join(' → ')}: these files import each other. Move what both need into a third.`);
faults.push(...walkFaults());

for (const fault of faults) process.stdout.write(`${fault}\n`);
process.stdout.write(
  faults.length ? `layers: ${faults.length} fault${faults.length > 1 ? 's' : ''}\n` : `layers: ${files.length} files, no fault\n`,
);
process.exitCode = faults.length ? 1 : 0;

/** `entry` for src/*.ts and the command, the folder's name for a layer, undefined for what is no part of the order. */
function layerOf(name) {
  const parts = name.split('/');
  if (parts[0] === 'src') return parts.length === 2 || parts[1] === 'command' ? 'entry' : order.includes(parts[1]) ? parts[1] : undefined;
  return order.includes(parts[0]) ? parts[0] : undefined;
}

/** The walk from text to output in docs/architecture.md: its table holds the lines of each file as they are, at most 15 files and 2,200 lines. */
function walkFaults() {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const rows = [...text.matchAll(/^\| \d+ \| `([^`]+)` \| (\d+) \|/gm)].map(([, name, lines]) => ({
    name,
    written: Number(lines),
    lines: existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8').split('\n').length - 1 : 0,
  }));
  const total = rows.reduce((sum, { lines }) => sum + lines, 0);
  return [
    ...rows
      .filter(({ written, lines }) => written !== lines)
      .map(({ name, written, lines }) => `docs/architecture.md: ${name} has ${lines} lines, the walk says ${written}. Write ${lines}.`),
    ...(rows.length > 15 || total > 2200
      ? [
          `docs/architecture.md: the walk has ${total} lines in ${rows.length} files; 2,200 in 15 are the most. Move what stands beside the way.`,
        ]
      : []),
    ...(text.includes(`${total.toLocaleString('en')} lines in ${rows.length} files`)
      ? []
      : [`docs/architecture.md: write “${total.toLocaleString('en')} lines in ${rows.length} files” below the walk.`]),
  ];
}

/** Static and dynamic imports of a file; `type` where nothing of it is left at run time. */
function importsOf(text) {
  const bare = withoutComments(text);
  const pattern =
    /\b(?:import|export)\s+(type\s+)?([\w*{][^'";]*?\s)?from\s+['"]([^'"]+)['"]|\bimport\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)(\.\w+)?/g;
  return [...bare.matchAll(pattern)].map((match) => {
    const names = /^\{([^}]*)\}\s*$/
      .exec(match[2] ?? '')?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    const type = Boolean(match[1]) || (names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type ')));
    return { source: match[3] ?? match[4] ?? match[5], type, line: bare.slice(0, match.index).split('\n').length };
  });
}

/** The text with comments blanked out, lines kept. */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|[^:'"`\\])\/\/[^\n]*/g, (found) => found.replace(/[^\n]/g, ' '));
}

/** Each cycle once, as a path that ends where it began. */
function cyclesOf(edges) {
  const done = new Set();
  const cycles = [];
  const visit = (file, path) => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file]);
      return;
    }
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return cycles;
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return filesBelow(join(folder, entry.name));
    return /\.(ts|tsx|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [join(folder, entry.name)] : [];
  });
}
