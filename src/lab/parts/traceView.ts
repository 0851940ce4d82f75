/* `traceView`: what an algorithm did to an array, a graph or a matrix, step by step. */

import { checkIndex, gridIn, indexIn, numbersOf } from './data.ts';
import { graphIn } from './graph.ts';
import { isList, isRecord, numberIn, wrong } from './options.ts';
import type { Options, PartDefinition } from './part.ts';
import { replay, wordsOf, type Event, type Kind } from './replay.ts';

export const traceView: PartDefinition<number> = {
  name: 'traceView',
  doc: [
    'traceView({ label, array | graph | matrix, events, fps = 2, value = 0 })',
    'Recorded steps, replayed with a scrubber. Start with `array` (numbers), `graph` ({ nodes, edges, layout }) or `matrix` ({ data, shape }). `events`, of arrays: { compare: [i, j] } { swap: [i, j] } { set: [i, x] } { insert: [i, x] } { remove: i } { read: [i] } { done: [i] }; of graphs: { visit: id } { edge: [a, b] } { state: { id: word } } { value: { id: x } }; of matrices: { read: [[r, c]] } { set: [r, c, x] }; each may have a `note`. The value is the step, 0 before the first event.',
  ],
  make(options) {
    const start = startOf(options);
    const events = eventsIn(options, start);
    const fps = numberIn('traceView', options, 'fps', 2, 0.1, 60);
    return {
      props: { ...start, events, fps },
      value: indexIn('traceView', options, events.length + 1),
      text: (step) => {
        if (step === 0) return `Step 0 of ${events.length}: the beginning.`;
        const before = replay(start.data, events, step - 1, start.columns).data;
        return `Step ${step} of ${events.length}: ${wordsOf(events[step - 1]!, start.kind === 'array' ? before : [])}.`;
      },
      decode: (wire) => {
        checkIndex('traceView', wire, events.length + 1);
        return wire;
      },
    };
  },
};

interface Start {
  readonly kind: Kind;
  readonly data: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly graph?: ReturnType<typeof graphIn>;
}

function startOf(options: Options): Start {
  const { array, graph, matrix } = options;
  if ([array, graph, matrix].filter((one) => one !== undefined).length !== 1)
    throw new TypeError('traceView: expected one of the options "array", "graph" and "matrix". Give what the events begin with.');
  if (graph !== undefined) {
    if (!isRecord(graph)) throw wrong('traceView', 'graph', '{ nodes, edges, layout }', graph);
    return { kind: 'graph', data: [], rows: 0, columns: 0, graph: graphIn('traceView', graph) };
  }
  if (matrix !== undefined) {
    const { data, shape } = gridIn(
      'traceView',
      isRecord(matrix) && 'data' in matrix ? matrix : { data: matrix },
      'data',
      [2],
      '[rows, columns]',
    );
    if (data.length > 2500) throw wrong('traceView', 'matrix', 'at most 50 by 50', shape);
    return { kind: 'matrix', data: Array.from(data), rows: shape[0]!, columns: shape[1]! };
  }
  const { data } = numbersOf('traceView', 'array', array);
  if (data.length > 500) throw wrong('traceView', 'array', 'at most 500 numbers', data.length, 'Trace a shorter one.');
  return { kind: 'array', data: Array.from(data), rows: 0, columns: 0 };
}

const words: Readonly<Record<Kind, readonly string[]>> = {
  array: ['compare', 'swap', 'set', 'insert', 'remove', 'read', 'done'],
  graph: ['visit', 'edge', 'state', 'value'],
  matrix: ['read', 'set'],
};

function eventsIn(options: Options, start: Start): Event[] {
  const { events } = options;
  if (!isList(events)) throw wrong('traceView', 'events', `a list such as [{ ${words[start.kind][0]}: … }]`, events);
  if (events.length > 20_000) throw wrong('traceView', 'events', 'at most 20,000 events', events.length);
  const ids = new Set(start.graph?.nodes.map(({ id }) => id));
  let length = start.data.length;
  return Array.from(events, (event, k) => {
    const bad = (todo: string): TypeError =>
      wrong('traceView', 'events', `events of ${start.kind === 'array' ? 'an array' : `a ${start.kind}`}`, event, `Event ${k}: ${todo}`);
    if (!isRecord(event)) throw bad(`write { ${words[start.kind].join(' | ')}: … }.`);
    for (const key of Object.keys(event))
      if (key !== 'note' && !words[start.kind].includes(key)) throw bad(`"${key}" is none of ${words[start.kind].join(', ')}.`);
    const { compare, swap, set, insert, remove, read, done, visit, edge, state, value } = event as unknown as Event;
    const inside = (i: unknown, end = length): void => {
      if (!Number.isInteger(i) || (i as number) < 0 || (i as number) >= end) throw bad(`index ${String(i)} is not from 0 to ${end - 1}.`);
    };
    const spot = (at: unknown): void => {
      if (start.kind === 'array') return inside(at);
      if (!isList(at)) throw bad('a place of a matrix is [row, column].');
      inside(at[0], start.rows);
      inside(at[1], start.columns);
    };
    for (const i of [...(compare ?? []), ...(swap ?? []), ...(done ?? [])]) inside(i);
    for (const at of read ?? []) spot(at);
    if (set) spot(start.kind === 'array' ? set[0] : set);
    if (remove !== undefined) {
      inside(remove);
      length--;
    }
    if (insert) {
      inside(insert[0], length + 1);
      length++;
    }
    for (const id of [
      ...(visit === undefined ? [] : [visit].flat()),
      ...(edge ?? []),
      ...Object.keys(state ?? {}),
      ...Object.keys(value ?? {}),
    ])
      if (!ids.has(String(id))) throw bad(`no node is called ${String(id)}.`);
    return event as unknown as Event;
  });
}
