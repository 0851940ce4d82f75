/* Values in prose: an output inside of a sentence. */

import { optional } from '../base/optional.ts';
import type { Output } from '../output/types.ts';
import type { Entry } from './entries.ts';
import type { Session } from './types.ts';

/** What stands for an expression in prose. */
export const makeProse = ({ outputs, state, error }: Entry): ReturnType<Session['prose']> => ({
  text: outputs.map(({ output }) => textOf(output)).join(' '),
  state,
  ...optional({ error }),
});

function textOf(output: Output): string {
  switch (output.kind) {
    case 'text':
      return output.text;
    case 'value':
      return output.value.type === 'primitive'
        ? output.value.text.replace(/^(["'])(.*)\1$/s, '$2')
        : output.value.type === 'cut' || output.value.type === 'circular'
          ? '…'
          : `${output.value.name} (${output.value.size})`;
    case 'markdown':
      return output.markdown;
    default:
      return '';
  }
}
