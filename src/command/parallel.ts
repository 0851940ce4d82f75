/* Work on several cores: the pages of a headless browser run beside one another. */

import { availableParallelism } from 'node:os';

/** Does `work` on every item, as many at once as there are cores (at most 4); answers in the order of `items`. The first failure
    ends it when what runs has ended. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = Array.from({ length: Math.min(4, availableParallelism(), items.length) }, lane);
  const ends = await Promise.allSettled(lanes);
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  return results;
}
