/* `pad`: a drawing pad whose picture is numbers, centred as the digits of MNIST are. */

import { isList, isNumber, numberIn, oneOf, wholeIn, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export const pad: PartDefinition<Float32Array> = {
  name: 'pad',
  doc: [
    'pad({ label, size = 28, centre = "mnist", brush = 2, value? })',
    'A pad to draw on. The value is a Float32Array of size × size numbers from 0 (paper) to 1 (ink), row by row; with centre "mnist" the drawing is scaled into the middle box (20 of 28) and shifted so that its centre of mass lies in the middle, as MNIST does; "none" leaves it where it was drawn. `brush`: width in pixels.',
  ],
  make(options) {
    const size = wholeIn('pad', options, 'size', 28, 4, 128);
    const centre = oneOf('pad', options, 'centre', ['mnist', 'none'], 'mnist');
    const picture = (given: unknown): Float32Array => {
      if (!isList(given) || given.length !== size * size || !Array.from(given).every(isNumber))
        throw wrong('pad', 'value', `${size * size} numbers from 0 to 1`, given);
      const scale = given instanceof Uint8Array || given instanceof Uint8ClampedArray ? 1 / 255 : 1;
      return Float32Array.from(given as ArrayLike<number>, (ink) => Math.min(1, Math.max(0, ink * scale)));
    };
    return {
      props: { size, centre, brush: numberIn('pad', options, 'brush', (size * 2) / 28, 0.5, size / 2) },
      value: options['value'] === undefined ? new Float32Array(size * size) : picture(options['value']),
      text: (now) => {
        const inked = now.reduce((count, ink) => count + (ink > 0.1 ? 1 : 0), 0);
        return inked === 0 ? 'Nothing is drawn yet.' : `${inked} of ${now.length} pixels have ink.`;
      },
      decode: picture,
    };
  },
};
