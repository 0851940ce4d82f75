/* Text of bounded length, and the tree of a value as one line, like a console's. */

import type { ValueNode } from './types.ts';

/** `outer`: the value itself, not one inside of another. */
export function print(node: ValueNode, outer: boolean): string {
  switch (node.type) {
    case 'primitive':
      return node.text;
    case 'cut':
      return outer || node.name.endsWith('}') ? node.name : `[${node.name}]`;
    case 'circular':
      return `[circular ${node.name}]`;
    case 'array': {
      const items = node.entries.map((entry) => print(entry.value, false));
      if (node.more > 0) items.push(`… ${node.more} more`);
      return `${node.name === 'Array' ? '' : `${node.name}(${node.size}) `}[${items.join(', ')}]`;
    }
    case 'object': {
      const items = node.entries.map(
        (entry) => `${/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(entry.key) ? entry.key : JSON.stringify(entry.key)}: ${print(entry.value, false)}`,
      );
      if (node.more > 0) items.push(`… ${node.more} more`);
      return `${node.name ? `${node.name} ` : ''}${items.length > 0 ? `{ ${items.join(', ')} }` : '{}'}`;
    }
    default:
      return node satisfies never;
  }
}

export const cutText = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, Math.max(0, limit - 1))}…` : text);
