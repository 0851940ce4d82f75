/* One notebook of the list: its title as the link, what is known of it, and what can be done with it. */

import { createSignal, Show, type JSX } from 'solid-js';
import { ago } from '../words.ts';
import type { Entry } from './entries.ts';

export interface RowProps {
  readonly entry: Entry;
  readonly href: string;
  /** The search found it by its text alone. */
  readonly inText: boolean;
  /** Tab reaches it; others are reached by arrows. */
  readonly here: boolean;
  readonly reach: () => void;
  readonly rename: () => void;
  readonly duplicate: () => void;
  readonly download: () => void;
  readonly remove: () => void;
}

export function Row(props: RowProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const tab = (): number => (props.here ? 0 : -1);
  const act = (label: string, work: () => void): JSX.Element => (
    <button
      class="btn bare small"
      type="button"
      tabindex={tab()}
      aria-label={`${label} ${props.entry.title}`}
      onClick={() => {
        setOpen(false);
        work();
      }}
    >
      {label}
    </button>
  );
  const about = (): string => {
    const { stored, id, about: topics } = props.entry;
    if (!stored) return topics ?? '';
    return `changed ${ago(stored.updatedAt, Date.now())} · ${sizeOf(stored.text)}${props.entry.title === id ? '' : ` · ${id}`}`;
  };
  return (
    <li data-notebook-row={props.entry.id} classList={{ open: open() }} onFocusIn={() => props.reach()}>
      <a href={props.href} tabindex={tab()}>
        <span class="t">
          <Show when={props.entry.label}>
            <span class="num">{props.entry.label}</span>{' '}
          </Show>
          {props.entry.title}
        </span>
        <span class="ks">
          {about()}
          <Show when={props.inText}> · found in its text</Show>
        </span>
      </a>
      <Show when={props.entry.stored}>
        <div class="do" role="group" aria-label={`${props.entry.title}, actions`}>
          {act('Rename', () => props.rename())}
          {act('Duplicate', () => props.duplicate())}
          {act('Download', () => props.download())}
          {act(props.entry.kind === 'copy' ? 'Delete copy' : 'Delete', () => props.remove())}
        </div>
        <button
          class="btn bare icon more"
          type="button"
          tabindex={tab()}
          aria-label={`What can be done with ${props.entry.title}`}
          aria-expanded={open()}
          onClick={() => setOpen(!open())}
        >
          <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3.2 8h.01M8 8h.01M12.8 8h.01" stroke-width="2.4" />
          </svg>
        </button>
      </Show>
    </li>
  );
}

const sizeOf = (text: string): string => (text.length < 1000 ? `${text.length} characters` : `${(text.length / 1000).toFixed(1)} kB`);
