/* `timeline`: lanes with bars over time, a cursor, and bars that are moved. */

import { flagIn, isList, isNumber, isRecord, say, wrong, type Range } from './options.ts';
import type { Options, PartDefinition } from './part.ts';

export interface Bar {
  /** Index of its lane. */
  readonly lane: number;
  readonly label: string;
  readonly from: number;
  readonly to: number;
}
export interface TimelineValue {
  /** Where the cursor stands. */
  readonly t: number;
  readonly bars: readonly Bar[];
}

export const timeline: PartDefinition<TimelineValue> = {
  name: 'timeline',
  doc: [
    'timeline({ label, lanes, domain?, unit = "", movable = false, snap?, value? })',
    'Lanes with bars over time. `lanes`: { label, bars }, each bar { from, to, label, state } (`state`: a palette number) or [from, to, label]; `movable`: bars can be moved along their lane, in steps of `snap`; `unit` stands behind times. A cursor can be dragged. The value is { t, bars }: where the cursor stands, and every bar with its lane.',
  ],
  make(options) {
    const { lanes, bars, colours } = lanesIn(options);
    const domain = domainIn(options, bars);
    const movable = flagIn('timeline', options, 'movable');
    const { unit = '', snap = 0, value } = options;
    if (typeof unit !== 'string') throw wrong('timeline', 'unit', 'a word such as "ms"', unit);
    if (!isNumber(snap) || snap < 0) throw wrong('timeline', 'snap', 'a number from 0', snap);
    const decode = (wire: unknown, before: TimelineValue): TimelineValue => {
      const { t = before.t, bars: moved } = isNumber(wire)
        ? { t: wire, bars: undefined }
        : isRecord(wire)
          ? wire
          : { t: NaN, bars: undefined };
      if (!isNumber(t)) throw wrong('timeline', 'value', '{ t, bars }, or a time', wire);
      if (moved === undefined || !movable) return { t, bars: before.bars };
      if (!isList(moved) || moved.length !== bars.length) throw wrong('timeline', 'value', `${bars.length} bars`, moved);
      return {
        t,
        bars: bars.map((bar, i) => {
          const { from, to } = (moved[i] ?? {}) as Partial<Bar>;
          if (!isNumber(from) || !isNumber(to) || to < from) throw wrong('timeline', 'value', 'bars { from, to }', moved[i]);
          return { ...bar, from, to };
        }),
      };
    };
    const start: TimelineValue = { t: domain[0], bars };
    const time = (t: number): string => `${say(t)}${unit === '' ? '' : ` ${unit}`}`;
    return {
      props: { lanes, colours, domain, unit, movable: movable || undefined, snap: snap || undefined },
      value: value === undefined ? start : decode(value, start),
      text: ({ t, bars: now }) => {
        const running = now.filter(({ from, to }) => from <= t && t < to);
        const at = running.map(({ lane, label }) => `${label === '' ? 'a bar' : label} in ${lanes[lane]}`);
        return `${lanes.length === 1 ? 'One lane' : `${lanes.length} lanes`}, ${now.length === 1 ? 'one bar' : `${now.length} bars`} from ${time(Math.min(...now.map(({ from }) => from), Infinity))} to ${time(Math.max(...now.map(({ to }) => to), -Infinity))}. At ${time(t)}: ${at.length === 0 ? 'nothing' : at.join(', ')}.`.replace(
          / from Infinity.*?-Infinity[^.]*\./,
          '.',
        );
      },
      decode,
    };
  },
};

function lanesIn({ lanes }: Options): { readonly lanes: string[]; readonly bars: Bar[]; readonly colours: number[] } {
  const expected = 'a list of lanes { label, bars }';
  if (!isList(lanes)) throw wrong('timeline', 'lanes', expected, lanes, 'Write [{ label: "worker 1", bars: [[0, 3, "load"]] }].');
  if (lanes.length > 200) throw wrong('timeline', 'lanes', 'at most 200 lanes', lanes.length);
  const bars: Bar[] = [],
    colours: number[] = [];
  const names = Array.from(lanes, (raw, lane) => {
    if (!isRecord(raw) || !isList(raw['bars'] ?? [])) throw wrong('timeline', 'lanes', expected, raw);
    for (const one of Array.from((raw['bars'] ?? []) as ArrayLike<unknown>)) {
      const {
        from,
        to,
        label = '',
        state = 1,
      } = isRecord(one) ? one : isList(one) ? { from: one[0], to: one[1], label: one[2], state: one[3] } : {};
      if (!isNumber(from) || !isNumber(to) || to < from) throw wrong('timeline', 'lanes', 'bars with from ≤ to', one);
      if (!Number.isInteger(state) || (state as number) < 1 || (state as number) > 6)
        throw wrong('timeline', 'lanes', 'state as a palette number from 1 to 6', state);
      bars.push({ lane, label: String(label ?? ''), from, to });
      colours.push(state as number);
    }
    return String(raw['label'] ?? lane);
  });
  if (bars.length > 5000) throw wrong('timeline', 'lanes', 'at most 5,000 bars', bars.length);
  return { lanes: names, bars, colours };
}

function domainIn({ domain }: Options, bars: readonly Bar[]): Range {
  if (domain !== undefined) {
    if (!isList(domain) || domain.length !== 2 || !isNumber(domain[0]) || !isNumber(domain[1]) || domain[0] >= domain[1])
      throw wrong('timeline', 'domain', '[first, last]', domain);
    return [domain[0], domain[1]];
  }
  const low = Math.min(0, ...bars.map(({ from }) => from)),
    high = Math.max(...bars.map(({ to }) => to), low);
  return [low, high > low ? high : low + 1];
}
