/** WGSL is imported as text (scripts/wgsl.mjs). */
declare module '*.wgsl' {
  const text: string;
  export default text;
}
