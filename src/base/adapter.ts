/* What a WebGPU adapter says of itself, and whether it is a processor in disguise: then WebAssembly is faster. */

/** The part of a GPUAdapter that is looked at. */
export interface AdapterLike {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** Such as "google swiftshader". */
export function describeAdapter({ info }: AdapterLike): string {
  const words = [info?.vendor, info?.architecture, info?.device, info?.description].filter((word) => word);
  return [...new Set(words)].join(' ') || 'unnamed adapter';
}

/** An adapter that computes on the CPU. */
export function isSoftware(adapter: AdapterLike): boolean {
  return (
    adapter.isFallbackAdapter === true ||
    adapter.info?.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(describeAdapter(adapter))
  );
}
