/* In place of a list: an error of the store with what to do and reading again; hairlines while it is read. */

import type { JSX } from 'solid-js';
import { GradusError } from '../../base/errors.ts';

/** What went wrong with the store, and reading it again. */
export function Trouble(props: { readonly error: unknown; readonly retry: () => void }): JSX.Element {
  const words = (): string => {
    const { error } = props;
    return error instanceof GradusError ? `${error.message} ${error.hint}` : error instanceof Error ? error.message : String(error);
  };
  return (
    <p class="trouble" role="alert">
      <span>{words()}</span>
      <button class="btn small" type="button" onClick={() => props.retry()}>
        Read again
      </button>
    </p>
  );
}

/** Nothing for 150 ms, then the lines that text will stand on. */
export function Waiting(): JSX.Element {
  return (
    <div class="waiting" role="status">
      <span class="vh">Reading what this browser keeps</span>
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}
