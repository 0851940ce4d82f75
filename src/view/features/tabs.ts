/* Where one notebook is open in two tabs: which of them writes is settled by session/tabs.ts; this says so in a band, with the
   button that makes this tab the writer. Without locks or channels the store's check of revisions remains. */

import { openTabs, type TabChannel, type TabLocks, type Tabs } from '../../session/tabs.ts';
import type { Feature } from '../context.ts';
import { h } from '../dom.ts';
import { closeBand, showBand } from './band.ts';

/** A band that would go again at once is not shown. */
const patienceMs = 400;

export const tabs: Feature = ({ session, voice, flushEdits }) => {
  const { keeping } = session;
  if (!keeping) return () => undefined;
  keeping.beforeText(flushEdits);
  const stop = keeping.listen((event) => {
    if (event === 'merged') merged();
  });
  const merged = (): void => voice.toast('Another tab changed this notebook at the same time. What both wrote is in it.');
  let open: Tabs | undefined;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const draw = (): void => {
    const role = open?.role;
    if (role !== 'follower') return closeBand('tabs');
    showBand('tabs', {
      role: 'status',
      content: [
        h('span', { class: 'pt stale', 'aria-hidden': 'true' }),
        h('div', {}, h('strong', {}, 'Open in another tab.'), ' This one follows. An edit here takes over.'),
      ],
      buttons: [{ label: 'Take over', act: () => open?.takeOver() }],
    });
  };
  const later = (): void => {
    clearTimeout(timer);
    document.documentElement.dataset['tab'] = open?.role === 'writer' || open?.role === 'joining' ? 'writes' : 'follows';
    if (open?.role === 'follower') timer = setTimeout(draw, patienceMs);
    else draw();
  };

  const { locks } = navigator as { locks?: LockManager };
  if (locks && typeof BroadcastChannel === 'function')
    void keeping.store.then(
      () => {
        if (closed) return;
        open = openTabs({
          session,
          keeping,
          locks: locks as unknown as TabLocks,
          openChannel: (name) => new BroadcastChannel(name) as unknown as TabChannel,
          flushEdits,
          changed: (event) => (event === 'merged' ? merged() : later()),
        });
      },
      () => undefined,
    );
  return () => {
    closed = true;
    clearTimeout(timer);
    stop();
    open?.close();
    closeBand('tabs');
    delete document.documentElement.dataset['tab'];
  };
};
