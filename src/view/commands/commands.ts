/* The commands of one open notebook: what the rows of the table do, and why one cannot be done now. A command whose feature has
   not been loaded yet waits for it, so a key that was pressed early is never lost. */

import { commandTable, type Command, type CommandId } from './table.ts';

export interface CommandsOptions {
  /** Loads the features, which implement the rest of the table. */
  readonly load: () => Promise<void>;
  /** Says why a command cannot be done. */
  readonly refuse: (reason: string) => void;
}

/** Does a command; `cell` is the one whose menu it was chosen from. */
export type Run = (cell?: string) => void;
/** Why it cannot be done now, in a sentence; undefined where it can. */
export type Reason = (cell?: string) => string | undefined;

export interface Commands {
  readonly table: readonly Command[];
  /** Returns what takes it back. The latest implementation counts. */
  implement(id: CommandId, run: Run, reason?: Reason): () => void;
  run(id: CommandId, cell?: string): void;
  reason(id: CommandId, cell?: string): string | undefined;
  /** Whether something implements it, or may still. */
  offered(id: CommandId): boolean;
  /** All features are bound: what nothing implements by now, nothing will. */
  complete(): void;
}

export function createCommands({ load, refuse }: CommandsOptions): Commands {
  const known = new Map<CommandId, { readonly run: Run; readonly reason: Reason | undefined }>();
  let loaded = false;
  const run = (id: CommandId, cell?: string): void => {
    const command = known.get(id);
    if (command) {
      const reason = command.reason?.(cell);
      if (reason === undefined) command.run(cell);
      else refuse(reason);
    } else if (!loaded) {
      void load().then(
        () => {
          if (known.has(id)) run(id, cell);
        },
        () => refuse('This could not be loaded. Check the connection, then try again.'),
      );
    }
  };
  return {
    table: commandTable,
    implement(id, work, reason) {
      const mine = { run: work, reason };
      known.set(id, mine);
      return () => {
        if (known.get(id) === mine) known.delete(id);
      };
    },
    run,
    reason: (id, cell) => known.get(id)?.reason?.(cell),
    offered: (id) => known.has(id) || !loaded,
    complete: () => {
      loaded = true;
    },
  };
}
