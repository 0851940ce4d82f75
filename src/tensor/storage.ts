/* What tensors stand on: a storage holds `length` numbers on the host, on the device, or on both while they agree.
   Accounting (`memory`), the budget, and freeing: at once by `release`, else when the collector finds a storage unreachable.

     host only ──toDevice──▶ both ──written on the device──▶ device only
         ▲                    │
         └──written on the host◀┘        device only ──readSync (js, wasm)──▶ both */

import type { Backend, DeviceName, HostArray } from '../../kernels/types.ts';
import { bytesOf, hostArray, type DType } from './dtype.ts';
import { callName, TensorError } from './error.ts';
import { show, type Shape } from './shape.ts';

/** What outlives a storage for the collector's sake: how to give its buffer back, and what it counted for. */
interface Account {
  handles: number;
  bytes: number;
  backend: Backend | null;
  buffer: unknown;
}

export const totals = { tensors: 0, buffers: 0, bytes: 0, peakBytes: 0, budgetBytes: 2 ** 31 };

const collected = new FinalizationRegistry<Account>((account) => {
  totals.tensors -= account.handles;
  account.handles = 0;
  settle(account);
});

function settle(account: Account): void {
  if (account.bytes > 0) totals.buffers -= 1;
  totals.bytes -= account.bytes;
  if (totals.bytes < low) low = totals.bytes;
  account.bytes = 0;
  if (account.backend) account.backend.free(account.buffer);
  account.backend = null;
  account.buffer = null;
}

export class Storage {
  readonly length: number;
  readonly dtype: DType;
  readonly device: DeviceName;
  /** The numbers on the host, or null where only the device has them. */
  host: HostArray | null;
  /** Whether the device's buffer has the numbers. */
  onDevice = false;
  /** Counts writes in place, so that backward notices what changed since it was saved. */
  version = 0;
  /** The public name of the last operation that wrote in place. */
  writer = '';
  /** The number that a constant of one element holds, which kernels may fold in; null otherwise. */
  literal: number | null = null;
  /** Made while tracing: the numbers exist only within the plan. */
  symbolic = false;
  /** A parameter or buffer stood on it and has moved: compiled plans over it are stale. */
  left = false;
  /** The last numbers that the host had of a parameter, a buffer or a moment: what remains of it when its device is lost. */
  copy: HostArray | null = null;
  private keeps = false;
  /** Internal holders (saved for backward) that keep the numbers though all handles are disposed. */
  pins = 0;
  readonly account: Account = { handles: 0, bytes: 0, backend: null, buffer: null };

  /** Whether `memory()` counts it; what belongs to a compiled plan is counted there. */
  readonly counted: boolean;

  constructor(length: number, dtype: DType, device: DeviceName, host: HostArray | null, counted = true) {
    this.counted = counted;
    this.length = length;
    this.dtype = dtype;
    this.device = device;
    this.host = host;
    if (host && counted) count(this.account, length * bytesOf(dtype));
    collected.register(this, this.account, this.account);
  }

  /** The device's buffer, made and filled from the host where there is none yet. */
  toDevice(backend: Backend): unknown {
    const account = this.account;
    if (account.backend !== null && account.backend !== backend) this.leave();
    if (account.backend === null) {
      account.buffer = allocate(backend, this.length, this.dtype);
      account.backend = backend;
      if (account.bytes === 0 && this.counted) count(account, this.length * bytesOf(this.dtype));
    }
    if (!this.onDevice) {
      if (this.host) backend.write(account.buffer, this.host);
      this.onDevice = true;
    }
    return account.buffer;
  }

  /** Stands on a buffer that has the numbers already. */
  adopt(backend: Backend, buffer: unknown): void {
    this.account.backend = backend;
    this.account.buffer = buffer;
    this.onDevice = true;
    count(this.account, this.length * bytesOf(this.dtype));
  }

  /** The numbers on the host; a fresh zero-filled array where there are none. Call only where `host` or `readSync` can give them. */
  toHost(): HostArray {
    if (this.host) return this.host;
    const { backend, buffer } = this.account;
    // No caller may take a silent zero for what only the device has.
    if (this.onDevice && backend && !backend.readSync)
      throw new TensorError(
        'device',
        `${callName('tensor')}: values on ${backend.name} cannot be read at once. Read them with await t.data() first.`,
      );
    this.host =
      this.onDevice && backend?.readSync
        ? backend.readSync({ buffer, offset: 0, length: this.length, dtype: this.dtype })
        : hostArray(this.length, this.dtype);
    if (this.account.bytes === 0 && this.counted) count(this.account, this.length * bytesOf(this.dtype));
    return this.host;
  }

  wroteHost(): void {
    this.onDevice = false;
  }

