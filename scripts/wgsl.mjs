/* What kernels are made of as text and bytes, for every bundler here: WGSL files without comments and indentation, lines kept (a kernel's constants
   are set by line); `more.wasm`, which is compiled when it is asked for, as a Uint8Array. */

import { readFileSync } from 'node:fs';
import { buildMoreKernels, moreKernelsFile } from './build-kernels.mjs';

/** The text without comments, indentation and empty lines. */
export function minifyWgsl(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/^[ \t]+|[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

/** The second module as a module of JavaScript. In hexadecimal digits it is a fifth smaller, compressed, than in base 64. */
const moreKernels = async () =>
  `export default Uint8Array.from(${JSON.stringify((await buildMoreKernels()).toString('hex'))}.match(/../g), (digits) => parseInt(digits, 16));`;

/** For vite and vitest. @returns {import('vite').Plugin} */
export const wgsl = () => ({
  name: 'wgsl',
  enforce: 'pre',
  resolveId: (source) => (source === './more.wasm' ? moreKernelsFile : undefined),
  async load(id) {
    if (id.endsWith('.wgsl')) return `export default ${JSON.stringify(minifyWgsl(readFileSync(id, 'utf8')))};`;
    if (id !== moreKernelsFile) return undefined;
    return moreKernels();
  },
});

/** For esbuild. @returns {import('esbuild').Plugin} */
export const wgslText = () => ({
  name: 'wgsl',
  setup(build) {
    build.onResolve({ filter: /^\.\/more\.wasm$/ }, () => ({ path: moreKernelsFile }));
    build.onLoad({ filter: /more-kernels\.wasm$/ }, async () => ({ contents: await moreKernels(), loader: 'js' }));
    build.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({ contents: minifyWgsl(readFileSync(path, 'utf8')), loader: 'text' }));
  },
});
