/* In the page: 1,000 cells in three shapes, evaluated by our engine in its worker and by Observable's runtime, from "the
   changed definition is known" to "the last value has been delivered to the page". Every value is checked. */

import { openEngine, prepare, send, shown, source, type Engine } from './engine.ts';
import type { SourceCell } from '../../src/schedule/index.ts';

/** `value = (sum of its needs + add) mod 1000003`. */
interface Node {
  readonly name: string;
  readonly needs: readonly string[];
  readonly add: number;
}
interface Times {
  readonly full: number;
  readonly head: number;
  readonly tail: number;
}

const modulus = 1_000_003;

const shapes: Readonly<Record<string, (n: number) => Node[]>> = {
  chain: (n) => Array.from({ length: n }, (_, i) => ({ name: `c${i}`, needs: i ? [`c${i - 1}`] : [], add: 1 })),
  'fan-out': (n) => Array.from({ length: n }, (_, i) => ({ name: `c${i}`, needs: i ? ['c0'] : [], add: i })),
  // c0 feeds c1 and c2, both feed c3, which feeds c4 and c5, …
  diamonds: (n) =>
    Array.from({ length: n }, (_, i) => ({
      name: `c${i}`,
      needs: i === 0 ? [] : i % 3 === 0 ? [`c${i - 1}`, `c${i - 2}`] : [`c${i - (i % 3)}`],
      add: i % 7,
    })),
};

const body = (node: Node): string => `(${[...node.needs, node.add].join(' + ')}) % ${modulus}`;

function expected(nodes: readonly Node[]): Map<string, number> {
  const values = new Map<string, number>();
  for (const node of nodes) values.set(node.name, (node.needs.reduce((sum, need) => sum + values.get(need)!, 0) + node.add) % modulus);
  return values;
}

/** The nodes before and after each measured step: all, then a changed head, then a changed tail. */
function steps(shape: string, n: number): { nodes: Node[]; changed?: string; affected: number }[] {
  const first = shapes[shape]!(n);
  const head = first.map((node, i) => (i === 0 ? { ...node, add: node.add + 5 } : node));
  const tail = head.map((node, i) => (i === n - 1 ? { ...node, add: node.add + 9 } : node));
  return [
    { nodes: first, affected: n },
    { nodes: head, changed: 'c0', affected: n },
    { nodes: tail, changed: `c${n - 1}`, affected: 1 },
  ];
}

function check(who: string, got: ReadonlyMap<string, unknown>, nodes: readonly Node[]): void {
  for (const [name, value] of expected(nodes))
    if (String(got.get(name)) !== String(value)) throw new Error(`${who}: ${name} is ${String(got.get(name))}, expected ${value}.`);
}

let engine: Promise<Engine> | undefined;
let plan = 0;
let salt = 0;

/** One engine for all rounds, as a reader's is, and as warm as the other runtime beside it; the salt makes every round's code new. */
async function ours(shape: string, n: number): Promise<Times> {
  const opened = await (engine ??= openEngine());
  const values = new Map<string, string>();
  const times: number[] = [];
  let sources: SourceCell[] = [];
  salt++;
  for (const { nodes, changed, affected } of steps(shape, n)) {
    const analysed = new Map(sources.map((cell) => [cell.id, cell]));
    sources = nodes.map((node) =>
      changed === undefined || node.name === changed
        ? source(node.name, `const ${node.name} = ${body(node)}; /* ${salt} */\n${node.name}`)
        : analysed.get(node.name)!,
    );
    if (changed === undefined) await prepare(opened, ++plan, sources);
    times.push(
      await delivered(opened, affected, values, () => send(opened, ++plan, sources, changed === undefined ? undefined : [changed])),
    );
    check('gradus', values, nodes);
  }
  return { full: times[0]!, head: times[1]!, tail: times[2]! };
}

/** ms from `go` until `count` cells are reported done and have shown their value. */
function delivered(engine: Engine, count: number, values: Map<string, string>, go: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let done = 0;
    let outputs = 0;
    engine.listen = (reports) => {
      for (const report of reports) {
        if (report.kind === 'output') {
          values.set(report.cell, shown(report.output) ?? '');
          outputs++;
        } else if (report.kind === 'done') {
          done += report.cells.length;
          report.cells.forEach((cell, i) => {
            if (report.values[i] === null) return;
            values.set(cell, report.values[i]!);
            outputs++;
          });
        } else if (report.kind === 'state' && report.state === 'done') done++;
        else if (report.kind === 'state' && report.state === 'error') reject(new Error(`gradus: ${report.cell}: ${report.error?.message}`));
      }
      if (done >= count && outputs >= count) resolve(performance.now() - began);
    };
    const began = performance.now();
    go();
  });
}

