/* Where every unit stands: facts from the site, records from the store. For the map and the page of progress. */

import { factsPath, readFacts } from './course/facts.ts';
import type { UnitFacts } from './course/mastery.ts';
import { readProgress, type Progress } from './session/progress.ts';
import type { Store } from './store/types.ts';

/** Facts of every unit that ships; none where the site does not answer. */
export async function shippedFacts(base: URL): Promise<readonly UnitFacts[]> {
  const response = await fetch(new URL(factsPath, base)).catch(() => undefined);
  return readFacts(response?.ok === true ? await response.json().catch(() => []) : []);
}

export async function progressOf(base: URL, store: Store): Promise<Progress> {
  return readProgress(store, await shippedFacts(base));
}
