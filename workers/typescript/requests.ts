/* What the page asks of an engine beside plans: an input moves, a button is pressed, everything is to stop, values are to be
   told, an answer has come. */

import { refuses } from '../../src/output/kinds.ts';
import { Interrupted, type Library } from '../../src/stdlib/host.ts';
import type { Members, Request } from '../../src/engine/protocol.ts';
import type { Explorer } from './looks.ts';
import type { Changes } from './changes.ts';
import type { Describe } from './errors.ts';
import type { Guard } from './guard.ts';
import type { Interrupts } from './interrupts.ts';
import type { Program } from './program.ts';
import type { Reports } from './reports.ts';
import type { Running } from './evaluation.ts';
import type { Services } from './services.ts';
import type { ExecutorOptions } from './types.ts';

/** A Proxy of the notebook may answer for its keys: that long. */
const membersMs = 50;

export type Beside = Exclude<Request, { kind: 'start' | 'plan' }>;

export interface RequestsOptions extends Pick<ExecutorOptions, 'load'> {
  readonly program: Program;
  readonly library: Library;
  readonly changes: Changes;
  readonly interrupts: Interrupts;
  readonly services: Services;
  readonly guard: Guard;
  readonly report: Reports['report'];
  readonly describe: Describe['describe'];
  readonly current: () => Running | undefined;
  readonly pump: () => void;
  readonly look: (ask: Extract<Request, { kind: 'look' }>) => Promise<void>;
}

export interface Requests {
  receive(request: Beside): void;
  /** An error event of the worker that no evaluation caught; `from`: the cell that started what failed, where it is known. */
  late(error: unknown, from: string | undefined): void;
}

export function createRequests(options: RequestsOptions): Requests {
  const { program, library, changes, interrupts, services, guard, report, describe, current, pump, look, load } = options;
  /** What of the values is JSON, by name. */
  const json = (): Record<string, unknown> => {
    const held = [...program.slots].filter(([, slot]) => slot.cell !== undefined);
    const plain = held.map(([name, { value }]) => [name, library.toJson(value)] as const);
    return Object.fromEntries(plain.filter(([, value]) => value !== undefined));
  };
  return {
    receive: (request) => {
      switch (request.kind) {
        case 'input':
          library.input(request.id, request.value);
          return pump();
        case 'control':
          library.control(request.id, request.action);
          return;
        case 'interrupt':
          guard.reset(request.next);
          interrupts.interrupt(request.cells, request.reason);
          return pump();
        case 'finish':
          changes.ticking().forEach(changes.finishCell);
          return pump();
        case 'values': {
          const answer = (): void => report({ kind: 'values', request: request.request, values: json() });
          const reading = library.read([...program.slots.values()].map(({ value }) => value));
          return reading ? void reading.then(answer, answer) : answer();
        }
        case 'look':
          return void look(request);
        case 'members': {
          const [name = '', ...path] = request.path;
          const slot = program.slots.get(name);
          const tell = (found?: Members): void => report({ kind: 'members', request: request.request, ...(found && { found }) });
          if (slot?.cell === undefined) return tell();
          const read = ({ membersOf }: Explorer): void => {
            try {
              tell(guard.limited(membersMs, () => membersOf(slot.value, path)));
            } catch {
              tell(); // a Proxy that refuses: then nothing is known of it
            }
          };
          return void load('explore').then(
            (pack) => read(pack as Explorer),
            () => tell(),
          );
        }
        case 'answer':
          return services.answer(request);
        default:
          request satisfies never;
      }
    },
    late: (error, from) => {
      if (!refuses(error) && error instanceof Interrupted) return;
      const cell = program.cells.get(from ?? '') ?? current()?.owner;
      if (cell?.evaluation) cell.evaluation.lateError(error);
      else report({ kind: 'notice', error: describe(error) });
    },
  };
}
