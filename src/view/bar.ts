/* The notebook's bar: the commands of notebook.md 6 by `data-action`, Run all that becomes Stop, and the facts of the
   engine. The buttons stand in the static page; this gives them their effect. */

import { createMemo, createRenderEffect, on, type Accessor } from 'solid-js';
import type { Commands } from './commands/commands.ts';
import type { CommandId } from './commands/table.ts';
import { setAttribute, setText } from './dom.ts';
import type { Facts } from './reactive.ts';

export interface BarOptions {
  readonly commands: Commands;
  readonly facts: Accessor<Facts>;
  /** The bar's own menu opens: what else stands in it is wanted. */
  readonly wanted: () => void;
}

/** Below this width the commands stand in a sheet, in px (look.css). */
const menuBelow = 1024;

const paths = { run: 'M4.5 2.8v10.4l8.6-5.2z', stop: 'M4 4h8v8H4z' };

export function bindBar(page: Document, { commands, facts, wanted }: BarOptions): () => void {
  const all = (action: string): HTMLElement[] => [...page.querySelectorAll<HTMLElement>(`[data-action="${action}"]`)];
  const runAll = all('run-all'),
    places = [...page.querySelectorAll<HTMLElement>('[data-engine-facts], .bar .engine')];
  const ids = new Set<string>(commands.table.map(({ id }) => id));
  for (const button of all('share')) {
    button.setAttribute('aria-disabled', 'true');
    button.title = commands.reason('share') ?? '';
  }
  const onClick = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
    const action = button?.dataset['action'];
    if (button === null || action === undefined || !ids.has(action) || action === 'theme') return; // the theme is every page's own
    if (action === 'menu') {
      if (innerWidth < menuBelow) return wanted(); // the sheet that the button opens by itself
      event.preventDefault();
    }
    commands.run(action as CommandId);
    button.closest<HTMLElement>('[popover]')?.hidePopover();
  };
  page.addEventListener('click', onClick);

  const busy = createMemo(() => facts().busy);
  createRenderEffect(
    on(busy, (busy) => {
      for (const button of runAll) {
        const word = button.querySelector<HTMLElement>('[data-label], span');
        if (word) setText(word, busy ? 'Stop' : 'Run all');
        else
          for (const node of button.childNodes)
            if (node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim()) node.nodeValue = busy ? ' Stop' : ' Run all';
        button.querySelector('path')?.setAttribute('d', busy ? paths.stop : paths.run);
        button.toggleAttribute('data-busy', busy);
      }
    }),
  );
  createRenderEffect(
    on(facts, (now) => {
      const { backend } = now,
        threads = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
      const words =
        backend === undefined
          ? ''
          : [backend.backend, backend.adapter, backend.backend === 'wasm' ? (threads === 1 ? '1 thread' : `${threads} threads`) : '']
              .filter(Boolean)
              .join(' · ');
      for (const place of places) {
        setText(place, now.saveError !== undefined ? 'Not saved' : words);
        setAttribute(place, 'title', now.saveError ?? backend?.why ?? 'Where this notebook computes');
        place.classList.toggle('bad-text', now.saveError !== undefined);
      }
    }),
  );
  return () => {
    page.removeEventListener('click', onClick);
  };
}
