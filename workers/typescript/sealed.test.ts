import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { seal } from './sealed.ts';

/** A sealed realm of its own, in which code is run as cells are. */
function sealed(): (code: string) => unknown {
  const context = createContext({ postMessage: () => 'told', onmessage: () => 'asked' });
  seal(runInContext('globalThis', context) as object);
  return (code) => runInContext(`'use strict';\n${code}`, context);
}

describe('an engine that judges', () => {
  test.each([
    'Object.is = () => true',
    'Array.prototype.every = () => true',
    'Array.prototype[Symbol.iterator] = function* () {}',
    'Object.defineProperty(Array.prototype, "push", { value: () => 0 })',
    'Object.getPrototypeOf([].values()).next = () => ({ done: true })',
    'Math.abs = () => 0',
    'JSON.stringify = () => ""',
    'Function.prototype.call = () => true',
    'Object.getPrototypeOf(Uint8Array.prototype).map = () => []',
    'globalThis.Map = class {}',
    'delete Set.prototype.has',
    'Promise.prototype.then = () => true',
    'globalThis.isFinite = () => true',
  ])('does not let go of its built-ins for a moment: %s', (code) => {
    expect(() => sealed()(code)).toThrow(/Cannot (assign to|redefine|delete)|property/);
  });

  test('has no channel to its page that an answer could speak on', () => {
    expect(sealed()('[typeof postMessage, typeof onmessage]')).toEqual(['undefined', 'undefined']);
  });

  test('lets ordinary code write as it always does', () => {
    const told = sealed()(`
      class Mine extends Error { constructor(m) { super(m); this.name = 'Mine'; this.message += '!' } }
      class Items extends Array { static from(x) { return super.from(x) } sort() { return this } at(i) { return -i } get size() { return 1 } }
      function Old() {}
      Old.prototype = Object.create(Array.prototype)
      Old.prototype.constructor = Old
      Old.prototype.toString = () => 'old'
      const box = { toString: () => 'box' }
      const plain = {}
      plain.valueOf = () => 4
      plain.map = plain.then = plain.keys = 1
      Array.prototype.last = function () { return this[this.length - 1] }
      Math.random = () => 0.5;
      [new Mine('x').message, Items.from([3, 1]).at(2), String(new Old()), String(box), +plain, [1, 2].last(), Math.random()].join()`);
    expect(told).toBe('x!,-2,old,box,4,2,0.5');
  });
});
