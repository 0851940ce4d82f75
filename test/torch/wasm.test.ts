/* What PyTorch computes, on the wasm backend. */

import { torchSuite } from './suite.ts';

torchSuite('wasm');
