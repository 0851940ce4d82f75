/* An error of the store on a page of lists: what is wrong, what to do, and reading again. */

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
