/* Whether an edit of a cell touches the graph at all. */

import type { Analysis } from '../analysis/types.ts';

/** Whether a cell with analysis `b` in place of `a` leaves the graph as it is: the same names in the same roles. */
export function sameEdges(a: Analysis, b: Analysis): boolean {
  return (
    a.error === undefined &&
    b.error === undefined &&
    a.writes.length + b.writes.length === 0 &&
    equal(a.reads, b.reads) &&
    equal(a.defines.map(roleOf), b.defines.map(roleOf))
  );
}
const roleOf = ({ name, kind, import: from }: Analysis['defines'][number]): string => `${kind} ${name} ${from ?? ''}`;
const equal = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
