/* `imageGrid`: pictures side by side, thousands of them, of which one is chosen. */

import { checkIndex, gridIn, indexIn } from './data.ts';
import { extent } from './contours.ts';
import { isList, namesIn, wholeIn, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export const imageGrid: PartDefinition<number> = {
  name: 'imageGrid',
  doc: [
    'imageGrid({ label, images, shape?, labels?, columns?, range?, value = 0 })',
    'Pictures in rows, of which one is chosen. `images`: typed array, list of arrays or tensor, `shape` [n, height, width] or [n, height, width, 3]; bytes are 0 to 255, other numbers 0 to 1, or blue and vermilion about 0 where some are negative (`range` says otherwise). `labels`: a word under each. The value is the index of the chosen one.',
  ],
  make(options) {
    const { data, shape } = gridIn('imageGrid', options, 'images', [3, 4], '[n, height, width] or [n, height, width, 3]');
    const [n = 0, height = 0, width = 0, channels = 1] = shape;
    if (channels !== 1 && channels !== 3) throw wrong('imageGrid', 'shape', '[n, height, width] or [n, height, width, 3]', shape);
    if (height > 512 || width > 512)
      throw wrong('imageGrid', 'shape', 'pictures of up to 512 by 512', shape, 'Show larger ones with display(tensor).');
    const labels = namesIn('imageGrid', options, 'labels', n);
    const columns = wholeIn('imageGrid', options, 'columns', 0, 1, 64);
    const range = options['range'];
    if (range !== undefined && !(isList(range) && range.length === 2 && Number(range[0]) < Number(range[1])))
      throw wrong('imageGrid', 'range', '[least, greatest]', range, 'The least is shown as paper.');
    const [low, high] = range !== undefined ? (range as unknown as [number, number]) : rangeOf(data);
    return {
      props: {
        images: data instanceof Uint8Array && range === undefined ? data : bytesOf(data, low, high),
        count: n,
        rows: height,
        cols: width,
        channels,
        labels,
        columns: columns || undefined,
        range: [low, high],
        steps: data instanceof Uint8Array && range === undefined ? 256 : 255,
      },
      value: indexIn('imageGrid', options, n),
      text: (index) =>
        n === 0
          ? 'No pictures.'
          : `${n === 1 ? 'One picture' : `${n} pictures`} of ${height} by ${width}; ${labels === undefined ? `number ${index} is chosen` : `number ${index}, ${labels[index]}, is chosen`}.`,
      decode: (wire) => {
        checkIndex('imageGrid', wire, n);
        return wire;
      },
    };
  },
};

/** What is paper and what is ink: of bytes 0 and 255, of shares 0 and 1, of signed numbers symmetric about 0. */
export function rangeOf(data: ArrayLike<number>): [number, number] {
  if (data instanceof Uint8Array) return [0, 255];
  const [low, high] = extent(data);
  if (low < 0) {
    const size = Math.max(-low, high);
    return [-size, size];
  }
  return [0, Math.max(1, high)];
}

/** Numbers as one of 255 steps from `low` to `high`, which is what can be told apart; 255 is NaN. */
function bytesOf(data: ArrayLike<number>, low: number, high: number): Uint8Array {
  const factor = 254 / (high - low);
  return Uint8Array.from(data, (x) => (x === x ? Math.max(0, Math.min(254, Math.round((x - low) * factor))) : 255));
}
