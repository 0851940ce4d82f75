import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { outputKinds } from '../output/types.ts';

const schema = JSON.parse(readFileSync(new URL('../../docs/run.schema.json', import.meta.url), 'utf8')) as {
  $defs: Record<string, unknown>;
};
const valid = new Ajv2020({ allowUnionTypes: true }).compile(schema);
const cell = { id: 'a', language: 'ts', line: 3, state: 'done', ms: 1, defines: ['a'], uses: [], outputs: [] as unknown[] };
const run = (change: object) => ({
  notebook: 'n',
  file: 'n.md',
  backend: 'wasm',
  adapter: '',
  ok: true,
  ms: 1,
  cells: [{ ...cell, ...change }],
  values: {},
  runs: [],
  checks: [],
});

test('every kind of output stands in the schema, and no other', () => {
  const kinds = Object.keys(schema.$defs).flatMap((name) => (name.startsWith('output-') ? [name.slice(7)] : []));
  expect(kinds.sort()).toEqual([...outputKinds].sort());
});

test('one run and a list of runs are valid', () => {
  expect(valid(run({}))).toBe(true);
  expect(valid([run({}), run({ outputs: [{ kind: 'text', text: 'hello' }] })])).toBe(true);
});

test('an error is there for error and blocked cells, and for no others', () => {
  const error = { name: 'TypeError', message: 'no', line: 1, column: 2, frames: [] };
  expect(valid(run({ state: 'error', error }))).toBe(true);
  expect(valid(run({ state: 'blocked', error: { name: 'Blocked', message: 'x has no value', frames: [] } }))).toBe(true);
  expect(valid(run({ state: 'error' }))).toBe(false);
  expect(valid(run({ state: 'done', error }))).toBe(false);
});

test('the cut of a long output is a log with a count', () => {
  expect(valid(run({ outputs: [{ kind: 'log', truncated: 7 }] }))).toBe(true);
  expect(valid(run({ outputs: [{ kind: 'log', level: 'log', text: 'x', truncated: 7 }] }))).toBe(false);
});

test('states on the way, unknown kinds and unknown fields are refused', () => {
  expect(valid(run({ state: 'running' }))).toBe(false);
  expect(valid(run({ outputs: [{ kind: 'video' }] }))).toBe(false);
  expect(valid(run({ extra: 1 }))).toBe(false);
});
