/* Names of the compute library in a cell: `tensor nn optim gpu inspect` and `gradus:tensor`. The library itself is a pack, loaded when the
   first cell that uses one of them is evaluated; what of it the engine needs from then on (who owns tensors, reading for JSON) stands here. */

import { provideTensorDraws, type Generator, type TensorDraws } from '../base/random.ts';
import { provideHints } from './absent.ts';
import type { Evaluation, Host } from './host.ts';
import type { InspectOptions } from './inspected.ts';
import type { Namespace } from './modules.ts';
import type { Names } from './names.ts';
import { seldom } from './seldom.ts';

/** What the pack leaves behind. */
interface TensorPack {
  /** `kernels`: those of wasm, where they are on their way already; undefined from it: they did not come. */
  start(host: Host, generator: () => Generator, kernels?: Promise<Uint8Array | undefined>): Promise<void>;
  /** Loads ahead what a cell names of the library, where that is not there. */
  ahead(host: Host, cell: string): Promise<unknown> | undefined;
  readonly module: Namespace;
  readonly tensorDraws: TensorDraws;
  createOwnership(host: Pick<Host, 'held'>): (evaluation: Evaluation) => () => void;
  read(values: readonly unknown[]): Promise<unknown> | undefined;
  openGpu(host: Host): Promise<unknown>;
}

export interface Tensors {
  readonly names: Names;
  /** Settles when the library is there, while it is being loaded; undefined before and after. */
  arriving(): Promise<unknown> | undefined;
  /** What is there of the library now: undefined before it is loaded. */
  now(): Namespace | undefined;
  load(): Promise<Namespace>;
  /** What `import … from "gradus:tensor"` brings; `random` is the cell's own. */
  importModule(evaluation: Evaluation, random: unknown): Promise<Namespace>;
  /** Called around each stretch of a cell's code; undefined while the library is not there. */
  enter(evaluation: Evaluation): (() => void) | undefined;
  read(values: readonly unknown[]): Promise<unknown> | undefined;
}

/** `generatorOf`: an evaluation's own generator, which its draws use; undefined: that of no cell. */
export function createTensors(host: Host, generatorOf: (evaluation: Evaluation | undefined) => Generator): Tensors {
  let loading: Promise<TensorPack> | undefined;
  let pack: TensorPack | undefined;
  let ready: TensorPack | undefined;
  let arriving: Promise<TensorPack> | undefined;
  let enter: ((evaluation: Evaluation) => () => void) | undefined;

  const load = async (): Promise<TensorPack> => {
    loading ??= host.load('tensor') as Promise<TensorPack>;
    loading.catch(() => (loading = undefined));
    return (pack ??= await loading);
  };
  const start = async (): Promise<TensorPack> => {
    const kernels = ready ? undefined : kernelsAhead(host);
    const loaded = await load();
    await loaded.start(host, () => generatorOf(host.current()), kernels);
    if (!ready) {
      provideTensorDraws(loaded.tensorDraws);
      enter = loaded.createOwnership(host);
      provideHints((error) => {
        try {
          return seldom.misspelt(error, loaded.module);
        } catch {
          return undefined; // what knows hints could not be loaded: the error itself is what counts
        }
      });
      ready = loaded;
    }
    return ready;
  };
  const begin = (): Promise<TensorPack> => {
    const begun = (arriving ??= start());
    const settled = (): void => void (arriving = undefined);
    begun.then(settled, settled);
    return begun;
  };
  const name =
    (key: string) =>
    ({ cell }: Evaluation): unknown => {
      const more = ready ? ready.ahead(host, cell) : begin();
      return more ? more.then(() => ready!.module[key]) : ready!.module[key];
    };
  let gpu: Promise<unknown> | undefined;

  return {
    names: {
      tensor: name('tensor'),
      nn: name('nn'),
      optim: name('optim'),
      gpu: () => (gpu ??= load().then(({ openGpu }) => openGpu(host))),
      inspect: () => (value: unknown, options?: InspectOptions) => new seldom.inspect(value, options),
    },
    arriving: () => arriving,
    now: () => ready?.module,
    load: async () => (await begin()).module,
    importModule: async ({ cell }, random) => {
      const { module } = await begin();
      await ready?.ahead(host, cell);
      // Described and not read: what lies apart stays so until a name is taken.
      const names = { ...Object.getOwnPropertyDescriptors(module), random: { value: await random, enumerable: true } };
      return Object.defineProperties({}, names) as Namespace;
    },
    enter: (evaluation) => enter?.(evaluation),
    read: (values) => ready?.read(values),
  };
}

/** Fetches the compiled kernels while the library's script comes: every device but js begins with them. Failing, they are fetched when the device starts. */
function kernelsAhead({ options: { packs, backend } }: Host): Promise<Uint8Array | undefined> | undefined {
  const address = packs['kernels'];
  if (!address || backend === 'js') return undefined;
  return fetch(address)
    .then(async (response) => (response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined))
    .catch(() => undefined);
}
