/* What stands on the notebooks page in place of rows: nothing written yet, nothing found. */

import type { JSX } from 'solid-js';

export function Empty(): JSX.Element {
  return (
    <div class="empty">
      <svg viewBox="0 0 120 56" aria-hidden="true" fill="none" stroke="var(--edge)" stroke-width="1.5">
        <path d="M14 48H40M50 28H76M86 8H112" stroke="var(--rule)" />
        <g fill="var(--paper)">
          <circle cx="14" cy="48" r="4" />
          <circle cx="50" cy="28" r="4" />
          <circle cx="86" cy="8" r="4" />
        </g>
      </svg>
      <h2>No notebooks yet</h2>
      <p>Write one of your own, or open a Markdown file. A step of the course that you change is listed here too.</p>
      <button class="btn" type="button" data-action="new-notebook">
        Write the first one
      </button>
    </div>
  );
}

export function NoMatch(props: { readonly text: string; readonly all: () => void }): JSX.Element {
  return (
    <div class="empty">
      <h2>Nothing matches “{props.text}”</h2>
      <p>Neither a title nor the text of a notebook has it.</p>
      <button class="btn" type="button" onClick={() => props.all()}>
        Show all
      </button>
    </div>
  );
}
