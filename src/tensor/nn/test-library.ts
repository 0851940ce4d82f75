/* The library as a cell sees it, without types: for tests that call it in the ways users do. */

import * as library from '../index.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- tests call it as untyped JavaScript does
export type Loose = any;
export const tensor: Loose = library.tensor;
export const nn: Loose = library.nn;
export const optim: Loose = library.optim;
export const random: Loose = library.random;

/** The largest difference of two tensors. */
export const distance = (a: Loose, b: Loose): Promise<number> => a.sub(b).abs().max().item();
