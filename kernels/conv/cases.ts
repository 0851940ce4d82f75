/* Cases of convolution, its gradients, and unfolding: groups, strides, dilations, padding on one side, windows of one element, and
   the geometry of transposed convolution (rows and columns that no window reaches). */

import type { ContractCase } from '../case.ts';
import { input, output, uniform } from '../case.ts';
import type { Window2d } from '../operations.ts';
import { windowCount } from './taps.ts';

type Pair = readonly [number, number];

interface Geometry extends Partial<Window2d> {
  readonly groups?: number;
  readonly bias?: boolean;
  /** Rows and columns of the image below and right of all windows, for the input's gradient. */
  readonly extra?: Pair;
}

export function convCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (N: number, C: number, image: Pair, O: number, kernel: Pair, geometry: Geometry = {}) => {
    const { stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1, bias = false } = geometry;
    const [H, W] = image;
    const rows = windowCount(H, kernel[0], stride[0], padding[0], padding[1], dilation[0]);
    const columns = windowCount(W, kernel[1], stride[1], padding[2], padding[3], dilation[1]);
    const x = [N, C, H, W];
    const w = [O, C / groups, kernel[0], kernel[1]];
    const y = [N, O, rows, columns];
    const sizes = { stride, padding, dilation };
    const given = Object.entries(geometry).map(([key, value]) => `${key} ${String(value)}`);
    const name = `[${x.join(', ')}] * [${w.join(', ')}] ${given.join(' ')}`;
    cases.push(
      {
        name: `conv2d ${name}`,
        op: 'conv2d',
        tolerance: 'scaled',
        make: () => ({
          inputs: [input(x, uniform(121), 'float32', 'offset'), input(w, uniform(122)), ...(bias ? [input([O], uniform(123))] : [])],
          outputs: [output(y)],
          attributes: { ...sizes, groups, bias },
        }),
      },
      {
        name: `conv2dInputGrad ${name}`,
        op: 'conv2dInputGrad',
        tolerance: 'scaled',
        make: () => ({
          inputs: [input(y, uniform(124)), input(w, uniform(122), 'float32', 'offset')],
          outputs: [output(x)],
          attributes: { ...sizes, groups },
        }),
      },
      {
        name: `conv2dWeightGrad ${name}`,
        op: 'conv2dWeightGrad',
        tolerance: 'scaled',
        make: () => ({
          inputs: [input(y, uniform(124), 'float32', 'offset'), input(x, uniform(121), 'float32', 'offset')],
          outputs: [output(w)],
          attributes: { ...sizes, groups },
        }),
      },
    );
    if (groups > 1 || bias) return;
    const size = kernel;
    const columnsShape = [N, C * kernel[0] * kernel[1], rows * columns];
    cases.push(
      {
        name: `unfold ${name}`,
        op: 'unfold',
        tolerance: 'exact',
        make: () => ({
          inputs: [input(x, uniform(125), 'float32', 'offset')],
          outputs: [output(columnsShape)],
          attributes: { ...sizes, size },
        }),
      },
      {
        name: `fold ${name}`,
        op: 'fold',
        tolerance: 'scaled',
        make: () => ({
          inputs: [input(columnsShape, uniform(126), 'float32', 'offset')],
          outputs: [output(x)],
          attributes: { ...sizes, size },
        }),
      },
    );
  };
  add(1, 1, [1, 1], 1, [1, 1]);
  add(2, 3, [5, 7], 4, [3, 3]);
  add(2, 3, [5, 7], 4, [3, 2], { padding: [1, 1, 1, 1], bias: true });
  add(1, 4, [9, 8], 6, [3, 3], { padding: [1, 1, 1, 1], stride: [2, 2] });
  add(3, 2, [11, 13], 5, [3, 5], { padding: [0, 2, 3, 1], stride: [2, 3], dilation: [2, 1] });
  add(1, 3, [12, 9], 2, [2, 3], { dilation: [3, 2], padding: [2, 2, 4, 4] });
  add(2, 6, [7, 7], 9, [3, 3], { groups: 3, padding: [1, 1, 1, 1], bias: true });
  add(1, 17, [6, 5], 17, [3, 3], { groups: 17, padding: [1, 1, 1, 1] });
  add(1, 16, [14, 14], 33, [1, 1]);
  add(2, 16, [10, 10], 16, [1, 1], { stride: [2, 2] });
  add(1, 8, [28, 28], 16, [5, 5], { padding: [2, 2, 2, 2], bias: true });
  add(1, 1, [1, 257], 3, [1, 5], { padding: [0, 0, 2, 2] });
  add(2, 3, [1, 64], 4, [1, 4], { stride: [1, 4] });
  add(1, 2, [8, 8], 2, [3, 3], { stride: [3, 3] }); // the last rows and columns are in no window
  add(1, 1, [3, 3], 1, [3, 3], { padding: [2, 2, 2, 2], stride: [3, 2] });
  add(1, 2, [2, 2], 1, [2, 2], { stride: [4, 4], padding: [3, 3, 3, 3] }); // windows wholly in the padding
  add(0, 3, [4, 4], 2, [3, 3]);
  add(4, 20, [12, 12], 40, [3, 3], { padding: [1, 1, 1, 1] });
  return cases;
}
