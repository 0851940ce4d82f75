/* The page's judge: reads the texts of a unit from beside its page, and gives the judge what only an entry has, its workers and
   services. A chunk of its own, loaded where a notebook has exercises. */

import type { FrontMatter } from './document/types.ts';
import type { WorkerLike } from './session/types.ts';
import { createJudge, readUnit, type Desk, type JudgeEnvironment, type UnitTexts } from './session/judging.ts';

/** The desk of the unit in `folder` (relative to the site's root `base`, with a final slash). */
export function openDesk(base: URL, folder: string, front: FrontMatter | undefined): Desk {
  const environment: JudgeEnvironment = {
    analyser: () => import('./analysis/index.ts'),
    services: async (call) => (await import('./beside.ts')).answer(call, base, folder),
    moduleText: async (name) => (await import('./beside.ts')).moduleText(name, base, folder),
    createWorker: () => new Worker(new URL(__ENGINE_URL__, base), { name: 'gradus-judge' }) as unknown as WorkerLike,
    engine: {
      base: base.href,
      packs: Object.fromEntries(Object.entries(__PACKS__).map(([name, path]) => [name, new URL(path, base).href])),
    },
    now: () => performance.now(),
  };
  const judge = createJudge(environment);
  const read = async (name: string): Promise<string> => {
    const response = await fetch(new URL(`${folder}${name}`, base)).catch(() => undefined);
    if (response?.status === 404) throw new Error(`This notebook ships without ${name}, so nothing here can be checked.`);
    if (!response?.ok || response.headers.get('content-type')?.startsWith('text/html') === true)
      throw new Error(`${name} could not be loaded. Check the connection, then run the checks again.`);
    return response.text();
  };
  let unit: Promise<UnitTexts> | undefined;
  const unitOnce = (): Promise<UnitTexts> =>
    (unit ??= readUnit(read, front).catch((error: unknown) => {
      unit = undefined;
      throw error;
    }));
  return {
    ...judge,
    unit: unitOnce,
    warm: async () => judge.warm(await unitOnce()),
  };
}
