/* The same cold start by tfjs. */

import { load } from './tfjs.mjs';

const backend = location.search.slice(1);
const rival = await load({ threads: globalThis.crossOriginIsolated ? 2 : 1, backends: [backend], tfFiles: '/tf/' });
await rival.use(backend);
const task = await rival.prepare(backend, 'gpt');
await task.issue();
postMessage({ loss: await task.settle() });
