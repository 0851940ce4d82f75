/* The devices: which backends there are, which one is the default, and how they start. Backends that need a file or an adapter are
   made by `provide`d functions, so that this layer loads nothing itself. */

import { createJsBackend } from '../../kernels/js/backend.ts';
import type { Backend, Counters, DeviceName } from '../../kernels/types.ts';
import { callName, fail, TensorError } from './error.ts';

export interface DeviceFacts {
  readonly name: DeviceName;
  readonly available: boolean;
  /** Why not, or what kind of adapter it is. */
  readonly reason: string;
  readonly adapter: string | null;
  readonly float16: boolean;
}

/** How a backend is made. `probe` costs little and never throws; `create` starts it. `real`: a GPU in hardware, which `auto` prefers. */
export interface Provider {
  probe(): Promise<DeviceFacts & { readonly real: boolean }>;
  create(): Promise<Backend>;
}

const js = createJsBackend() as Backend;
const running = new Map<DeviceName, Backend>([['js', js]]);
const starting = new Map<DeviceName, Promise<Backend>>();
const providers = new Map<DeviceName, Provider>();
let current: DeviceName = 'js';

export const getDefaultDevice = (): DeviceName => current;

/** Makes a device known. The host of the library calls it before cells run. */
export function provide(name: DeviceName, provider: Provider): void {
  providers.set(name, provider);
}

/** The running backend of a device. Throws where it was never started. */
export function backendOf(name: DeviceName): Backend {
  const backend = running.get(name);
  if (!backend) {
    if (!['js', 'wasm', 'webgpu'].includes(name))
      fail('device', 'tensor', `expected a device "js", "wasm" or "webgpu", got ${JSON.stringify(name)}.`);
    throw new TensorError(
      'device',
      `${callName('tensor')}: expected a device that runs, got "${name}", which has not been started. Call await tensor.setDefaultDevice("${name}") or await tensor.devices() first.`,
    );
  }
  return backend;
}

/** Whether a device stores float16: a GPU whose adapter has it. */
export const hasFloat16 = (name: DeviceName): boolean => {
  const backend = running.get(name) as { readonly facts?: { readonly float16?: boolean } } | undefined;
  return backend?.facts?.float16 === true;
};

export const isRunning = (name: DeviceName): boolean => running.has(name);

/** Starts a device once. */
export async function startDevice(name: DeviceName): Promise<Backend> {
  const backend = running.get(name);
  if (backend) return backend;
  let promise = starting.get(name);
  if (!promise) {
    const provider = providers.get(name);
    if (!['js', 'wasm', 'webgpu'].includes(name))
      fail('device', 'toDevice', `expected a device "js", "wasm" or "webgpu", got ${JSON.stringify(name)}.`);
    if (!provider)
      throw new TensorError(
        'device',
        `${callName('setDefaultDevice')}: expected a device that is available here (${[...new Set([...running.keys(), ...providers.keys()])].join(', ')}), got "${name}".`,
      );
    promise = provider.create().then((made) => {
      running.set(name, made);
      (made as LosableBackend).lost?.then((reason) => replaceLost(name, made, reason));
      return made;
    });
    starting.set(name, promise);
    promise.catch(() => starting.delete(name));
  }
  return promise;
}

/** A backend whose device may go away; `lost` resolves with the reason. */
type LosableBackend = Backend & { readonly lost?: Promise<string> };

let losses = 0;

/**
 * A lost device is started once more; if that fails or it is lost again, wasm computes in its name. Parameters, buffers and moments come back
 * from their last copy on the host when they are next used; what only the device had says so when it is used.
 */
async function replaceLost(name: DeviceName, lost: Backend, reason: string): Promise<void> {
  if (running.get(name) !== lost) return;
  running.delete(name);
  starting.delete(name);
  losses += 1;
  const again = losses === 1 ? await startDevice(name).catch(() => null) : null;
  if (!again) running.set(name, await startDevice('wasm').catch(() => js));
  console.warn(
    `The ${name} device was lost (${reason}). ${again ? 'It was started again' : 'wasm computes in its place from now on'}; parameters and optimisers continue from their last copy on the host. Run the cells whose values are gone again.`,
  );
}

/** `auto`: webgpu where the adapter is a real GPU, else wasm, else js. Resolves to the device chosen. */
export async function setDefaultDevice(name: DeviceName | 'auto'): Promise<DeviceName> {
  if (!['auto', 'js', 'wasm', 'webgpu'].includes(name)) {
    fail('device', 'setDefaultDevice', `expected "auto", "js", "wasm" or "webgpu", got ${JSON.stringify(name)}.`);
  }
  const chosen = name === 'auto' ? await choose() : name;
  await startDevice(chosen);
  current = chosen;
  return chosen;
}

async function choose(): Promise<DeviceName> {
  const gpu = await providers.get('webgpu')?.probe();
  if (gpu?.available && gpu.real) return 'webgpu';
  const wasm = await providers.get('wasm')?.probe();
  return wasm?.available ? 'wasm' : 'js';
}

/** Facts of every device, without starting any. */
export async function devices(): Promise<DeviceFacts[]> {
  const facts: DeviceFacts[] = [
    { name: 'js', available: true, reason: 'the reference, in plain JavaScript', adapter: null, float16: false },
  ];
  for (const name of ['wasm', 'webgpu'] as const) {
    const provider = providers.get(name);
    if (!provider) facts.push({ name, available: false, reason: 'not part of this build', adapter: null, float16: false });
    else {
      const { available, reason, adapter, float16 } = await provider.probe();
      facts.push({ name, available, reason, adapter, float16 });
    }
  }
  return facts;
}

/** The counters of all running backends, added up. */
export function counters(): Counters {
  const sum: Counters = { dispatches: 0, submissions: 0, bindGroups: 0, buffers: 0, readbacks: 0, fallbacks: 0 };
  for (const backend of running.values()) for (const key of Object.keys(sum) as (keyof Counters)[]) sum[key] += backend.counters[key];
  return sum;
}
