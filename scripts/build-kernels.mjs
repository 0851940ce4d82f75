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
  ...['--memoryBase', '1024', '--enable', 'simd,threads', '-O2', '--noAssert', '--use', 'abort='],
];

/** The compiled module's bytes. Throws with the compiler's messages. */
export async function buildKernels() {
  const sum = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of kernelSources()) sum.update(file).update(readFileSync(file));
  const hash = sum.digest('hex');
  const stamp = `${kernelsFile}.sha256`;
  if (existsSync(kernelsFile) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return readFileSync(kernelsFile);
  const { default: asc } = await import('assemblyscript/asc');
  const made = `${kernelsFile}.${process.pid}`;
  mkdirSync(dirname(kernelsFile), { recursive: true });
  const { error, stderr } = await asc.main(['kernels/wasm/main.ts', '--outFile', made, ...OPTIONS], {
    readFile: (name, base) => {
      const path = resolve(root, base ?? '.', name).replace(/\.ts$/, '.as'); // the compiler asks for .ts; ours are not TypeScript
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
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
