/* What the editor knows of the library without loading it: for each name that a cell has, and each member of `tensor`, `nn`, `optim`,
   `Inputs` and `Plot`, its signature and a sentence. Made from the tables and docstrings of the code itself. As a plugin of the bundler
   it is the module `virtual:names`, one lazy chunk:

     { "": { display: ["display(value, …)", "Shows each value below the cell."] }, "nn": { Linear: [...] }, "Tensor": {...} } */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { wgslText } from './wgsl.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Namespaces whose members are offered, and how they are reached. */
const spaces = ['tensor', 'tensor.linalg', 'tensor.fft', 'nn', 'nn.functional', 'nn.init', 'nn.utils', 'optim', 'optim.lrScheduler'];

export async function libraryNames() {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-names-'));
  const outfile = join(folder, 'names.mjs');
  try {
    await build({
      stdin: {
        contents: `export { operations } from './src/tensor/table.ts'; export * as library from './src/tensor/index.ts';
          export { helpText, documented } from './src/stdlib/docs.ts'; export { parts } from './src/lab/parts/index.ts'; export * as Plot from '@observablehq/plot'; export * as inputs from './src/stdlib/inputs.ts';`,
        resolveDir: root,
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
      loader: { '.wasm': 'empty' },
      plugins: [wgslText()],
    });
    return namesOf(await import(pathToFileURL(outfile).href));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function namesOf({ operations, library, helpText, documented, parts, Plot, inputs }) {
  const names = { '': {}, Tensor: {}, 'gradus:parts': Object.fromEntries(parts.map(({ name, doc }) => [name, doc])) };
  for (const name of documented) {
    const [, signature, text] = /^```ts \{static\}\n([\s\S]*?)\n```\n\n([\s\S]*)$/.exec(helpText(name));
    names[''][name] = [signature, text];
  }
  const written = declarations(join(root, 'src/tensor'));
  const table = new Map(operations.map((row) => [nameOf(row.signature), row]));
  const textOf = (name, row) =>
    [written.get(name)?.text ?? '', row?.differentiable ? 'Differentiable.' : ''].filter(Boolean).join(' ').trim();
  for (const path of spaces) {
    const space = path.split('.').reduce((at, key) => at?.[key], library);
    if (space === undefined) continue;
    const rows = {};
    for (const name of Object.keys(space)) {
      const value = space[name],
        row = path === 'tensor' || path === 'nn.functional' ? table.get(name) : undefined,
        isClass = typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
      if (name.startsWith('_')) continue;
      const call =
        row?.signature ?? (typeof value === 'function' ? `${name}(${written.get(name)?.parameters ?? parametersOf(value)})` : name);
      rows[name] = [`${isClass ? 'new ' : ''}${path}.${call}`, textOf(name, row)];
    }
    names[path] = rows;
  }
  for (const row of operations) {
    if (!row.where.includes('m')) continue;
    const name = nameOf(row.signature);
    names.Tensor[name] = [`t.${row.signature.replace(/\(a(?:, )?/, '(')}`, textOf(name, row)];
  }
  for (const name of ['array', 'item', 'data', 'toString', 'backward'])
    names.Tensor[name] ??= [`t.${name}()`, written.get(name)?.text ?? ''];
  for (const [name, text] of Object.entries({
    shape: 'The sizes, one for each dimension.',
    dtype: 'What its numbers are: float32, int32, bool …',
    device: 'Where its numbers lie.',
    grad: 'The gradient that backward() left, or null.',
    requiresGrad: 'Whether operations on it are recorded for gradients.',
    ndim: 'How many dimensions it has.',
    numel: 'How many numbers it has.',
  }))
    names.Tensor[name] ??= [`t.${name}`, text];
  names.Plot = Object.fromEntries(
    Object.entries(Plot)
      .filter(([name]) => name !== 'default')
      .map(([name, value]) => {
        const isClass = typeof value !== 'function' || /^class\b/.test(Function.prototype.toString.call(value));
        return [name, [isClass ? `Plot.${name}` : `Plot.${name}(${plotParameters(name, value)})`, plotText(name)]];
      }),
  );
  const asked = declarations(join(root, 'src/stdlib/inputs'));
  const kinds = Object.keys(inputs.inputs ?? inputs.Inputs ?? {});
  names.Inputs = Object.fromEntries(
    (kinds.length > 0 ? kinds : inputKinds()).map((name) => [
      name,
      [`Inputs.${name}(${inputParameters[name] ?? asked.get(name)?.parameters ?? 'options'})`, asked.get(name)?.text ?? ''],
    ]),
  );
  return names;
}

const inputParameters = {
  range: '[min, max], { label, step, value, format, transform, placeholder, validate, width, disabled }',
  number: '[min, max], { label, step, value, placeholder, width, disabled }',
  select: 'data, { label, format, value, multiple, size, sort, unique, keyof, valueof, width, disabled }',
  radio: 'data, { label, format, value, sort, unique, keyof, valueof, disabled }',
  checkbox: 'data, { label, format, value, sort, unique, keyof, valueof, disabled }',
  toggle: '{ label, value, values, disabled }',
  text: '{ label, value, placeholder, pattern, minlength, maxlength, datalist, validate, submit, width, disabled }',
  textarea: '{ label, value, placeholder, rows, submit, monospace, resize, width, disabled }',
  email: '{ label, value, placeholder, submit }',
  tel: '{ label, value, placeholder, submit }',
  url: '{ label, value, placeholder, submit }',
  password: '{ label, value, placeholder, submit }',
  button: 'content, { label, value, reduce, disabled }',
  color: '{ label, value, datalist, disabled }',
  date: '{ label, value, min, max, disabled }',
  datetime: '{ label, value, min, max, disabled }',
  file: '{ label, accept, multiple, required }',
  search: 'data, { label, query, placeholder, columns, format, filter, datalist, width }',
  table: 'data, { columns, value, required, sort, reverse, format, align, width, rows, height, multiple }',
  form: 'inputs, { template }',
  bind: 'target, source, invalidation',
  input: 'value',
  disposal: 'element',
};
const inputKinds = () => Object.keys(inputParameters);

const nameOf = (signature) => /^[\w$]+/.exec(signature)?.[0] ?? signature;

/** Names of the parameters of a function, as its text has them. */
function parametersOf(value) {
  const text = Function.prototype.toString.call(value);
  const isClass = /^class\b/.test(text);
  const source = ts.createSourceFile(
    'f.ts',
    isClass ? text : `(${text.replace(/^(async )?(?!function|\(|async|[\w$]+ *=>)/, '$1function ')})`,
    ts.ScriptTarget.Latest,
    true,
  );
  let found = '';
  const visit = (node) => {
    if (found === '' && (isClass ? ts.isConstructorDeclaration(node) : ts.isFunctionLike(node))) found = wordsOf(node) || ' ';
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found.trim();
}

function plotParameters(name, value) {
  const found = parametersOf(value);
  return /^\{/.test(found) ? 'options' : found.replace(/ = \{\}/g, '').replace(/\boptions2\b/g, 'options');
}

function plotText(name) {
  if (name === 'plot') return 'Draws marks on shared scales: { marks, x, y, color, width, height, marginLeft, facet … }.';
  const mark =
    /^(dot|line|area|bar|rect|cell|rule|text|tick|link|arrow|vector|image|box|contour|density|hexgrid|raster|tree|geo|axis|grid|frame|tip|crosshair|waffle|difference|circle|hexagon|hull|voronoi|delaunay|linearRegression|bollinger|graticule|sphere|auto)/.test(
      name,
    ) && !/^[A-Z]/.test(name);
  return mark
    ? 'A mark for Plot.plot.'
    : /^(bin|group|stack|window|normalize|map|select|dodge|hexbin|sort|filter|reverse|shuffle|shift|pointer|initializer|transform|tree|centroid)/.test(
          name,
        )
      ? 'A transform of a mark’s options.'
      : '';
}

/** Parameters as they are read: names, optional ones with `?`, defaults where they are short. */
function wordsOf(node) {
  return node.parameters
    .filter(({ name }) => name.getText() !== 'this')
    .map(({ name, questionToken, initializer, dotDotDotToken, type }) => {
      const fields =
        /^(?:options|given)$/.test(name.getText()) && type && ts.isTypeLiteralNode(type)
          ? type.members.map((member) => member.name?.getText()).filter(Boolean)
          : [];
      const word = fields.length > 0 ? `{ ${fields.join(', ')} }` : name.getText().replace(/\s+/g, ' ');
      const value = initializer?.getText();
      return `${dotDotDotToken ? '...' : ''}${word}${questionToken && fields.length === 0 ? '?' : ''}${value && value.length < 12 && value !== '{}' ? ` = ${value}` : ''}`;
    })
    .join(', ');
}

/** Exported functions, classes and constants below a folder: parameters, and the first sentence of the docstring. */
function declarations(folder) {
  const found = new Map();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || /\.test\.ts$|(^|\/)test-/.test(file)) continue;
    const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
    source.forEachChild((node) => {
      if (!ts.canHaveModifiers(node) || !ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return;
      const doc = sentence(ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc));
      const note = (name, parameters) => {
        const before = found.get(name);
        if (before === undefined || (before.text === '' && doc !== ''))
          found.set(name, { text: doc, ...(parameters === undefined ? {} : { parameters }) });
      };
      if (ts.isFunctionDeclaration(node) && node.name) note(node.name.text, wordsOf(node));
      else if (ts.isClassDeclaration(node) && node.name) {
        const make = node.members.filter(ts.isConstructorDeclaration).find(({ body }) => body) ?? undefined;
        note(node.name.text, make ? wordsOf(make) : undefined);
      } else if (ts.isVariableStatement(node))
        for (const { name, initializer } of node.declarationList.declarations)
          note(
            name.getText(),
            initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)) ? wordsOf(initializer) : undefined,
          );
    });
  }
  return found;
}

function sentence(doc) {
  const text = typeof doc?.comment === 'string' ? doc.comment : '';
  const plain = text.replace(/\s*\n\s*/g, ' ').trim();
  return /^.*?\.(?=\s|$)/.exec(plain)?.[0] ?? plain;
}

/** The module `virtual:names`. */
export const libraryNamesPlugin = () => ({
  name: 'library-names',
  resolveId: (source) => (source === 'virtual:names' ? '\0virtual:names' : undefined),
  load: async (id) =>
    id === '\0virtual:names' ? `export default JSON.parse(${JSON.stringify(JSON.stringify(await libraryNames()))})` : undefined,
});

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${JSON.stringify(await libraryNames(), null, 1)}\n`);
