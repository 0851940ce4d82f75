/* Plain JavaScript as a rival: the loops of workloads.mjs and gpt.mjs over Float32Array. */

import { plain } from './workloads.mjs';

export async function load() {
  const makers = plain(Float32Array);
  return {
    use: async () => undefined,
    async prepare(_, workload) {
      const run = makers[workload]();
      let last;
      return {
        issue() {
          last = run();
        },
        settle: () => undefined,
        result: () => last,
        loss: () => last,
      };
    },
  };
}
