/* The pack `ort-webgpu`: onnxruntime-web with its webgpu and wasm providers, for notebooks that compute on a GPU. */

import * as ort from 'onnxruntime-web/webgpu';
import type { Host } from '../../src/stdlib/host.ts';
import { createPack } from '../ort.ts';

const scope = globalThis as { __gradusPacks?: Record<string, unknown> };
(scope.__gradusPacks ??= {})['ort-webgpu'] = createPack(ort, 'ort-wasm-simd-threaded.asyncify') satisfies { create(host: Host): unknown };
