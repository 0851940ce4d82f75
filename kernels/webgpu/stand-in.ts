/* A program on another backend while the device compiles its kernels: what it reads is fetched, what it wrote is written back, each run as one
   task of the order. So the first steps of a training need not wait for shaders, and nobody sees where they were computed. */

import type { Backend, HostArray, Program, View } from '../types.ts';
import type { Gpu } from './backend.ts';
import type { Stored } from './memory.ts';
import { asWords } from './memory.ts';

export interface StandIn {
  /** One run, for a task of the order. Rejects before anything of the device is changed. Views of `args` are contiguous. */
  run(args: readonly View<Stored>[], feeds: readonly HostArray[], results: readonly Stored[]): Promise<void>;
  dispose(): void;
}

/** `backend` reads at once, as wasm does. Throws where it has no room. */
export function createStandIn(gpu: Gpu, program: Program, backend: Backend): StandIn {
  const used = new Set(program.calls.flatMap((call) => [...call.inputs, ...call.outputs].map(({ buffer }) => buffer)));
  const written = new Set(program.calls.flatMap((call) => call.outputs.map(({ buffer }) => buffer)));
  const held: { readonly stored: Stored; readonly mine: unknown; readonly isWritten: boolean }[] = [];
  const buffers = program.buffers.map((declared, i) => {
    if (declared.kind !== 'held') return declared;
    const mine = backend.allocate(declared.length, declared.dtype);
    if (used.has(i)) held.push({ stored: declared.buffer as Stored, mine, isWritten: written.has(i) });
    return { ...declared, buffer: mine };
  });
  const executable = backend.compile({ buffers, calls: program.calls });
  const wholeOf = ({ length, dtype }: Stored, buffer: unknown) => ({ buffer, offset: 0, length, dtype });

  return {
    async run(args, feeds, results) {
      const lengthOf = ({ shape }: View<Stored>): number => shape.reduce((product, size) => product * size, 1);
      const values = await gpu.fetch([
        ...held.map(({ stored }) => ({ ...wholeOf(stored, stored), buffer: stored })),
        ...results.map((stored) => ({ ...wholeOf(stored, stored), buffer: stored })),
        ...args.map((view) => ({ buffer: view.buffer, offset: view.offset, length: lengthOf(view), dtype: view.dtype })),
      ]);
      held.forEach(({ mine }, i) => backend.write(mine, values[i]!));
      const fresh = ({ length, dtype }: Pick<Stored, 'length' | 'dtype'>, data: HostArray): unknown => {
        const buffer = backend.allocate(length, dtype);
        backend.write(buffer, data);
        return buffer;
      };
      // A result that is written in part keeps the rest.
      const made = results.map((stored, i) => fresh(stored, values[held.length + i]!));
      const given = args.map((view, i) => {
        const data = values[held.length + made.length + i]!;
        return { ...view, buffer: fresh({ length: data.length, dtype: view.dtype }, data), offset: 0 };
      });
      executable.run(given, feeds, made);
      const put = (stored: Stored, mine: unknown): void => gpu.writeNow(stored, asWords(backend.readSync!(wholeOf(stored, mine))), 0);
      for (const { stored, mine, isWritten } of held) if (isWritten) put(stored, mine);
      results.forEach((stored, i) => put(stored, made[i]));
      for (const buffer of [...made, ...given.map((view) => view.buffer)]) backend.free(buffer);
    },
    dispose() {
      executable.dispose();
      for (const declared of buffers) if (declared.kind === 'held') backend.free(declared.buffer);
    },
  };
}
