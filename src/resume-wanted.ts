/* Resume, pressed on the page of runs: the run goes on in its notebook, which that page has opened. */

import type { Session } from './session/types.ts';
import { h } from './view/dom.ts';

const key = 'gradus-resume';

/** Resumes the run that was asked for, where it is one of this notebook; says why where it cannot go on. */
export async function resumeWanted(session: Session): Promise<void> {
  const wanted = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  if (wanted === null) return;
  const { notebook, run } = JSON.parse(wanted) as { notebook: string; run: string };
  if (notebook !== session.notebook.front?.id) return;
  const why = await session.resume(run).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (why === undefined) return;
  const banner = h('div', { class: 'banner', role: 'alert' }, h('div', {}, `The run was not resumed. ${why}`));
  banner.append(h('button', { type: 'button', class: 'btn', onclick: () => banner.remove() }, 'Close'));
  document.querySelector('header.bar')?.after(banner);
}
