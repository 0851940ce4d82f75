/* The facts of one run, what the reader writes about it, and what can be done with it. */

import { createEffect, createResource, createSignal, For, on, Show, type JSX } from 'solid-js';
import type { StoredRun } from '../../store/types.ts';
import { ago, duration } from '../words.ts';
import type { Digest } from './digest.ts';
import { formatNumber } from './geometry.ts';
import { formatCell, sayState, type Row } from './rows.ts';
import { holds, targetsOf, type Target } from './targets.ts';

export interface CardProps {
  readonly row: Row;
  readonly digest: Digest | undefined;
  readonly targets: readonly Target[];
  /** Opens the text that it ran in. */
  readonly open: (text: string, name: string) => void;
  readonly remove: () => void;
  /** The text that a run ran in. */
  readonly text: (run: StoredRun) => Promise<string | undefined>;
  /** Keeps what the reader has written. */
  readonly edit: (edit: { readonly notes: string | undefined; readonly tags: readonly string[] | undefined }) => Promise<void>;
}

/** What the environment keeps for the machine, or what is shown by its own line. */
const skip = new Set(['text', 'tab', 'hash']);

export function Card(props: CardProps): JSX.Element {
  const run = (): Row['run'] => props.row.run;
  const [text] = createResource(
    () => `${run().id} ${run().environment['hash'] ?? ''}`,
    () => props.text(run()).catch(() => undefined),
  );
  const lines = (): (readonly [string, string])[] =>
    targetsOf(run(), props.targets).flatMap((target) => {
      const value = run().summary[target.metric] ?? props.digest?.last[target.metric];
      if (typeof value !== 'number') return [];
      const bound = target.min === undefined ? `at most ${formatNumber(target.max!)}` : `at least ${formatNumber(target.min)}`;
      return [['pass line', `${target.metric} ${bound}: ${holds(value, target) ? 'reached' : 'not reached'}`] as const];
    });
  const facts = (): (readonly [string, string])[] => [
    ['state', sayState(props.row, props.digest)],
    ['begun', ago(run().startedAt, Date.now())],
    ...(run().ms > 0 ? [['time', duration(run().ms)] as const] : []),
    ...(props.digest ? [['steps', formatNumber(props.digest.steps)] as const] : []),
    ...lines(),
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
      <Written run={run()} title={`${run().name} ${props.row.number}`} edit={props.edit} />
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

/** Notes and tags: kept when a field is left. */
function Written(props: { readonly run: StoredRun; readonly title: string; readonly edit: CardProps['edit'] }): JSX.Element {
  const [notes, setNotes] = createSignal('');
  const [tags, setTags] = createSignal('');
  const [said, setSaid] = createSignal('');
  createEffect(
    on(
      () => props.run.id,
      () => {
        setNotes(props.run.notes ?? '');
        setTags(props.run.tags?.join(', ') ?? '');
        setSaid('');
      },
    ),
  );
  let saves = 0;
  const save = (): void => {
    const list = [
      ...new Set(
        tags()
          .split(/[,\n]/)
          .map((tag) => tag.trim()),
      ),
    ].filter(Boolean);
    const text = notes().trim();
    if (text === (props.run.notes ?? '') && list.join() === (props.run.tags?.join() ?? '')) return;
    const { id } = props.run;
    const last = ++saves;
    setSaid('');
    void props.edit({ notes: text === '' ? undefined : text, tags: list.length === 0 ? undefined : list }).then(
      () => props.run.id === id && last === saves && setSaid('Kept.'),
      () => setSaid(''),
    );
  };
  return (
    <div class="written">
      <label>
        <span>Notes</span>
        <textarea
          class="text"
          rows="2"
          value={notes()}
          aria-label={`Notes on ${props.title}`}
          onInput={(event) => setNotes(event.currentTarget.value)}
          onChange={save}
        />
      </label>
      <label>
        <span>Tags</span>
        <input
          class="text"
          value={tags()}
          placeholder="long, baseline"
          aria-label={`Tags of ${props.title}, with commas between them`}
          onInput={(event) => setTags(event.currentTarget.value)}
          onChange={save}
        />
      </label>
      <span class="quiet" role="status">
        {said()}
      </span>
    </div>
  );
}
