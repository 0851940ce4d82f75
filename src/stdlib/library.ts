/* The standard library of a TypeScript cell, assembled from one small file for each subject. Each name is made for an
   evaluation when its cell first reads it; large libraries come as packs. What the executor may ask stands in host.ts. */

import type { Evaluation, Host, Library } from './host.ts';
import type { Generator } from '../base/random.ts';
import { createAsk } from './ask.ts';
import { Input, Inputs } from './inputs.ts';
import { given, mentioned } from './mentioned.ts';
import type { Namespace } from './modules.ts';
import type { Names } from './names.ts';
import { runNames } from './runs.ts';
import { fetchParts } from '../base/apart.ts';
import { seldom } from './seldom.ts';
import { createShow } from './show.ts';
import type { SweepKit } from './sweep/index.ts';
import { createTensors } from './tensor.ts';
import type { Time } from './time.ts';
import type { UnitKit } from './unit.ts';

/** What a pack leaves behind: the library as a cell sees it. */
interface Pack {
  create(host: Host, evaluation: Evaluation): unknown;
}

interface PropOptions {
  readonly seed: number;
  readonly cell: string;
  readonly tried: (cases: number) => void;
}

/** What `Math.random` draws from; undefined outside all cells. */
let randomness: (() => Generator) | undefined;

