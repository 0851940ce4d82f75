/* Docstrings of the names that a TypeScript cell has: what `help(name)` shows. Each is a signature and
   what it returns or does. */

const docs: Readonly<Record<string, readonly [signature: string, text: string]>> = {
  display: ['display(value, …)', 'Shows each value below the cell. Works late too: from a timer it still writes under its cell.'],
  md: ['md`text ${value}`', 'Markdown with formulas, to be shown. A backslash is written once.'],
  tex: ['tex`\\frac{a}{b}`', 'A formula on its own line, to be shown.'],
  html: ['html`<b>${value}</b>`', 'HTML to be shown; interpolated text is escaped, and what could run is taken out.'],
  table: [
    'table(rows, { columns?, format? })',
    'Rows (records, arrays, columns, an Arrow table) as a table to sort, filter and look through, however many there are.',
  ],
  Plot: ['Plot.plot({ marks: [Plot.dot(rows, { x, y })] })', 'Observable Plot: every call works and is drawn in the page.'],
  view: [
    'view(input)',
    'Shows an input and returns its value. `const x = view(Inputs.range([0, 1]))`: cells that use x follow the reader.',
  ],
  Inputs: [
    'Inputs.range([min, max], { label, step, value })',
    'Inputs with Observable’s signatures and options: range number select radio checkbox toggle text email tel url password textarea button color date datetime file search table form bind. `address: "k"` keeps a value in the page’s address.',
  ],
  console: [
    'console.log(value, …)',
    'Writes a line of log below the cell; also info, warn, error, debug, table, time, count, assert, group.',
  ],
  progress: [
    'progress(iterable or total, { label? })',
    'Yields the items while a bar shows rate and remaining time; of a total gives `{ advance(n = 1), done() }`.',
  ],
  sleep: ['await sleep(ms)', 'Waits, while other cells may run. Ends at once when the cell is stopped.'],
  signal: ['signal', 'AbortSignal that fires when this evaluation is replaced or stopped: pass it to fetch.'],
  stop: ['stop(condition, output?)', 'If the condition holds, ends the cell quietly, showing `output`; cells that use its names wait.'],
  onDispose: ['onDispose(fn)', 'Calls fn when this evaluation is replaced or stopped.'],
  mutable: [
    'const n = mutable(1)',
    'A box in its own cell (`n.value = 2`), its current value everywhere else; setting it evaluates its users again.',
  ],
  setTimeout: ['setTimeout(fn, ms)', 'The usual timer; its errors and outputs stand below the cell that set it.'],
  setInterval: [
    'setInterval(fn, ms)',
    'The usual timer, ended when the cell is evaluated again; its errors and outputs stand below the cell.',
  ],
  queueMicrotask: ['queueMicrotask(fn)', 'Calls fn right after the current code; its errors stand below the cell.'],
  requestAnimationFrame: ['requestAnimationFrame(fn)', 'Calls fn before the next frame; stands still in a background tab.'],
  steps: [
    'for await (const step of steps(n, { run?, state?, every?, label? })) …',
    'Yields 0 … n−1 for a training loop, with progress and a pause button; other cells answer between the steps. With `{ run, state: { model, optimizer, r } }` the loop keeps checkpoints of what changes from step to step (after one second, then every five; `every: 100` for every 100 steps; when it is paused, stopped or over), and where the run goes on it puts the state back and begins behind the last one. Numbers that are assigned belong into the state object: `state.best = …`.',
  ],
  random: [
    'random(seed?)',
    'A generator that gives the same numbers on every device: r.uniform() r.normal() r.randint(low, high) r.bernoulli(p), n numbers by r.uniform(n) r.normal(n), r.permutation(n), r.shuffle(list), r.fork(i). Without a seed: the cell’s own.',
  ],
  tensor: [
    'tensor([[1, 2], [3, 4]], { dtype, device, requiresGrad })',
    'A tensor, and the compute library as its properties, with PyTorch’s names: tensor.zeros, tensor.matmul, tensor.compile, tensor.noGrad … Values are read by await t.array() or await t.item().',
  ],
  nn: ['new nn.Linear(4, 3)', 'Layers, losses and nn.functional, with PyTorch’s names and initial values.'],
  optim: ['new optim.AdamW(model.parameters(), { lr: 1e-3 })', 'Optimisers and optim.lrScheduler, with PyTorch’s names and defaults.'],
  inspect: [
    'inspect(value, { shape, as, name })',
    'Shows a tensor with its statistics, histogram and pictures; also a typed array with its shape, or rows of numbers as pictures of a shape: { as: [28, 28] }. Of other values their tree.',
  ],
  gpu: [
    'const k = gpu.kernel(wgsl)',
    'Facts of the graphics adapter, gpu.memory(), and kernels of your own: await k({ bindings }, { workgroups }) resolves to the arrays that it wrote.',
  ],
  ort: [
    'await ort.InferenceSession.create(bytes)',
    'onnxruntime-web: runs ONNX models. Tensors cross by tensor.fromOrt(v) and await t.toOrt(ort).',
  ],
  tf: ['tf.tensor([1, 2])', 'TensorFlow.js. What a cell makes and does not define is freed when it ends.'],
  dataset: ['await dataset("mnist")', 'A data set as typed arrays, with shape, source and licence.'],
  file: ['await file("data.csv")', 'A file beside the notebook: text(), json(), arrayBuffer(), stream().'],
  startRun: [
    'const run = await startRun(name, { lr: 0.1 }, { resume? })',
    'Starts an experiment: run.log({ loss }, step?) adds to its curves, await run.finish({ accuracy }) ends it. It is kept with this notebook. `await run.checkpoint({ w, optimizer, r })` keeps tensors, typed arrays, modules, optimisers, generators and JSON, as they are when it is called; it resolves when they are on the disk. The last three are kept, of a finished run the last. With `{ resume: true }`, or by the button Resume, the newest run of this cell, name and parameters that was cut off goes on behind its last checkpoint: run.state is what that held, and `steps(n, { run, state })` puts it back by itself.',
  ],
  sweep: [
    'await sweep({ lr: [0.1, 0.01], hidden: 32 }, async (params, run) => ({ loss }), { name?, workers?, stop?, resume?, seed?, limitMs? })',
    'Calls the function at every point of a grid (or of a list of points), over a pool of engines that have the names of all cells; each point is a run with a seed of its own, and the list of { params, summary, run, state, metrics } is in the order of the points. `stop: { metric: "loss", patience: 5 }` or `{ metric: "acc", goal: "max", median: 3 }` ends poor points early; `resume: true` takes points that finished before with the same code, and lets those that were cut off go on from their last checkpoint.',
  ],
  runs: [
    'await runs({ name? })',
    'Kept runs, newest first: params, summary, and metrics as typed arrays; `await entry.state()` is what its last checkpoint held, undefined where it has none.',
  ],
  check: [
    'check(name, fn, { limitMs = 2000 })',
    'Runs fn and shows whether it passed: it fails when fn throws, returns false or takes too long.',
  ],
  close: ['close(a, b, { rtol = 1e-5, atol = 1e-8 })', 'Throws unless every number of a is near that of b: |a − b| ≤ atol + rtol·|b|.'],
  equal: ['equal(a, b)', 'Throws unless a and b hold the same.'],
  throws: ['throws(fn, match?)', 'Throws unless fn throws (and its message, class or pattern matches); returns that error.'],
  shape: ['shape(x, [2, null])', 'Throws unless x has these sizes; null stands for any.'],
  help: ['help(name)', 'Shows what a name does.'],
};

export type Docs = Readonly<Record<string, readonly [signature: string, text: string]>>;

/** The docstring of `name` as Markdown; without a name, all of them in a line each. `more`: of modules that are imported. */
export function helpText(name: string | undefined, more: Docs = {}): string {
  const [first = ''] = name?.split('.') ?? [];
  const own = name === undefined ? undefined : (docs[first] ?? (Object.hasOwn(more, first) ? more[first] : undefined));
  if (own) return `\`\`\`ts {static}\n${own[0]}\n\`\`\`\n\n${own[1]}`;
  const lead = name === undefined ? '' : `There is no help on \`${name}\`. There is on:\n\n`;
  return (
    lead +
    Object.entries(docs)
      .map(([key, [, text]]) => `- \`${key}\`: ${text.split(/(?<=[.:]) /)[0]}`)
      .join('\n')
  );
}

export const documented = Object.keys(docs);
