import * as Plot from '@observablehq/plot';
import { expect, test } from 'vitest';
import type { PlotRecord } from '../../output/types.ts';
import * as common from './plot-common.ts';
import { libraryFor } from './plot.ts';

const call = (name: string, ...args: unknown[]): object => ({ $: 'call', name, args });
const figure = (...marks: unknown[]): PlotRecord => ({ call: 'plot', options: [{ marks }] });
const points = { $: 'data', values: [{ x: 1, y: 2 }] };

test('a figure of lines, rules and bins needs the common part of Plot alone', async () => {
  const binned = { $: 'spread', call: call('binX', { y: 'count' }, { x: 'x' }), rest: { fill: 'red' } };
  const record = figure(call('line', points, { x: 'x', y: 'y' }), call('ruleY', { $: 'data', values: [0] }), call('rectY', points, binned));
  expect(await libraryFor(record)).toBe(common);
  expect(await libraryFor({ call: 'legend', options: [{ color: { domain: ['a', 'b'] } }] })).toBe(common);
});

test('one rare mark anywhere, or a value that only all of Plot has, asks for all of it', async () => {
  const whole = await libraryFor(figure(call('line', points), call('marks', call('raster', points))));
  expect(whole).not.toBe(common);
  expect(Object.keys(whole)).toEqual(Object.keys(Plot));
  expect(await libraryFor(figure(call('dot', points, { x: { $: 'ref', name: 'hexbin' } })))).toBe(whole);
  expect(await libraryFor(figure(call('dot', points, call('dodgeY', {}))))).toBe(whole);
});

test('what rows are called never decides: data are not looked into', async () => {
  const rows = { $: 'data', values: [{ $: 'call', name: 'raster' }] };
  expect(await libraryFor(figure(call('dot', rows)))).toBe(common);
});

test('a record that names nothing of Plot is left to all of it, which refuses', async () => {
  expect(await libraryFor(figure(call('constructor')))).not.toBe(common);
});

test('the common part holds the values of Plot itself', () => {
  for (const [name, value] of Object.entries(common)) expect(value, name).toBe((Plot as Record<string, unknown>)[name]);
});
