/* What the browser says of this site's room on the disk. Both numbers are its estimates: measured, a browser went on saying 10 GB
   under a quota of 20 MB, so a write is the only proof that there is room. */

export interface Space {
  /** Bytes of everything that the site stores, caches included. */
  readonly usage: number | undefined;
  /** Bytes that the browser may give; an estimate. */
  readonly quota: number | undefined;
  /** Whether it is kept when the disk fills up; absent where the browser does not say. */
  readonly persisted: boolean | undefined;
}

export async function space(storage: StorageManager | undefined = globalThis.navigator?.storage): Promise<Space> {
  const estimate = await storage?.estimate?.().catch(() => undefined);
  const persisted = await storage?.persisted?.().catch(() => undefined);
  return { usage: estimate?.usage, quota: estimate?.quota, persisted };
}

/** Asks the browser to keep what is stored. Resolves to whether it will; undefined where it cannot be asked. */
export async function persist(storage: StorageManager | undefined = globalThis.navigator?.storage): Promise<boolean | undefined> {
  return storage?.persist?.().catch(() => undefined);
}
