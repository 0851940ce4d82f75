/** WGSL is imported as text (scripts/wgsl.mjs). */
declare module '*.wgsl' {
  const text: string;
  export default text;
}

/** The second module of kernels is imported as bytes (scripts/wgsl.mjs). */
declare module '*.wasm' {
  const bytes: Uint8Array;
  export default bytes;
}
