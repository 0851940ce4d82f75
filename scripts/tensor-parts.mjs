/* The compute library as a core and parts (scripts/parts.mjs): which names a program of the usual kind has at once, and in which part the
   others lie. `bundleParts` makes the scripts of one entry, minified, each named by its hash. */

import { createHash } from 'node:crypto';
import { split } from './parts.mjs';
import { wgslText } from './wgsl.mjs';

const words = (text) => new Set(text.trim().split(/\s+/));

/** What trains a language model, and what nearly every notebook names. */
const core = words(`
  zeros ones full arange zerosLike onesLike randn
  neg abs exp log sqrt rsqrt square reciprocal relu sigmoid silu tanh gelu add sub mul div pow maximum minimum where clamp
  eq ne lt le gt ge isnan
  sum mean amax max argmax
  reshape view flatten squeeze unsqueeze transpose t permute expand narrow select split contiguous clone detach at cat stack
  gather indexSelect maskedFill
  matmul softmax logSoftmax
  add_ sub_ mul_ zero_ fill_ copy_ to
  linear embedding layerNorm dropout scaledDotProductAttention crossEntropy mseLoss
  Parameter
  Optimizer Adam AdamW SGD
`);

/** Operations whose kernels those are made of, on the host, by wasm and by WebGPU. */
const kernels = {
  'kernels/reference': words('unary binary where cast copy fill iota reduce matmul softmax random rows gather adam'),
  'kernels/encoders': words(
    'unary binary where cast copy fused fill iota reduce matmul softmax softmaxGrad layerNorm layerNormGrad crossEntropy crossEntropyGrad attention attentionGrad gather rows rowsAdd random adam',
  ),
  'kernels/rare': words(''),
  'kernels/quads': words(''),
  'kernels/lowerings': words(
    'unary binary where cast copy fused fill iota reduce matmul layerNorm layerNormGrad crossEntropy crossEntropyGrad attention attentionGrad gather rows rowsAdd random adam',
  ),
};
/** Tables that lie wherever they are named: all or nothing. */
const whole = words('lrScheduler');

const isCore = (name, table) =>
  kernels[table]?.has(name) ?? (whole.has(table) || (table !== 'gpu' && table !== 'methods' && core.has(name)));

/** Which part a name lies in, by the file that declares it. */
const families = [
  [/^kernels\/\w+\/.*-quads\.wgsl$/, () => 'quads'],
  [/^kernels\/(conv|pool|recurrent|fft|quantised|sort)\/(webgpu\.ts|.*\.wgsl)$/, (_, family) => `${partNames[family]}-gpu`],
  [/^kernels\/\w+\/(webgpu\.ts|half\.ts|.*\.wgsl)$/, () => 'more-gpu'],
  [/^kernels\/(conv|pool|recurrent|fft|quantised|sort)\//, (_, family) => partNames[family]],
  [/^kernels\/webgpu\/custom|^workers\/tensor\/gpu/, () => 'kernel'],
  [/^kernels\/webgpu\//, () => 'gpu'],
  // Beside the encoder of scans: the second module of wasm kernels, which those of convolution, sorting and so on need too.
  [/^kernels\/reduce\/wasm\.ts$/, () => 'more-kernels'],
  [/^kernels\//, () => 'kernels'],
  [/tensor\/(linalg\/|ops\/linalg)/, () => 'linalg'],
  [/tensor\/fourier/, () => 'fft'],
  [/tensor\/(files|safetensors)|base\/safetensors/, () => 'files'],
  [/tensor\/guests/, () => 'guests'],
  [/tensor\/print/, () => 'print'],
  [/tensor\/transforms/, () => 'transforms'],
  [/tensor\/fit/, () => 'fit'],
  [/tensor\/data\//, () => 'data'],
  [/tensor\/(ops\/quantised|quantize)/, () => 'quantised'],
  [/tensor\/ops\/sort/, () => 'sort'],
  [/tensor\/nn\/(recurrent|sequence)/, () => 'recurrent'],
  [/tensor\/(nn|functional)\/convolution/, () => 'convolution'],
  [/tensor\/functional\/image/, () => 'image'],
  [
    /tensor\/nn\/(activation|container|linear|module|norm|shape|state|owned|layer)/,
    (_, file, name) => (nets.has(name) ? 'modules' : file === 'activation' ? 'activations' : 'layers'),
  ],
  [/tensor\/nn\/(attention|cache|transformer)|functional\/attention/, () => 'transformer'],
  [/tensor\/nn\/(init|clip)/, (_, file) => file],
  [/tensor\/optim\/sched/, () => 'schedulers'],
  [/tensor\/optim\//, () => 'optimisers'],
  [/tensor\/(nn|functional)\/loss/, () => 'losses'],
  [/tensor\/(nn|functional)\/(activation)/, () => 'activations'],
  [/tensor\/(nn|functional)\//, () => 'layers'],
];
const partNames = { conv: 'convolution', pool: 'convolution', recurrent: 'recurrent', fft: 'fft', quantised: 'quantised', sort: 'sort' };
/** Modules of nearly every net. */
const nets = words('Module Linear Embedding LayerNorm Dropout Sequential ReLU GELU Tanh Sigmoid Flatten Identity');
const partOf = (file, key) => {
  for (const [pattern, name] of families) {
    const match = pattern.exec(file);
    if (match) return name(match[0], match[1] ?? key, key);
  }
  return 'operations';
};

/** What two parts share lies in the one named first. */
const order = [
  'modules',
  'operations',
  'more-kernels',
  'sort',
  'kernels',
  'layers',
  'gpu',
  'more-gpu',
  'convolution',
  'transformer',
  'data',
  'clip',
];

/** How the compute library is split; the global name by which a part finds what its scripts share. */
export const tensorPlan = { isCore, partOf, order, shared: '__gradusParts' };

/** The scripts of `entry`: `{ core: { file, text }, parts: [{ name, file, text, needs }] }`. Files are named without a folder. */
export async function bundleParts(root, name, entry, { report = () => {}, plan = tensorPlan, ...options } = {}) {
  const [{ build }, { minify }] = await Promise.all([import('esbuild'), import('vite')]);
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.wasm': 'binary' },
    plugins: [wgslText()],
    absWorkingDir: root,
    ...options,
  });
  const made = split(outputFiles[0].text, plan);
  report(made);
  const small = async (label, text, shares = `globalThis.${plan.shared}`) => {
    const wrapped = `(()=>{const $shared=${shares};${text}\n})();`;
    const { code, errors } = await minify(`${label}.js`, wrapped, { module: false, compress: { target: 'es2022' } });
    if (errors?.length) throw new Error(`${label}: ${errors[0].message}`);
    return code;
  };
  const named = (label, text) => `${label}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.js`;
  const parts = [];
  for (const part of made.parts) {
    const text = await small(`${name}-${part.name}`, part.text);
    parts.push({ ...part, text, file: named(`${name}-${part.name}`, text) });
  }
  const table = JSON.stringify(parts.map(({ file, needs, name: of }) => [file, needs, of]));
  const text = await small(name, `const __PARTS__=${table},__SHARED__=${JSON.stringify(plan.shared)};${made.core}`, '{}');
  return { core: { file: named(name, text), text }, parts, doors: made.doors };
}
