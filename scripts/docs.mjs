/* Writes docs/tensor.md from the table of operations: `npm run docs`. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { wgslText } from './wgsl.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'gradus-docs-'));
const outfile = join(folder, 'table.mjs');
await build({
  stdin: {
    contents: `export { operations } from './src/tensor/table.ts'; export { tableInWords } from './scripts/tensor-docs.ts';`,
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  outfile,
  logLevel: 'error',
  plugins: [wgslText()],
});
const { operations, tableInWords } = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });
writeFileSync(
  join(root, 'docs/tensor.md'),
  `# The tensor library: all operations

\`tensor\`, \`nn\`, \`optim\` and \`random\` of \`gradus:tensor\` are names in every TypeScript cell. Names, defaults and meaning are PyTorch's, in camelCase, options in one
object behind the arguments. This page is made from the table of the code (src/tensor/table.ts); a test keeps them equal. A call shows required arguments, optional ones
(\`dim?\`, which may also stand among the options) and options with their defaults; \`*shape\` and \`...shape\` take an array or numbers in a row. ∇: differentiable, again
and again but for attention, convolution and recurrent sequences. Kernels: what the operation is computed with on every device (kernels/operations.ts); none means a view,
or host work. Modules are in src/tensor/nn, optimisers in src/tensor/optim.

${tableInWords(operations)}`,
);
