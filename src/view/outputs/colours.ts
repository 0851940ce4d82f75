/* Which class of colour a plain value has: for what draws values, and for the page's own script, which shows the first ones. */

import type { ValueNode } from '../../output/types.ts';

export const colours: Readonly<Partial<Record<Extract<ValueNode, { type: 'primitive' }>['of'], string>>> = {
  number: 'n',
  bigint: 'n',
  string: 's',
  boolean: 'k',
  null: 'k',
  undefined: 'k',
  date: 'n',
  regexp: 's',
  function: 'quiet',
  class: 'quiet',
  error: 'bad-text',
};
