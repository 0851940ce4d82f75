/* The second module of kernels (more.as), as the encoders of what it computes hand it to the tape: it lies in a part of the library with them
   (scripts/tensor-parts.mjs), so a program that needs none of it does not load it. The build compiles it (scripts/wgsl.mjs). */

import bytes from './more.wasm';

export const moreKernels: Uint8Array = bytes;