  wroteDevice(): void {
    if (this.keeps && this.host) this.copy = this.host;
    this.host = null;
    this.onDevice = true;
  }

  /** The device is gone, and with it the buffer: the numbers come back from the host, or not at all. */
  private leave(): void {
    const { device, length } = this;
    this.account.backend = null;
    this.account.buffer = null;
    this.onDevice = false;
    this.host ??= this.copy && this.copy.slice();
    if (this.host === null) {
      throw new TensorError(
        'device',
        `${callName('tensor')}: the ${device} device was lost, and with it the ${length} values of this tensor. Run the cells that made it again.`,
      );
    }
  }

  /** Keeps a copy on the host from now on, as `mirror` reads it. */
  keepCopy(): void {
    if (this.keeps) return;
    this.keeps = true;
    keeping.add(new WeakRef(this));
  }

  /** One handle less; the numbers go with the last handle and pin. */
  dropHandle(): void {
    this.account.handles -= 1;
    totals.tensors -= 1;
    if (this.account.handles === 0 && this.pins === 0) this.release();
  }

  unpin(): void {
    this.pins -= 1;
    if (this.account.handles === 0 && this.pins === 0) this.release();
  }

  private release(): void {
    collected.unregister(this.account);
    settle(this.account);
    this.host = null;
    this.onDevice = false;
  }
}

const keeping = new Set<WeakRef<Storage>>();
const mirrorEveryMs = 5000;
let mirrored = -Infinity;

/** Reads what parameters, buffers and moments are now, in one transfer, unless that was done within the last five seconds. */
export function mirror(backend: Backend, now = performance.now()): void {
  if (now - mirrored < mirrorEveryMs) return;
  mirrored = now;
  const storages: Storage[] = [];
  for (const entry of keeping) {
    const storage = entry.deref();
    if (!storage) keeping.delete(entry);
    else if (storage.account.backend === backend && storage.onDevice) storages.push(storage);
  }
  if (storages.length === 0) return;
  const ranges = storages.map(({ account, length, dtype }) => ({ buffer: account.buffer, offset: 0, length, dtype }));
  backend.read(ranges).then(
    (values) => storages.forEach((storage, i) => (storage.copy = values[i]!)),
    // The device is going: the former copies stand.
    () => {},
  );
}

function count(account: Account, bytes: number): void {
  account.bytes = bytes;
  totals.buffers += bytes > 0 ? 1 : 0;
  totals.bytes += bytes;
  if (totals.bytes > totals.peakBytes) totals.peakBytes = totals.bytes;
  if (totals.bytes - low > growthBytes) tellCollector();
}

/** So much may be added before the collector is told. */
const growthBytes = 64 * 2 ** 20;
let low = 0;
let restDue = false;

/**
 * The memory of devices weighs nothing in the collector's eyes, so it would let dead tensors lie. An array as large as what was added, dropped
 * at once and never touched, makes it look for them.
 */
function tellCollector(): void {
  try {
    void new ArrayBuffer(Math.min(totals.bytes - low, 4 * growthBytes));
  } catch {
    // No room for it: then the collector is at work anyhow.
  }
  low = totals.bytes;
  restDue = true;
}

/**
 * Where much was added: a turn of the event loop, in which what the collector found is freed. Whatever awaits a reading passes here, so that a
 * loop which reads stays within bounds without a scope; one that never awaits needs one.
 */
export function rested<R>(promise: Promise<R>): Promise<R> {
  if (!restDue) return promise;
  restDue = false;
  return promise.then((value) => new Promise<R>((resolve) => setTimeout(resolve, 0, value)));
}

function allocate(backend: Backend, length: number, dtype: DType): unknown {
  try {
    return backend.allocate(length, dtype);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TensorError(
      'memory',
      `${callName('tensor')}: out of memory on ${backend.name}: ${length} elements of ${dtype} do not fit. ${freeHint}`,
    );
  }
}

/** A size as people say it. */
function inUnits(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${bytes} bytes`;
}

const freeHint =
  'Free tensors with dispose(), put the body of a loop in tensor.scope(() => …), use smaller batches, or raise tensor.setMemoryBudget(bytes).';

/** Throws a memory error where a tensor of this shape would pass the budget. Called before anything is made. */
export function checkBudget(shape: Shape, length: number, dtype: DType): void {
  const bytes = length * bytesOf(dtype);
  // Scalars may always be made: losses, and what a message about the rest is computed by.
  if (length > 1 && totals.bytes + bytes > totals.budgetBytes) {
    throw new TensorError(
      'memory',
      `${callName('tensor')}: expected to stay within the memory budget of ${inUnits(totals.budgetBytes)}, got a tensor ${show(shape)} of ${inUnits(bytes)} beside ${inUnits(totals.bytes)} in use. ${freeHint}`,
    );
  }
}
