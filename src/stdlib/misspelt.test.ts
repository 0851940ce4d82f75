import { expect, test } from 'vitest';
import * as library from '../tensor/index.ts';
import { misspeltHint } from './misspelt.ts';

const names = library as unknown as Readonly<Record<string, unknown>>;
const hint = (message: string): string | undefined => misspeltHint(new TypeError(message), names);

test.each([
  ['tensor.sofmax is not a function', 'Did you mean `tensor.softmax`?'],
  ['nn.functional.cross_entropy is not a function', 'Did you mean `nn.functional.crossEntropy`?'],
  ['tensor.ones(...).masked_fill is not a function', 'Did you mean `.maskedFill`?'],
  ['x.unsqeeze is not a function', 'Did you mean `.unsqueeze`?'],
  ['nn.Linaer is not a constructor', 'Did you mean `nn.Linear`?'],
  ['optim.adamw is not a constructor', 'Did you mean `optim.AdamW`?'],
  ['tensor.crossEntropy is not a function', 'Did you mean `nn.functional.crossEntropy`?'],
  ['tensor.DataLoader is not a constructor', 'Did you mean `tensor.data.DataLoader`?'],
  ['tensor.tensor is not a function', 'tensor([1, 2]) itself makes a tensor.'],
  ["Class constructor Om cannot be invoked without 'new'", 'Classes are made with `new`, as in `new nn.Linear(4, 3)`.'],
])('%s: %s', (message, expected) => {
  expect(hint(message)).toBe(expected);
});

test.each([
  'f is not a function',
  'list.push2 is not a function',
  'rows.then is not a function',
  'a is not iterable',
  'my.thing is not a constructor',
])('%s gets no hint', (message) => {
  expect(hint(message)).toBeUndefined();
});

test('only a TypeError gets one', () => {
  expect(misspeltHint(new Error('tensor.sofmax is not a function'), names)).toBeUndefined();
});
