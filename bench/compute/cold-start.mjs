/* Begins a cold start of ours as an engine does (src/stdlib/tensor.ts): the kernels are fetched while the library comes. A classic worker's script. */

globalThis.kernelsAhead = fetch('kernels.wasm').then(async (response) => new Uint8Array(await response.arrayBuffer()));
importScripts('cold-library.js');
