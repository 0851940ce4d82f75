/* What is known of the log of one cell while it is shown: which lines its reader asked for, and the bar above them. */

import type { Output } from '../../output/types.ts';
import type { KeyedOutput } from '../../session/types.ts';

export type LogLine = Extract<Output, { kind: 'log'; text: string }>;

export interface LogBar {
  readonly element: HTMLElement;
  update(outputs: readonly KeyedOutput[]): void;
}

/** What its reader chose about the log of one cell. */
export interface LogView {
  /** All lines, not the first 200. */
  all: boolean;
  /** Lines of this level alone. */
  level: LogLine['level'] | undefined;
  bar: LogBar | undefined;
  outputs: readonly KeyedOutput[];
  loading: boolean;
}

export const isLine = (output: Output): output is LogLine => output.kind === 'log' && 'text' in output;
