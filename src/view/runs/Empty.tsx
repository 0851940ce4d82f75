/* The page of runs where there are none. */

import type { JSX } from 'solid-js';
import { Import } from './Import.tsx';

export function Empty(props: { readonly take: (file: File) => void }): JSX.Element {
  return (
    <div class="empty">
      <svg viewBox="0 0 120 56" aria-hidden="true" fill="none" stroke="var(--edge)" stroke-width="1.5">
        <path d="M8 48H112M8 48V6" stroke="var(--rule)" />
        <path d="M8 12C30 40 60 44 112 45" stroke-dasharray="3 4" />
      </svg>
      <h2>No runs yet</h2>
      <p>
        A training cell that calls <code>startRun</code> keeps its curves here.
      </p>
      <a class="btn" href="#/n/nn-fundamentals">
        Open unit 14
      </a>{' '}
      <Import class="btn bare" take={props.take}>
        Import runs
      </Import>
    </div>
  );
}
