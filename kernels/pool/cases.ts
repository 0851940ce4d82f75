/* Cases of pooling: padding, dilation, last windows that reach over the edge, ties, NaN, images of −inf. */

import type { ContractCase, Values } from '../case.ts';
import { input, integers, output, uniform } from '../case.ts';
import { windowCount } from '../conv/taps.ts';
import type { Window2d } from '../operations.ts';
import { maxPool2d } from './reference.ts';

type Pair = readonly [number, number];

export function poolCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  /** `over`: further windows below and right, as where sizes are rounded up. */
  const add = (
    N: number,
    C: number,
    [H, W]: Pair,
    size: Pair,
    geometry: Partial<Window2d> & { over?: Pair } = {},
    values: Values = uniform(131),
    note = '',
  ) => {
    const { stride = size, padding = [0, 0, 0, 0], dilation = [1, 1], over = [0, 0] } = geometry;
    const x = [N, C, H, W];
    const rows = windowCount(H, size[0], stride[0], padding[0], padding[1], dilation[0]) + over[0];
    const columns = windowCount(W, size[1], stride[1], padding[2], padding[3], dilation[1]) + over[1];
    const y = [N, C, rows, columns];
    const attributes = { size, stride, padding, dilation };
    const name = `[${x.join(', ')}] by [${size.join(', ')}] ${Object.entries(geometry)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(' ')}${note}`;
    cases.push(
      {
        name: `maxPool2d ${name}`,
        op: 'maxPool2d',
        tolerance: 'exact',
        make: () => ({ inputs: [input(x, values, 'float32', 'offset')], outputs: [output(y), output(y, 'int32')], attributes }),
      },
      {
        name: `maxPool2dGrad ${name}`,
        op: 'maxPool2dGrad',
        tolerance: 'scaled',
        make: () => {
          const index = input(y, () => 0, 'int32');
          const [image, pooled] = [input(x, values), output(y)];
          const outputs = [pooled, index].map((operand) => ({ ...operand, buffer: operand.data }));
          maxPool2d({ op: 'maxPool2d', inputs: [{ ...image, buffer: image.data }], outputs, attributes });
          return { inputs: [input(y, uniform(132), 'float32', 'offset'), index], outputs: [output(x)], attributes: {} };
        },
      },
    );
    if (dilation[0] !== 1 || dilation[1] !== 1) return;
    for (const includePadding of padding.some((width) => width > 0) || over[0] + over[1] > 0 ? [true, false] : [true]) {
      const told = `${name}${includePadding ? '' : ' padding not counted'}`;
      cases.push(
        {
          name: `avgPool2d ${told}`,
          op: 'avgPool2d',
          tolerance: 'scaled',
          make: () => ({
            inputs: [input(x, values, 'float32', 'offset')],
            outputs: [output(y)],
            attributes: { ...attributes, includePadding },
          }),
        },
        {
          name: `avgPool2dGrad ${told}`,
          op: 'avgPool2dGrad',
          tolerance: 'scaled',
          make: () => ({
            inputs: [input(y, uniform(133), 'float32', 'offset')],
            outputs: [output(x)],
            attributes: { ...attributes, includePadding },
          }),
        },
      );
    }
  };
  add(1, 1, [1, 1], [1, 1]);
  add(2, 3, [8, 6], [2, 2]);
  add(2, 3, [7, 9], [3, 2], { stride: [1, 1] });
  add(1, 5, [11, 13], [3, 3], { stride: [2, 2], padding: [1, 1, 1, 1] });
  add(1, 2, [12, 10], [3, 3], { stride: [2, 2], padding: [1, 1, 1, 1], over: [1, 1] });
  add(2, 1, [10, 7], [3, 2], { stride: [2, 2], over: [1, 1] });
  add(1, 2, [12, 11], [3, 2], { stride: [2, 1], dilation: [2, 3], padding: [1, 1, 1, 1] });
  add(2, 3, [9, 8], [3, 4], { stride: [2, 2], padding: [1, 0, 0, 2] });
  add(3, 7, [5, 5], [5, 5]);
  add(2, 2, [1, 257], [1, 4]);
  add(0, 2, [4, 4], [2, 2]);
  add(4, 17, [28, 28], [2, 2]);
  add(2, 2, [9, 9], [3, 3], { stride: [1, 2] }, integers(134, 0, 3), ', ties');
  add(1, 2, [8, 8], [2, 2], {}, (i) => (i % 9 === 4 ? NaN : i % 7), ', NaN');
  add(1, 1, [6, 6], [3, 3], { padding: [1, 1, 1, 1] }, () => -Infinity, ', −inf');
  return cases;
}
