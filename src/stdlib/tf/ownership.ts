/* Who frees a tensor of `tf`: every evaluation owns the tensors that are made while it runs. At its end those are freed
   that nothing exported can reach; the rest when it is replaced (notebook.md 2). Tensors that another cell's exports hold
   by then (the moments of an optimiser, the weights of a model built at its first call) move to that cell's evaluation.
     made ──end──> freed            (nothing reaches it)
       │    └────> kept ──replaced──> freed
       └─────────> adopted by the evaluation whose exports hold it
   What cannot be looked into (a closure, an object with private fields) might hold anything: then all is kept.  */

import type { Tensor } from '@tensorflow/tfjs';
import { lentOut } from '../../base/one-gpu.ts';
import { Mutable, type Evaluation, type Host } from '../host.ts';

export type TensorFlow = typeof import('@tensorflow/tfjs');

/** The tensors of one evaluation. */
interface Ledger {
  readonly owned: Set<Tensor>;
  /** What its cell exported, once it has ended. */
  exports?: Readonly<Record<string, unknown>>;
}

/** What can be reached from a value; `opaque` where some of it could not be seen. */
interface Reach {
  readonly tensors: ReadonlySet<Tensor>;
  readonly opaque: boolean;
}

/** Visits at most this many objects; what is larger counts as opaque. */
const walkLimit = 200_000;

/** Starts to account for the tensors of `tf` by `host.current()`. The function it returns starts the account of an
    evaluation, so that what it makes is freed even if the host names it only later. */
export function trackTensors(tf: TensorFlow, host: Pick<Host, 'current'>): (evaluation: Evaluation) => void {
  const live = new Map<Evaluation, Ledger>();
  const owners = new Map<Tensor, Ledger>();
  const ended = new WeakSet<Evaluation>();

  const open = (evaluation: Evaluation): Ledger => {
    const known = live.get(evaluation);
    if (known) return known;
    const ledger: Ledger = { owned: new Set() };
    live.set(evaluation, ledger);
    if (ended.has(evaluation)) return ledger;
    evaluation.onDispose(() => {
      live.delete(evaluation);
      ended.add(evaluation);
      free(ledger.owned);
    });
    evaluation.onEnd((exports) => {
      if (!live.has(evaluation)) return free(ledger.owned);
      settle(ledger, exports);
    });
    return ledger;
  };

  const settle = (ledger: Ledger, exports: Readonly<Record<string, unknown>>): void => {
    ledger.exports = exports;
    if (ledger.owned.size === 0) return;
    const own = reach(tf, exports);
    const loose = new Set([...ledger.owned].filter((tensor) => !own.tensors.has(tensor)));
    if (loose.size === 0) return;
    for (const other of live.values()) {
      if (other === ledger || !other.exports) continue;
      for (const tensor of reach(tf, other.exports).tensors) {
        if (!loose.delete(tensor)) continue;
        ledger.owned.delete(tensor);
        other.owned.add(tensor);
        owners.set(tensor, other);
      }
    }
    if (!own.opaque) free(loose);
  };

  const free = (tensors: Iterable<Tensor>): void => {
    for (const tensor of [...tensors]) if (!tensor.isDisposed && !(tensor as { [lentOut]?: boolean })[lentOut]) tensor.dispose();
  };

  // The engine's own book-keeping is the one place that every tensor passes, those of variables and kernels too.
  const engine = tf.engine() as unknown as { trackTensor(tensor: Tensor, backend: unknown): void; disposeTensor(tensor: Tensor): void };
  const { trackTensor, disposeTensor } = engine;
  engine.trackTensor = function (tensor, backend) {
    trackTensor.call(engine, tensor, backend);
    const evaluation = host.current();
    if (!evaluation) return;
    const ledger = open(evaluation);
    ledger.owned.add(tensor);
    owners.set(tensor, ledger);
  };
  engine.disposeTensor = function (tensor) {
    disposeTensor.call(engine, tensor);
    owners.get(tensor)?.owned.delete(tensor);
    owners.delete(tensor);
  };
  return (evaluation) => {
    open(evaluation);
  };
}

/** The tensors that `root` holds, directly or through plain objects, arrays, maps, sets, models, layers and optimisers. */
export function reach(tf: TensorFlow, root: unknown): Reach {
  const tensors = new Set<Tensor>();
  const seen = new Set<unknown>();
  const todo: { value: unknown; inside: boolean }[] = [{ value: root, inside: false }];
  let opaque = false;
  for (let item = todo.pop(); item; item = todo.pop()) {
    const { value } = item;
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) continue;
    seen.add(value);
    if (seen.size > walkLimit) return { tensors, opaque: true };
    if (value instanceof tf.Tensor) {
      tensors.add(value);
      continue;
    }
    // `inside` tfjs' own objects closures hold nothing that a field does not hold as well.
    const inside = item.inside || value instanceof tf.serialization.Serializable || value instanceof tf.GraphModel;
    if (!inside && !isTransparent(value)) opaque = true;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) continue;
    if (value instanceof Map) for (const pair of value) todo.push({ value: pair, inside });
    else if (value instanceof Set) for (const member of value) todo.push({ value: member, inside });
    else if (value instanceof Mutable) todo.push({ value: value.value, inside });
    for (const key of Object.keys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (property && 'value' in property) todo.push({ value: property.value, inside });
      else if (!inside) opaque = true;
    }
  }
  return { tensors, opaque };
}

/** Whether all that `value` holds can be seen from outside. */
function isTransparent(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    prototype === Object.prototype ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    [Map, Set, Mutable, ArrayBuffer, Date, RegExp, Error].some((known) => value instanceof known)
  );
}
