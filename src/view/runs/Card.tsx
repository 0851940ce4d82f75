/* The facts of one run, and what can be done with it. */

import { createResource, For, Show, type JSX } from 'solid-js';
import type { StoredRun } from '../../store/types.ts';
import { ago, duration } from '../words.ts';
import { formatNumber } from './geometry.ts';
import { formatCell, type Row } from './rows.ts';

export interface CardProps {
  readonly row: Row;
  /** Opens the text that it ran in. */
  readonly open: (text: string, name: string) => void;
  readonly remove: () => void;
  /** The text that a run ran in. */
  readonly text: (run: StoredRun) => Promise<string | undefined>;
}

/** What the environment keeps for the machine, or what is shown by its own line. */
const skip = new Set(['text', 'tab', 'hash']);

export function Card(props: CardProps): JSX.Element {
  const run = (): Row['run'] => props.row.run;
  const [text] = createResource(run, (of) => props.text(of).catch(() => undefined));
  const facts = (): (readonly [string, string])[] => [
    ['state', props.row.says],
    ['begun', ago(run().startedAt, Date.now())],
    ...(run().tags?.length ? [['tags', run().tags!.join(', ')] as const] : []),
    ...(run().notes ? [['notes', run().notes!] as const] : []),
    ...(run().ms > 0 ? [['time', duration(run().ms)] as const] : []),
    ['steps', formatNumber(props.row.steps)],
    ...Object.entries(run().params).map(([key, value]) => [key, formatCell(value)] as const),
    ...Object.entries(run().summary).map(([key, value]) => [key, formatCell(value)] as const),
    ...Object.entries(run().environment)
      .filter(([key, value]) => !skip.has(key) && value !== '' && !Object.hasOwn(run().params, key))
      .map(([key, value]) => [key, formatCell(value)] as const),
  ];
  return (
    <section class="about" aria-labelledby="run-title">
      <h2 id="run-title">
        {run().name} {props.row.number}
      </h2>
      <dl class="card">
        <dt>notebook</dt>
        <dd>
          <a class="link" href={`#/n/${encodeURIComponent(run().notebook)}`}>
            {run().notebook}
          </a>
          , cell <code>{run().cell}</code>
        </dd>
        <For each={facts()}>
          {([key, value]) => (
            <>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </>
          )}
        </For>
      </dl>
      <div class="acts2">
        <Show when={text()} fallback={<p class="quiet">The text that it ran in was not kept.</p>}>
          {(kept) => (
            <button
              class="btn"
              type="button"
              onClick={() => props.open(kept(), `${run().notebook}, as ${run().name} ${props.row.number} ran it.md`)}
            >
              Open this version
            </button>
          )}
        </Show>
        <button class="btn bare" type="button" onClick={() => props.remove()}>
          Delete
        </button>
      </div>
    </section>
  );
}
