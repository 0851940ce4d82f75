/* The script of a helper thread, for entries that make workers: the text of a classic worker that serves the messages it gets (module.ts): the
   kernels first, and where a program needs them those of the second module, for which it leaves its work and comes back.
   It must not import anything, so that an opaque frame can make it from a data: address. */

/** A classic worker's whole script: `new Worker(URL.createObjectURL(new Blob([threadScript])))`, or Node's `new Worker(threadScript, { eval: true })`. */
export const threadScript = `let kernels, more;
(typeof require === 'function' ? require('node:worker_threads').parentPort : self).addEventListener('message', ({ data: { kind, module, memory, index, round } }) => {
  if (kind === 'more') (more = new WebAssembly.Instance(module, { env: { memory } }).exports).setThread(index);
  else kernels = new WebAssembly.Instance(module, { env: { memory, more: (record, tile) => more.execute(record, tile) } }).exports;
  kernels.help(index, round);
});`;
