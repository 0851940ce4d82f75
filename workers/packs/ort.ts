/* The pack `ort`: onnxruntime-web with its wasm provider. `create` tells it once an engine where its files lie in this site. */

import * as ort from 'onnxruntime-web/wasm';
import type { Host } from '../../src/stdlib/host.ts';
import { createPack } from '../ort.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['ort'] = createPack(ort, 'ort-wasm-simd-threaded') satisfies { create(host: Host): unknown };
