/* Compiles the wasm kernels (AssemblyScript): `kernels/wasm/main.as` and what it imports to `build/kernels.wasm`, `more.as` to `build/more-kernels.wasm`.

     node scripts/build-kernels.mjs

   `buildKernels()` answers with the first module's bytes, `buildMoreKernels()` with the second's; they compile only when a source changed; tests call them. The modules import a shared memory;
   kernels/wasm/module.ts turns one byte where the page has no shared memory. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const kernelsFile = join(root, 'build/kernels.wasm');
export const moreKernelsFile = join(root, 'build/more-kernels.wasm');

/** Every source of the modules, and the compiler's version by the lock. */
export function kernelSources() {
  return readdirSync(join(root, 'kernels'), { recursive: true })
    .filter((file) => file.endsWith('.as'))
    .sort()
    .map((file) => join(root, 'kernels', file));
}

const OPTIONS = [
  ...['--runtime', 'stub', '--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'],
  ...['--enable', 'simd,threads', '-O2', '--shrinkLevel', '2', '--noAssert', '--use', 'abort='],
];

/**
 * A source with `constant(NUMBER)` and `bits(INTEGER)`, four times one literal, turned into reads of a table. Engines build a literal vector anew at each
 * use, on the one port that shuffles: in the loop of exp that costs three times the arithmetic (36 cycles for four numbers, 11 with the table); a broadcast
 * load is free. To be dropped when V8 hoists vector constants out of loops.
 */
function withTable(text, table) {
  return text.replace(/\b(constant|bits)\((-?(?:0x[\da-f]+|[\d.]+(?:e-?\d+)?|Infinity|NaN))\)/g, (_, kind, number) => {
    const word = kind === 'bits' ? Number(number) | 0 : new Int32Array(Float32Array.of(Number(number)).buffer)[0];
    if (!table.includes(word)) table.push(word);
    return `v128.load_splat<i32>(${TABLE + 4 * table.indexOf(word)})`;
  });
}

/** Where the table lies: the module's own data begin behind it. */
const TABLE = 1024;
const TABLE_WORDS = 256;

/** Where each module's own data begin; both lie below what a helper warms up in (memory.as). */
const bases = { main: 2048, more: 6144 };

/** The first module's bytes. Throws with the compiler's messages. */
export const buildKernels = () => build().then(() => readFileSync(kernelsFile));

/** The second module's bytes. */
export const buildMoreKernels = () => build().then(() => readFileSync(moreKernelsFile));

async function build() {
  const sum = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of kernelSources()) sum.update(file).update(readFileSync(file));
  const hash = sum.digest('hex');
  const stamp = `${kernelsFile}.sha256`;
  if ([kernelsFile, moreKernelsFile, stamp].every(existsSync) && readFileSync(stamp, 'utf8') === hash) return;
  const table = [];
  const texts = new Map(kernelSources().map((file) => [file, withTable(readFileSync(file, 'utf8'), table)]));
  if (table.length > TABLE_WORDS)
    throw new Error(`kernels: expected at most ${TABLE_WORDS} constants, got ${table.length}. Make the table longer.`);
  const main = join(root, 'kernels/wasm/main.as');
  const init = `memory.copy(${TABLE}, memory.data<i32>([${table.join(', ')}]), ${4 * table.length})`;
  texts.set(
    main,
    `${texts.get(main)}\n/** Writes the table of constants of both modules. */\nexport function prepare(): void {\n  ${init};\n}\n`,
  );
  mkdirSync(dirname(kernelsFile), { recursive: true });
  await compile('main', kernelsFile, texts);
  await compile('more', moreKernelsFile, texts);
  writeFileSync(stamp, hash);
}

async function compile(name, file, texts) {
  const { default: asc } = await import('assemblyscript/asc');
  const made = `${file}.${process.pid}`;
  const { error, stderr } = await asc.main(
    [`kernels/wasm/${name}.ts`, '--outFile', made, '--memoryBase', String(bases[name]), ...OPTIONS],
    {
      readFile: (file, base) => {
        const path = resolve(root, base ?? '.', file).replace(/\.ts$/, '.as'); // the compiler asks for .ts; ours are not TypeScript
        return texts.get(path) ?? null;
      },
      writeFile: (file, data) => writeFileSync(resolve(root, file), data),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`kernels: ${error.message}\n${stderr.toString()}`);
  renameSync(made, file);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const modules = [await buildKernels(), await buildMoreKernels()];
  process.stderr.write(`kernels: ${modules.map(({ length }) => length).join(' and ')} bytes\n`);
}
