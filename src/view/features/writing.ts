/* What one writes with: help in the editor, threads between cells, text edited in place, dragging, the graph. */

import type { Feature } from '../context.ts';
import { complete } from './complete.ts';
import { gaps } from './gaps.ts';
import { graph } from './graph.ts';
import { prose } from './prose.ts';
import { threads } from './threads.ts';

export const writing: readonly Feature[] = [complete, threads, prose, gaps, graph];
