/* Keeps the page that the browser has made of a notebook of the reader's own, so that its next opening loads no parser and makes
   nothing: written when the page is idle, and made again, when the reader looks elsewhere, of a text that has changed. It is never
   the truth: an opening takes it only where text and code are those it was made of. */

import { contentHash } from './base/hash.ts';
import type { OwnPage } from './own.ts';
import type { Session } from './session/types.ts';
import type { Store } from './store/types.ts';

export interface KeepOptions {
  /** Names the code that makes pages and where this one stands. */
  readonly build: string;
  readonly base: string;
  readonly store: () => Promise<Store>;
  /** The page as it was made now; absent: it came from the store, with the hash `kept`. */
  readonly page?: OwnPage;
  readonly kept?: string;
}

export function keepPage(session: Session, { build, base, store, page, kept }: KeepOptions): void {
  let hash = kept;
  const id = session.notebook.front?.id ?? '';
  async function keep({ compiled: { text, ...compiled }, title, label, html }: OwnPage): Promise<void> {
    const made = contentHash(text);
    await (
      await store()
    ).savePage({
      notebook: id,
      hash: made,
      build,
      title,
      ...(label === undefined ? {} : { label }),
      html,
      compiled: JSON.stringify(compiled),
    });
    hash = made;
  }
  const root = document.querySelector('main.nb');
  const again = async (): Promise<void> => {
    if (root?.isConnected !== true) return document.removeEventListener('visibilitychange', onVisibility); // another page stands here
    const { text } = session.notebook;
    if (document.hidden && contentHash(text) !== hash) await keep(await (await import('./own.ts')).renderOwn(text, base));
  };
  const onVisibility = (): void => void again().catch(() => undefined);
  document.addEventListener('visibilitychange', onVisibility);
  if (page !== undefined) requestIdle(() => void keep(page).catch(() => undefined));
}

const requestIdle = (work: () => void): void => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work);
  else setTimeout(work);
};
