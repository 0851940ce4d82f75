/* What can be told of a cell that does not parse. */

import type { Definition } from './types.ts';

/** What a cell that does not parse seems to define, so that its id stays and its dependents can name it. */
export function definitionsByLine(code: string): Definition[] {
  const defines = new Map<string, Definition>();
  code.split(/\r\n|[\n\r\u2028\u2029]/).forEach((text, index) => {
    const match =
      /^((?:export\s+)?(?:(?:const|let|var|class|(?:const\s+)?enum|(?:async\s+)?function)\b[ *]+))([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(
        text,
      );
    if (match && !defines.has(match[2]!)) {
      defines.set(match[2]!, {
        name: match[2]!,
        kind: 'value',
        exported: text.startsWith('export'),
        line: index + 1,
        column: match[1]!.length + 1,
      });
    }
  });
  return [...defines.values()];
}
