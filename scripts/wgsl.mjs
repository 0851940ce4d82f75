/* WGSL files as text, for every bundler here: without comments and indentation, lines kept (a kernel's constants are set by line). */

import { readFileSync } from 'node:fs';

/** The text without comments, indentation and empty lines. */
export function minifyWgsl(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/^[ \t]+|[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

/** For vite and vitest. @returns {import('vite').Plugin} */
export const wgsl = () => ({
  name: 'wgsl',
  enforce: 'pre',
  load: (id) => (/\.wgsl$/.test(id) ? `export default ${JSON.stringify(minifyWgsl(readFileSync(id, 'utf8')))};` : undefined),
});

/** For esbuild. @returns {import('esbuild').Plugin} */
export const wgslText = () => ({
  name: 'wgsl',
  setup(build) {
    build.onLoad({ filter: /\.wgsl$/ }, ({ path }) => ({ contents: minifyWgsl(readFileSync(path, 'utf8')), loader: 'text' }));
  },
});
