/* What was given to the compared runs that is not the same for all, and what came out; the rest in a sentence. */

import { createMemo, For, Show, type JSX } from 'solid-js';
import { differences } from './compare.ts';
import { Key } from './Line.tsx';
import type { Row } from './rows.ts';

export function Differs(props: { readonly rows: readonly Row[]; readonly slotOf: (id: string) => number | undefined }): JSX.Element {
  const found = createMemo(() => differences(props.rows));
  const names = (): boolean => new Set(props.rows.map(({ run }) => run.name)).size > 1;
  return (
    <section class="diffs" aria-labelledby="differs-title">
      <h2 id="differs-title">What differs</h2>
      <Show when={found().given.length + found().came.length > 0} fallback={<p class="quiet">Nothing that was recorded.</p>}>
        <div class="scroll" tabindex="0" role="group" aria-label="Table of what differs">
          <table class="tbl">
            <thead>
              <tr>
                <td />
                <For each={props.rows}>
                  {(row) => (
                    <th scope="col">
                      <Key slot={props.slotOf(row.run.id) ?? 0} /> {names() ? `${row.run.name} ` : ''}
                      {row.number}
                    </th>
                  )}
                </For>
              </tr>
            </thead>
            <tbody>
              <For each={[...found().given, ...found().came]}>
                {({ key, cells }) => (
                  <tr>
                    <th scope="row">{key}</th>
                    <For each={cells}>{({ text, odd }) => <td classList={{ diff: odd }}>{text}</td>}</For>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </Show>
      <Show when={found().same !== ''}>
        <p class="cap">The same for all: {found().same}.</p>
      </Show>
    </section>
  );
}
