/* Compiles the wasm kernels (`kernels/wasm/main.as` and what it imports, AssemblyScript) to `build/kernels.wasm`.

     node scripts/build-kernels.mjs

   `buildKernels()` answers with the module's bytes and compiles only when a source changed; tests call it. The module imports a shared memory;
   kernels/wasm/module.ts turns one byte where the page has no shared memory. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const kernelsFile = join(root, 'build/kernels.wasm');

/** Every source of the module, and the compiler's version by the lock. */
export function kernelSources() {
  return readdirSync(join(root, 'kernels'), { recursive: true })
    .filter((file) => file.endsWith('.as'))
    .sort()
    .map((file) => join(root, 'kernels', file));
}

const OPTIONS = [
  ...['--runtime', 'stub', '--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'],
  ...['--memoryBase', '2048', '--enable', 'simd,threads', '-O2', '--shrinkLevel', '2', '--noAssert', '--use', 'abort='],
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

/** The compiled module's bytes. Throws with the compiler's messages. */
export async function buildKernels() {
  const sum = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of kernelSources()) sum.update(file).update(readFileSync(file));
  const hash = sum.digest('hex');
  const stamp = `${kernelsFile}.sha256`;
  if (existsSync(kernelsFile) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return readFileSync(kernelsFile);
  const { default: asc } = await import('assemblyscript/asc');
  const table = [];
  const texts = new Map(kernelSources().map((file) => [file, withTable(readFileSync(file, 'utf8'), table)]));
  if (table.length > TABLE_WORDS)
    throw new Error(`kernels: expected at most ${TABLE_WORDS} constants, got ${table.length}. Make the table longer.`);
  const main = join(root, 'kernels/wasm/main.as');
  const init = `memory.copy(${TABLE}, memory.data<i32>([${table.join(', ')}]), ${4 * table.length})`;
  texts.set(main, `${texts.get(main)}\n/** Writes the table of constants. */\nexport function prepare(): void {\n  ${init};\n}\n`);
  const made = `${kernelsFile}.${process.pid}`;
  mkdirSync(dirname(kernelsFile), { recursive: true });
  const { error, stderr } = await asc.main(['kernels/wasm/main.ts', '--outFile', made, ...OPTIONS], {
    readFile: (name, base) => {
      const path = resolve(root, base ?? '.', name).replace(/\.ts$/, '.as'); // the compiler asks for .ts; ours are not TypeScript
      return texts.get(path) ?? null;
    },
    writeFile: (name, data) => writeFileSync(resolve(root, name), data),
    listFiles: () => [],
  });
  if (error) throw new Error(`kernels: ${error.message}\n${stderr.toString()}`);
  renameSync(made, kernelsFile);
  writeFileSync(stamp, hash);
  return readFileSync(kernelsFile);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const bytes = await buildKernels();
  process.stderr.write(`kernels: ${bytes.length} bytes\n`);
}
