/* The same cold start by jax-js. */

import { load } from './jax.mjs';

const backend = location.search.slice(1);
const rival = await load({ backends: [backend] });
await rival.use(backend);
const task = await rival.prepare(backend, 'gpt');
await task.issue();
postMessage({ loss: await task.settle() });
