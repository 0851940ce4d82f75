/* The module of the wasm backend: what JavaScript calls. Memory is imported, so that threads can share it. */

export { help, runTape, setThreads } from './threads';
