import { expect, test } from 'vitest';
import { nn, tensor } from '../index.ts';

test('a module is called as a function and is one of its class', () => {
  const net = new nn.Linear(2, 3);
  expect(net instanceof nn.Module && net instanceof nn.Linear).toBe(true);
  expect(net(tensor.ones([4, 2])).shape).toEqual([4, 3]);
});
