/* How wide the columns of a table are at first: as wide as their head and first values, within bounds, and wider together where
   there is room. */

import { h } from '../../dom.ts';
import type { TableData } from './rows.ts';
import type { Write } from './words.ts';

const least = 56,
  /** Where the head says how values are spread. */
  leastSummed = 96,
  most = 320,
  padding = 28,
  /** Room for the arrow and the menu in a head. */
  headRoom = 44;

let pen: CanvasRenderingContext2D | null | undefined;

/** Pixels of each column of `data` in `element`; of `only` one where that is given (the others are 0). */
export function widthsOf(element: HTMLElement, data: TableData, writers: readonly Write[], only?: number): number[] {
  const style = getComputedStyle(element.querySelector('.grid') ?? element);
  pen ??= h('canvas').getContext('2d');
  const measure = (text: string, font: string): number => {
    if (!pen) return text.length * 7.5;
    pen.font = font;
    return pen.measureText(text).width;
  };
  const sans = `400 14px ${style.getPropertyValue('--sans') || 'sans-serif'}`,
    bold = `600 14px ${style.getPropertyValue('--sans') || 'sans-serif'}`,
    mono = `400 13.2px ${style.getPropertyValue('--mono') || 'monospace'}`;
  const sample = data.rows.slice(0, data.columns.length > 40 ? 12 : 60);
  const room = element.clientWidth || 700;
  const widths = data.columns.map(({ name, type }, at) => {
    if (only !== undefined && at !== only) return 0;
    const font = type === 'number' ? mono : sans;
    const inside = sample.reduce((widest, row) => Math.max(widest, measure(writers[at]!(row[at]).slice(0, 80), font)), 0);
    const head = measure(name.slice(0, 60), bold) + headRoom;
    return Math.ceil(
      Math.min(at === 0 ? Math.max(120, room * 0.4) : most, Math.max(data.total >= 200 ? leastSummed : least, inside + padding, head)),
    );
  });
  if (only !== undefined) return widths;
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total >= room || widths.length === 0) return widths;
  const more = Math.min(56, (room - total) / widths.length);
  return widths.map((width) => Math.floor(width + more));
}
