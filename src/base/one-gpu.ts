/* One GPU device for all libraries of an engine, so that their tensors can share buffers: our own, tfjs and onnxruntime-web. Their packs
   are scripts of their own, so they meet at a symbol. Who comes first makes the device; a guest that computes on it says so here. */

interface Meeting {
  gpu?: Promise<unknown> | undefined;
  readonly guests: WeakMap<object, object>;
}
const key = Symbol.for('gradus.gpu');
const meeting = (): Meeting => ((globalThis as { [key]?: Meeting })[key] ??= { guests: new WeakMap() });

/** What the first caller's `request` resolved to; asked for again after a failure, or when `lost` resolves. */
export function oneGpu<Gpu>(request: () => Promise<Gpu>, lost: (gpu: Gpu) => Promise<unknown>): Promise<Gpu> {
  const place = meeting();
  if (place.gpu) return place.gpu as Promise<Gpu>;
  const gpu = request();
  const forget = (): void => {
    if (place.gpu === gpu) place.gpu = undefined;
  };
  gpu.then((made) => void lost(made).then(forget, forget), forget);
  place.gpu = gpu;
  return gpu;
}

/** What has this, and true there, is a guest's tensor on whose buffer another library's stands: that one ends it, not the cell that made it. */
export const lentOut: unique symbol = Symbol.for('gradus.lent') as never;

/** Tensors of this class lie on `device`, where they are on a GPU. */
export const joins = (tensorClass: object, device: object): unknown => meeting().guests.set(tensorClass, device);

/** The device that tensors of this class lie on; undefined where it is none that is shared. */
export const deviceOfGuest = (tensorClass: object): object | undefined => meeting().guests.get(tensorClass);
