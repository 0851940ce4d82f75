/* The script of a helper thread, for entries that make workers: the text of a classic worker that serves the first message it gets.
   It must not import anything, so that an opaque frame can make it from a data: address. */

/** A classic worker's whole script: `new Worker(URL.createObjectURL(new Blob([threadScript])))`, or Node's `new Worker(threadScript, { eval: true })`. */
export const threadScript = `(typeof require === 'function' ? require('node:worker_threads').parentPort : self).addEventListener('message', ({ data }) => {
  new WebAssembly.Instance(data.module, { env: { memory: data.memory } }).exports.help(data.index);
}, { once: true });`;