/* ---- Observable's runtime ---- */

interface Variable {
  define(name: string, inputs: readonly string[], definition: unknown): Variable;
}
type RuntimeModule = {
  Runtime: new () => {
    module(): { variable(observer: { fulfilled(value: unknown, name: string): void; rejected(error: unknown): void }): Variable };
    dispose(): void;
  };
};

/** The runtime's module. `frame: false`: without its wait for an animation frame, which it captures when it loads. */
function loadRuntime(text: string, frame: boolean): RuntimeModule {
  const channel = new MessageChannel();
  const due: (() => void)[] = [];
  channel.port1.onmessage = () => due.shift()?.();
  const soon = (fn: () => void): void => {
    due.push(fn);
    channel.port2.postMessage(0);
  };
  const load = new Function('requestAnimationFrame', `${text}; return Observable;`) as (frame: unknown) => RuntimeModule;
  return load(frame ? globalThis.requestAnimationFrame.bind(globalThis) : soon);
}

async function theirs({ Runtime }: RuntimeModule, shape: string, n: number): Promise<Times> {
  const runtime = new Runtime();
  const module = runtime.module();
  const values = new Map<string, unknown>();
  const variables = new Map<string, Variable>();
  const times: number[] = [];
  let left = 0;
  let finish: () => void = () => undefined;
  const observer = (name: string) => ({
    fulfilled: (value: unknown) => {
      values.set(name, value);
      if (--left === 0) finish();
    },
    rejected: (error: unknown) => {
      throw error;
    },
  });
  for (const { nodes, changed, affected } of steps(shape, n)) {
    const due = changed === undefined ? nodes : nodes.filter((node) => node.name === changed);
    const definitions = due.map((node) => [node, new Function(...node.needs, `return ${body(node)}`)] as const);
    left = affected;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const began = performance.now();
    for (const [node, definition] of definitions) {
      let variable = variables.get(node.name);
      if (!variable) variables.set(node.name, (variable = module.variable(observer(node.name))));
      variable.define(node.name, node.needs, definition);
    }
    await finished;
    times.push(performance.now() - began);
    check('runtime', values, nodes);
  }
  runtime.dispose();
  return { full: times[0]!, head: times[1]!, tail: times[2]! };
}

/* ---- the runtime in a worker of its own, which sends values back in one message per turn ---- */

async function theirsInWorker(url: string, shape: string, n: number): Promise<Times> {
  const worker = new Worker(url);
  const values = new Map<string, unknown>();
  const times: number[] = [];
  try {
    await new Promise((resolve) => {
      worker.onmessage = resolve;
    });
    for (const { nodes, changed, affected } of steps(shape, n)) {
      const due = changed === undefined ? nodes : nodes.filter((node) => node.name === changed);
      const definitions = due.map((node) => ({ name: node.name, needs: node.needs, body: body(node) }));
      let left = affected;
      const began = performance.now();
      await new Promise<void>((resolve) => {
        worker.onmessage = ({ data }: MessageEvent<readonly (readonly [string, unknown])[]>) => {
          for (const [name, value] of data) values.set(name, value);
          if ((left -= data.length) <= 0) resolve();
        };
        worker.postMessage(definitions);
      });
      times.push(performance.now() - began);
      check('runtime in a worker', values, nodes);
    }
  } finally {
    worker.terminate();
  }
  return { full: times[0]!, head: times[1]!, tail: times[2]! };
}

let plain: RuntimeModule | undefined;
let frameless: RuntimeModule | undefined;

Object.assign(globalThis, {
  bench: {
    load(text: string): void {
      plain = loadRuntime(text, true);
      frameless = loadRuntime(text, false);
    },
    ours,
    runtime: (shape: string, n: number) => theirs(plain!, shape, n),
    frameless: (shape: string, n: number) => theirs(frameless!, shape, n),
    worker: (shape: string, n: number, url: string) => theirsInWorker(url, shape, n),
  },
});