export function createLibrary(host: Host): Library {
  const seed = host.options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const ask = createAsk(host);
  const show = createShow(ask);
  let time: Time | undefined;
  const generators = new WeakMap<Evaluation, { own: Generator; math: Generator }>();
  const generatorOf = (evaluation: Evaluation): { own: Generator; math: Generator } => {
    let pair = generators.get(evaluation);
    if (!pair) generators.set(evaluation, (pair = seldom.draws(seed, evaluation.cell)));
    return pair;
  };
  const fromPack =
    (pack: string) =>
    async (evaluation: Evaluation): Promise<unknown> =>
      ((await host.load(pack)) as Pack).create(host, evaluation);
  const tf = fromPack('tf');
  const ort = async (evaluation: Evaluation): Promise<unknown> =>
    fromPack((await seldom.ort(host.options.backend)) ? 'ort-webgpu' : 'ort')(evaluation);
  let ofNoCell: Generator | undefined;
  const tensors = createTensors(host, (evaluation) => (evaluation ? generatorOf(evaluation).own : (ofNoCell ??= seldom.random(seed))));
  /** One recorder for all cells, so that a mark made in one stands in a plot of another. */
  let plot: Readonly<Record<string, unknown>> | undefined;
  const Plot = (): Readonly<Record<string, unknown>> => (plot ??= seldom.Plot(host));

  const checks = once(() => seldom.check(host));
  if (host.options.judge) checks(); // it remembers the built-ins as they are before the answer runs

  const names: Names = {
    ...named(given.md, () => seldom.md),
    display:
      (evaluation) =>
      (...shown: unknown[]): void => {
        for (const value of shown) show(value, evaluation);
      },
    ...named(given.progress, () => (time ??= seldom.progress(host, show)).names),
    ...named(
      given.dataset,
      once(() => seldom.dataset(host)),
    ),
    ...runNames(host, {
      seed,
      random: (from) => seldom.random(from),
      draws: generatorOf,
      tensorsNow: tensors.now,
      tensors: () => tensors.load(),
      tf,
    }),
    ...named(given.check, checks),
    view: (evaluation) => (input: unknown) => ask.view(input, evaluation),
    Inputs: () => Inputs,
    console: (evaluation) => seldom.console(evaluation, host.current),
    // A generator gives tensors once the library is there, so a cell that draws beside the one that loads it waits with it.
    random(evaluation) {
      const make = (from?: number | bigint): Generator => (from === undefined ? generatorOf(evaluation).own : seldom.random(from));
      const given = (): typeof make => make;
      return tensors.arriving()?.then(given, given) ?? make;
    },
    async help(evaluation) {
      const { documented, helpText } = (await host.load('help')) as typeof import('./docs.ts');
      const help = (what?: unknown): void => {
        evaluation.emit({ kind: 'markdown', markdown: helpText(what === help ? 'help' : nameOf(what, evaluation, documented)) });
      };
      return help;
    },
    Plot,
    async sweep(evaluation) {
      const { createSweep } = (await host.load('sweep')) as { createSweep(kit: Record<keyof SweepKit, unknown>): unknown };
      return createSweep({ host, evaluation, seed, generatorOf, held: ask.held, startRun: bind('startRun', evaluation) });
    },
    tf,
    ort,
    ...tensors.names,
  };

  const bound = new WeakMap<Evaluation, Map<string, unknown>>();
  const bind = (name: string, evaluation: Evaluation): unknown => {
    let own = bound.get(evaluation);
    if (!own) bound.set(evaluation, (own = new Map()));
    if (!own.has(name)) own.set(name, names[name]!(evaluation));
    return own.get(name);
  };
  const nameOf = (what: unknown, evaluation: Evaluation, documented: readonly string[]): string | undefined => {
    if (what === undefined || typeof what === 'string') return what;
    const light = documented.find((name) => !packed.has(name) && name in names && bind(name, evaluation) === what);
    if (light) return light;
    if (Object.values(Inputs).includes(what as never)) return 'Inputs';
    return String((what as { name?: unknown } | null)?.name ?? typeof what);
  };

  const has = (name: string): boolean => Object.hasOwn(names, name);
  const bundled: Parameters<typeof seldom.import>[1] = {
    '@observablehq/plot': () => new Proxy(Plot(), { has: (target, name) => typeof name === 'string' && target[name] !== undefined }),
    '@tensorflow/tfjs': tf,
    'onnxruntime-web': ort,
    'gradus:tensor': (evaluation) => tensors.importModule(evaluation, bind('random', evaluation)),
    'gradus:prop': async (evaluation) =>
      ((await host.load('prop')) as { create(options: PropOptions): unknown }).create({
        seed,
        cell: evaluation.cell,
        tried: (cases) => seldom.noteCases(evaluation, cases),
      }),
    'gradus:counting': () => host.load('counting'),
    'gradus:answer': async () => ((await host.load('answer')) as { create(host: Pick<Host, 'service'>): unknown }).create(host),
    'gradus:parts': async () => ((await host.load('parts')) as { create(input: typeof Input, host: Host): unknown }).create(Input, host),
  };
  const modules = once(() =>
    seldom.import(host, bundled, async (number, evaluation) => {
      const { importUnit } = (await host.load('unit')) as { importUnit(number: string, kit: UnitKit): Promise<Namespace> };
      return importUnit(number, { host, evaluation, has, bind, importModule });
    }),
  );
  const importModule: Library['importModule'] = async (source, evaluation) => modules()(source, evaluation);

  patchMathRandom();
  return {
    has,
    bind,
    show,
    view: ask.view,
    input: ask.input,
    control: (id, action) => time?.control(id, action) ?? false,
    patient: (id) => time?.patient(id) ?? false,
    importModule,
    enter(evaluation) {
      const before = randomness;
      randomness = () => generatorOf(evaluation).math;
      const leave = tensors.enter(evaluation);
      return () => {
        randomness = before;
        leave?.();
      };
    },
    ahead: (cell) => fetchParts(mentioned(cell))?.catch(() => {}), // what is missing is loaded when it is used, and says why it cannot
    read: tensors.read,
    toJson: (value) => seldom.json(value),
  };
}

/** What `make` gives, made when it is first asked for. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** The names of a table that is made when a cell reads the first of them. */
function named(names: readonly string[], table: () => Names): Names {
  return Object.fromEntries(names.map((name) => [name, (evaluation: Evaluation) => table()[name]!(evaluation)]));
}

/** Names that load something: `help` does not read them to find out what it was given. */
const packed: ReadonlySet<string> = new Set(['tf', 'ort', 'help', 'tensor', 'nn', 'optim', 'gpu', 'sweep']);

let patched = false;

/** `Math.random` of a cell draws from the cell's generator, so a seed repeats it; all other code keeps the browser's. */
function patchMathRandom(): void {
  if (patched) return;
  patched = true;
  const original = Math.random;
  Math.random = () => (randomness ? randomness().uniform() : original());
}
