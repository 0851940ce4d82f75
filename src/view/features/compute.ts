/* Where this notebook computes: what is in use and why, and the choice of another, for tensors and for `tf`. Choosing ends the engine; the
   cells that run by themselves are computed again in the next one. */

import './compute.css';
import { describeAdapter, isSoftware, type AdapterLike } from '../../base/adapter.ts';
import type { Chosen, Feature, NotebookContext } from '../context.ts';
import { h } from '../dom.ts';
import { openDialog } from './dialog.ts';

interface Place {
  readonly on: Chosen;
  readonly label: string;
  readonly says: string;
  /** It cannot be chosen; `says` is the reason. */
  readonly missing?: boolean;
}

const names: Readonly<Record<Chosen, string>> = { auto: 'Automatic', webgpu: 'WebGPU', wasm: 'WebAssembly', js: 'JavaScript' };

export const compute: Feature = (context) =>
  context.commands.implement(
    'compute',
    () => void open(context),
    () => context.options.locked ?? (context.options.computing === undefined ? 'This page decides where it computes.' : undefined),
  );

/** While the browser is asked for its adapters. */
let asking = false;

async function open(context: NotebookContext): Promise<void> {
  const { session, options } = context;
  const { computing } = options;
  if (computing === undefined) return;
  const chosen = computing.chosen();
  if (asking) return;
  asking = true;
  const list = await places().finally(() => {
    asking = false;
  });
  const radios = list.map(({ on, missing }) => {
    const radio = h('input', { type: 'radio', name: 'compute', value: on, id: `compute-${on}`, 'aria-describedby': `compute-${on}-says` });
    radio.checked = on === chosen;
    if (missing) radio.setAttribute('aria-disabled', 'true');
    radio.addEventListener('click', (event) => {
      if (missing) event.preventDefault();
    });
    return radio;
  });
  const rows = list.map(({ on, label, says }, i) =>
    h(
      'div',
      { class: 'compute-row' },
      radios[i]!,
      h('label', { for: `compute-${on}` }, label),
      h('span', { class: 'quiet', id: `compute-${on}-says` }, says),
    ),
  );
  const done = h('button', { type: 'button', class: 'btn solid' }, 'Compute there');
  const no = h('button', { type: 'button', class: 'btn' }, 'Cancel');
  const { element, close } = openDialog({
    title: 'Compute on',
    className: 'compute',
    focus: radios.find(({ checked }) => checked)!,
    content: [
      h('p', {}, inUse(session.backend)),
      h('fieldset', {}, h('legend', { class: 'vh' }, 'Tensors and tf are computed on'), ...rows),
      h(
        'p',
        { class: 'quiet' },
        session.engine === 'off'
          ? 'It holds for this notebook in this browser.'
          : 'The engine starts anew and values are computed again. What you wrote, outputs and runs stay. It holds for this notebook in this browser.',
      ),
      h('div', { class: 'end' }, no, done),
    ],
  });
  no.addEventListener('click', close);
  const take = (): void => {
    const next = radios.find(({ checked }) => checked)?.value as Chosen | undefined;
    close();
    if (next === undefined || next === chosen) return;
    change(context, next);
  };
  done.addEventListener('click', take);
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    take();
  });
}

function change({ session, options, voice, act }: NotebookContext, next: Chosen): void {
  if (!options.computing!.choose(next)) {
    voice.toast('This browser keeps nothing, so it could not be chosen.');
    return;
  }
  const where = next === 'auto' ? 'where it is fastest' : `on ${names[next]}`;
  if (session.engine === 'off') return voice.toast(`This notebook computes ${where} from now on.`);
  const had = session.ids.some((id) => session.cell(id)?.state === 'done');
  act(() => {
    session.restart();
    if (had) session.runAuto();
  }, 'all');
  voice.toast(`This notebook computes ${where} from now on. Its values are computed again; nothing else is lost.`);
}

/** What is in use and why, in a sentence. */
function inUse(backend: NotebookContext['session']['backend']): string {
  if (backend === undefined) return 'Nothing has been computed yet: the first cell that uses tensors or tf decides.';
  const { adapter, why } = backend;
  const name = names[backend.backend as Chosen] ?? backend.backend;
  const reason = why === 'asked for' ? 'it was chosen here' : why;
  return `In use: ${name}${adapter ? ` (${adapter})` : ''}${reason ? `, because ${reason}` : ''}.`;
}

async function places(): Promise<readonly Place[]> {
  const gpu = (navigator as { gpu?: { requestAdapter(options?: object): Promise<AdapterLike | null> } }).gpu;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  const software = adapter ? isSoftware(adapter) : false;
  const threads = crossOriginIsolated ? Math.min(8, navigator.hardwareConcurrency) : 1;
  return [
    {
      on: 'auto',
      label: names.auto,
      says: `A real GPU where there is one, else WebAssembly: here ${adapter && !software ? 'WebGPU' : 'WebAssembly'}.`,
    },
    adapter
      ? {
          on: 'webgpu',
          label: names.webgpu,
          says: `${describeAdapter(adapter)}${software ? ', a software adapter: slower than WebAssembly' : ''}.`,
        }
      : {
          on: 'webgpu',
          label: names.webgpu,
          says: gpu ? 'The browser gives no GPU adapter.' : 'This browser has no WebGPU.',
          missing: true,
        },
    { on: 'wasm', label: names.wasm, says: `On the processor, ${threads === 1 ? 'one thread' : `${threads} threads`}.` },
    { on: 'js', label: names.js, says: 'Slow and exact: the only one that has float64.' },
  ];
}
