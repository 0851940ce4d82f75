import { javascript } from '@codemirror/lang-javascript';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import { callAt, localsAt, nameAt, placeAt } from './complete-place.ts';

/** `|` is the caret. */
function at(code: string) {
  const caret = code.indexOf('|');
  const state = EditorState.create({ doc: code.replace('|', ''), extensions: [javascript({ typescript: true })] });
  return [ensureSyntaxTree(state, state.doc.length, 5000)!, state.doc, caret] as const;
}
const place = (code: string) => {
  const found = placeAt(...at(code));
  return found === undefined ? undefined : 'path' in found ? `${found.kind} ${found.path?.join('.') ?? '?'}` : found.kind;
};

describe('what is offered where', () => {
  test.each([
    ['pl|', 'name'],
    ['const y = f(x, pl|)', 'name'],
    ['nn.|', 'member nn'],
    ['const m = new nn.Li|', 'member nn'],
    ['nn.functional.re|lu(x)', 'member nn.functional'],
    ['rows[0].na|', 'member rows.0'],
    ['a?.b|', 'member a'],
    ['f(x).na|', 'member ?'],
    ['[1, 2].ma|', 'member ?'],
    ['// nn.|', undefined],
    ["'nn.|'", undefined],
    ['`nn.|`', undefined],
    ['`${nn.|}`', 'member nn'],
    ['const na|', undefined],
    ['1.|', undefined],
    ['...ar|', 'name'],
    ['Inputs.range([0, 1], { la| })', 'option Inputs.range'],
    ["Inputs.range([0, 1], { label: 'x', | })", 'option Inputs.range'],
    ['Inputs.range([0, 1], { label: na| })', 'name'],
    ['const o = { ke| }', undefined],
  ])('%s', (code, expected) => {
    expect(place(code)).toBe(expected);
  });
});

test('which call, and which of its arguments', () => {
  const call = (code: string) => {
    const found = callAt(...at(code));
    return found && `${found.path.join('.')} ${found.argument}`;
  };
  expect(call('tensor.zeros(|)')).toBe('tensor.zeros 0');
  expect(call('new nn.Linear(4, |)')).toBe('nn.Linear 1');
  expect(call('f(a, g(b|), c)')).toBe('g 0');
  expect(call('f(a, g(b), c|)')).toBe('f 2');
  expect(call('f(a)|')).toBeUndefined();
  expect(call('rows.map((row) => { ro| })')).toBeUndefined();
});

test('names around a place', () => {
  expect(nameAt(...at('const m = nn.Lin|ear'))?.path).toEqual(['nn', 'Linear']);
  expect(nameAt(...at('plai|n + 1'))?.path).toEqual(['plain']);
  expect(nameAt(...at('1 + |2'))).toBeUndefined();
});

test('names that the code defines, where they can be read', () => {
  expect(localsAt(...at('const a = 1\nfunction f(x) { let y = |; }\nconst g = (z) => z'))).toEqual(['a', 'f', 'x', 'y', 'g']);
  expect(localsAt(...at('const { p, q: [r] } = o\n|'))).toEqual(['p', 'r']);
});
