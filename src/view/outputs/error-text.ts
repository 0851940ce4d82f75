/* An error as text, for the clipboard. */

import type { ErrorInfo } from '../../output/types.ts';

/** The error as text: name, message, what to do, and the places. */
export function errorText({ name, message, hint, line, column, frames }: ErrorInfo, cell: string): string {
  const place = line === undefined ? [] : [`at ${cell}, line ${line}, column ${column ?? 1}`];
  const way = frames.map(
    (frame) => `by way of ${frame.cell}, line ${frame.line}, column ${frame.column}${frame.name === undefined ? '' : ` in ${frame.name}`}`,
  );
  return [`${name}: ${message}`, ...(hint === undefined ? [] : [hint]), ...place, ...way].join('\n');
}
