/* The button that takes a file of runs. */

import type { JSX } from 'solid-js';

export function Import(props: {
  readonly class: string;
  readonly take: (file: File) => void;
  readonly children: JSX.Element;
}): JSX.Element {
  let file!: HTMLInputElement;
  return (
    <>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Runs to import"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) props.take(chosen);
        }}
      />
      <button class={props.class} type="button" onClick={() => file.click()}>
        {props.children}
      </button>
    </>
  );
}
