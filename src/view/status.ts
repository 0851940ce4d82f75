/* What stands under a cell's outputs: the sentence that says its state and the button that is the next step, or the card
   of its error. And the words of the margin. Both are made from one CellStatus. */

import type { ErrorInfo } from '../output/types.ts';
import type { CellStatus } from '../session/types.ts';
import { button, h } from './dom.ts';
import { ago, duration, ordinal, plural } from './words.ts';
import { coded, errorBody } from './outputs/error.ts';

export interface StatusActions {
  run(id: string): void;
  go(cell: string, line: number, column: number): void;
  edit(id: string, code: string): void;
}

/** Class of the point for each state. */
export function pointClass(status: CellStatus): string {
  switch (status.state) {
    case 'idle':
      return status.kept === undefined ? 'pt' : 'pt kept';
    case 'running':
      return 'pt half';
    case 'stale':
      return isNew(status) ? 'pt' : 'pt stale';
    case 'error':
      return 'pt fail';
    case 'blocked':
    case 'off':
      return 'pt block';
    default:
      return 'pt';
  }
}

/** The margin's words; `waiting` is how many cells wait for this one, where it failed. */
export function marginWords(status: CellStatus, now: number, waiting: number): string {
  switch (status.state) {
    case 'idle':
      return status.kept === undefined ? 'not run' : `from last time, ${ago(status.kept, now)}`;
    case 'queued':
      return status.place === undefined || status.place <= 1 ? 'next in line' : `next in line, ${ordinal(status.place)}`;
    case 'running':
      return status.startedAt === undefined ? 'running' : `running ${seconds(now - status.startedAt)}`;
    case 'done':
      return status.live ? 'running on' : status.ms === undefined ? 'done' : duration(status.ms);
    case 'stale':
      return isNew(status) ? 'not run' : 'out of date';
    case 'error':
      return waiting > 0 ? `failed; ${plural(waiting, 'cell')} ${waiting === 1 ? 'waits' : 'wait'}` : 'failed';
    case 'blocked':
      return 'waits';
    case 'off':
      return 'off';
    default:
      return status.state satisfies never;
  }
}

/** The name of the section: "Cell model, running". */
export function spokenState(status: CellStatus): string {
  const words = {
    idle: status.kept === undefined ? 'not run' : 'from last time',
    queued: 'next in line',
    running: 'running',
    done: 'done',
    stale: isNew(status) ? 'not run' : 'out of date',
    error: 'failed',
    blocked: 'waits',
    off: 'off',
  };
  return words[status.state];
}

/** It waits to be asked and never was: there is nothing of it that could be out of date. */
const isNew = ({ state, run, ms, outputs, error }: CellStatus): boolean =>
  state === 'stale' && run === 'manual' && ms === undefined && outputs.length === 0 && error === undefined;

export function statusNodes(status: CellStatus, actions: StatusActions, look: (id: string) => CellStatus | undefined): HTMLElement[] {
  const { state, why, id } = status;
  switch (state) {
    case 'stale':
      return [
        h(
          'div',
          { class: isNew(status) ? 'status' : 'status warn' },
          isNew(status)
            ? h('span', {}, 'Not run yet. It runs only when asked.')
            : h('span', {}, h('strong', {}, 'Out of date.'), ' ', ...coded(sentence(why ?? ''))),
          h('span', { class: 'grow' }),
          button(isNew(status) ? 'Run it' : 'Run stale cell', () => actions.run(id), { 'data-run-stale': id }),
        ),
      ];
    case 'error':
      return status.error === undefined ? [] : [errorCard(status.error, id, actions, look)];
    case 'blocked': {
      const owner = status.uses.find((use) => {
        const of = look(use.cell)?.state;
        return of === 'error' || of === 'blocked';
      });
      if (owner === undefined)
        return [
          h(
            'div',
            { class: 'status' },
            h('span', {}, ...coded(sentence(status.error?.message ?? why ?? 'Waits for a name without a value'))),
          ),
        ];
      const failed = look(owner.cell)?.state === 'error';
      return [
        h(
          'div',
          { class: 'status' },
          h(
            'span',
            {},
            'Waits for ',
            h('code', {}, owner.name),
            failed ? ', which failed in ' : ', which waits in ',
            h('a', { class: 'link', href: `#cell-${owner.cell}` }, owner.cell),
            '.',
          ),
        ),
      ];
    }
    case 'off':
      return [h('div', { class: 'status' }, h('span', {}, 'Off. It defines nothing.'))];
    case 'idle':
    case 'queued':
    case 'running':
      return why === undefined || why === '' ? [] : [h('div', { class: 'status' }, h('span', {}, ...coded(sentence(why))))];
    case 'done':
      return [];
    default:
      return state satisfies never;
  }
}

function errorCard(error: ErrorInfo, id: string, actions: StatusActions, look: (id: string) => CellStatus | undefined): HTMLElement {
  const card = h('div', { class: 'error' }, ...errorBody(error, id, actions));
  if (error.hint === undefined && error.message.endsWith('is not defined'))
    void import('./outputs/near-names.ts').then(
      ({ nearName }) => {
        const near = nearName(error, id, { look, edit: actions.edit });
        if (near) card.firstElementChild?.after(near);
      },
      () => {}, // a hint is an addition
    );
  return card;
}

function sentence(text: string): string {
  if (text === '') return '';
  const first = text.startsWith('`') ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : duration(ms);
}
