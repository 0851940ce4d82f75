/* What stands above the table: the filter, the state, the columns, pass lines, and runs as files out and in. */

import { createSignal, For, Show, type JSX } from 'solid-js';
import type { Choice, Column } from './columns.ts';
import { Import } from './Import.tsx';
import { readTargets } from './targets.ts';

export interface ToolsProps {
  readonly filter: string;
  readonly setFilter: (text: string) => void;
  readonly state: string;
  readonly setState: (state: string) => void;
  readonly columns: readonly Column[];
  readonly choice: Choice;
  readonly choose: (choice: Choice) => void;
  /** Pass lines as the reader typed them. */
  readonly targets: string;
  readonly setTargets: (text: string) => void;
  readonly give: (what: 'json' | 'runs' | 'curves') => void;
  readonly take: (file: File) => void;
}

const groups = ['Facts', 'Parameters', 'Results', 'Metrics'] as const;
export const states = ['running', 'done', 'interrupted', 'failed'] as const;

export function Tools(props: ToolsProps): JSX.Element {
  return (
    <div class="tools">
      <label class="vh" for="run-filter">
        Filter runs
      </label>
      <span class="filterbox">
        <input
          class="text mono"
          id="run-filter"
          type="search"
          value={props.filter}
          spellcheck={false}
          autocomplete="off"
          placeholder="test_acc > 0.9"
          aria-description="A name, a state, a tag, or a comparison such as test_acc > 0.9"
          onInput={(event) => props.setFilter(event.currentTarget.value)}
        />
      </span>
      <select class="text" aria-label="State" value={props.state} onChange={(event) => props.setState(event.currentTarget.value)}>
        <option value="">all states</option>
        <For each={states}>{(state) => <option value={state}>{state}</option>}</For>
      </select>
      <Columns columns={props.columns} choice={props.choice} choose={props.choose} />
      <Lines targets={props.targets} setTargets={props.setTargets} />
      <span class="grow" />
      <Import class="btn" take={props.take}>
        Import
      </Import>
      <Export give={props.give} />
    </div>
  );
}

function Columns(props: Pick<ToolsProps, 'columns' | 'choice' | 'choose'>): JSX.Element {
  const of = (group: Column['group']): Column[] => props.columns.filter((column) => column.group === group);
  return (
    <div class="drop">
      <button class="btn" type="button" popovertarget="run-columns">
        Columns
      </button>
      <div class="sheet choices" id="run-columns" popover role="group" aria-label="Columns">
        <For each={groups}>
          {(group) => (
            <Show when={of(group).length > 0}>
              <fieldset>
                <legend>{group}</legend>
                <For each={of(group)}>
                  {({ key, label, usual }) => (
                    <label>
                      <input
                        type="checkbox"
                        checked={props.choice[key] ?? usual}
                        onChange={(event) => props.choose({ ...props.choice, [key]: event.currentTarget.checked })}
                      />
                      {label}
                    </label>
                  )}
                </For>
              </fieldset>
            </Show>
          )}
        </For>
        <button class="btn small" type="button" onClick={() => props.choose({})}>
          As at first
        </button>
      </div>
    </div>
  );
}

/** Pass lines of the reader's own, beside those that notebooks have. */
function Lines(props: Pick<ToolsProps, 'targets' | 'setTargets'>): JSX.Element {
  const [said, setSaid] = createSignal('');
  return (
    <div class="drop">
      <button class="btn" type="button" popovertarget="run-targets">
        Targets
      </button>
      <div class="sheet choices" id="run-targets" popover role="group" aria-label="Targets">
        <label class="stacked">
          <span>Values to be reached, beside the pass lines of notebooks</span>
          <input
            class="text mono"
            value={props.targets}
            spellcheck={false}
            autocomplete="off"
            placeholder="test_acc >= 0.94 loss <= 0.1"
            onChange={(event) => {
              const text = event.currentTarget.value.trim();
              const found = readTargets(text);
              setSaid(
                text !== '' && found.length === 0
                  ? 'Targets: expected comparisons such as test_acc >= 0.94, got none. Write a metric, >= or <=, and a number.'
                  : '',
              );
              if (text === '' || found.length > 0) props.setTargets(text);
            }}
          />
        </label>
        <p class="none" role="status">
          {said()}
        </p>
      </div>
    </div>
  );
}

/** The runs that are shown, as files. */
function Export(props: { readonly give: ToolsProps['give'] }): JSX.Element {
  let list!: HTMLDivElement;
  const give = (what: Parameters<ToolsProps['give']>[0]): void => {
    list.hidePopover();
    props.give(what);
  };
  return (
    <div class="drop export">
      <button class="btn" type="button" popovertarget="export-runs">
        Export
      </button>
      <div class="sheet menu" id="export-runs" popover ref={list}>
        <button type="button" onClick={() => give('json')}>
          All with curves <kbd>JSON</kbd>
        </button>
        <button type="button" onClick={() => give('runs')}>
          One line for each run <kbd>CSV</kbd>
        </button>
        <button type="button" onClick={() => give('curves')}>
          One line for each value <kbd>CSV</kbd>
        </button>
      </div>
    </div>
  );
}
