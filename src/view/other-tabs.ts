/* Whether the notebook is open in another tab too, at the cost of a listener: what follows another tab (features/tabs.ts) is loaded
   only then. */

import type { Keeping } from '../session/keeping.ts';

/** Calls `found` once when another tab that somebody does something in shows the same notebook. */
export function watchOtherTabs({ store, shared }: Pick<Keeping, 'store' | 'shared'>, found: () => void): () => void {
  let channel: BroadcastChannel | undefined;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    channel?.close();
  };
  const tell = (): void => {
    if (stopped) return;
    stop();
    found();
  };
  void store.then(
    async () => {
      if (stopped || typeof BroadcastChannel !== 'function') return;
      channel = new BroadcastChannel(shared);
      channel.onmessage = tell;
      const { held } = (await (navigator as { locks?: LockManager }).locks?.query()) ?? {};
      if (held?.some(({ name }) => name === shared)) tell();
    },
    () => undefined,
  );
  return stop;
}
