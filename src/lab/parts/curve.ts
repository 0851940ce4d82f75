/* `curve`: a curve of one variable, shaped by control points or drawn by hand. Its value are samples at equal distances of x. */

import { sampled } from '../../base/interpolate.ts';
import { layersIn } from './layers.ts';
import { domainIn, flagIn, isList, isNumber, isRecord, pairsOf, say, wholeIn, wrong, type Pair } from './options.ts';
import type { PartDefinition } from './part.ts';

/** Samples, with the control points that they came from. */
type Samples = Float64Array & { points?: readonly Pair[] };

export const curve: PartDefinition<Samples> = {
  name: 'curve',
  doc: [
    'curve({ label, value?, draw = false, domain = { x: [0, 1], y: [0, 1] }, samples = 64, add = true, layers? })',
    'A curve over x. `value`: control points [[x, y], …], through which it runs smoothly without overshooting; with `draw: true` it is drawn by hand, and `value` may be samples. The value is a Float64Array of `samples` heights at equal distances from the least x to the greatest.',
  ],
  make(options) {
    const domain = domainIn('curve', options, { x: [0, 1], y: [0, 1] });
    const draw = flagIn('curve', options, 'draw');
    const count = wholeIn('curve', options, 'samples', 64, 2, 4096);
    const given = options['value'];
    const xs = Float64Array.from({ length: count }, (_, i) => domain.x[0] + ((domain.x[1] - domain.x[0]) * i) / (count - 1));
    const of = (points: readonly Pair[]): Samples => {
      const sorted = [...points].sort((a, b) => a[0] - b[0]);
      const samples: Samples = sampled(sorted, xs);
      return Object.defineProperty(samples, 'points', { value: sorted, enumerable: false });
    };
    const flat = given !== undefined && isList(given) && given.length > 0 && isNumber(given[0]);
    const middle = (domain.y[0] + domain.y[1]) / 2;
    const start: Samples = draw
      ? flat
        ? samplesOf(given, count)
        : given === undefined
          ? new Float64Array(count).fill(Math.min(domain.y[1], Math.max(domain.y[0], 0)))
          : sampled(
              [...controls(given)].sort((a, b) => a[0] - b[0]),
              xs,
            )
      : of(
          given === undefined
            ? [0, 1, 2, 3].map((i) => [domain.x[0] + ((domain.x[1] - domain.x[0]) * i) / 3, middle] as Pair)
            : controls(given),
        );
    return {
      props: {
        domain,
        draw: draw || undefined,
        add: (!draw && flagIn('curve', options, 'add', true)) || undefined,
        layers: layersIn('curve', options),
      },
      value: start,
      text: (now) => {
        const at = (i: number): string => say(now[i] ?? 0);
        return `From ${at(0)} to ${at(now.length - 1)}, least ${say(Math.min(...now))}, greatest ${say(Math.max(...now))}.`;
      },
      encode: (now) => (draw ? now : { points: now.points ?? start.points!.map(([x]) => [x, heightAt(now, xs, x)]) }),
      decode: (wire) => (draw ? samplesOf(wire, count) : of(controls(isRecord(wire) ? wire['points'] : wire))),
    };
  },
};

function controls(given: unknown): readonly Pair[] {
  const points = pairsOf('curve', 'value', given);
  if (points.length < 2) throw wrong('curve', 'value', 'at least two control points', given);
  return points;
}

function samplesOf(given: unknown, count: number): Float64Array {
  if (!isList(given) || given.length !== count || !Array.from(given).every(isNumber))
    throw wrong('curve', 'value', `${count} numbers`, given, 'The option "samples" says how many.');
  return Float64Array.from(given as ArrayLike<number>);
}

function heightAt(samples: Float64Array, xs: Float64Array, x: number): number {
  const at = ((x - xs[0]!) / (xs[xs.length - 1]! - xs[0]!)) * (samples.length - 1);
  const i = Math.min(samples.length - 2, Math.max(0, Math.floor(at)));
  return samples[i]! + (samples[i + 1]! - samples[i]!) * (at - i);
}
