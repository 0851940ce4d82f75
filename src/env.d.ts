/* Constants that the build writes into the app's bundles. Addresses are relative to the site's root, which a page names in
   `<html data-base="../../">` (absent: the page lies at the root). */

/** The TypeScript engine, one classic script: `engine/typescript-HASH.js`. */
declare const __ENGINE_URL__: string;
/** Of this build, as package.json says. */
declare const __VERSION__: string;
/** Packs by name: `{ plot: "packs/plot-HASH.js" }`. */
declare const __PACKS__: Readonly<Record<string, string>>;

/** Names of the library with signature and sentence, by namespace: scripts/names.mjs. */
declare module 'virtual:names' {
  const names: Readonly<Record<string, Readonly<Record<string, readonly [signature: string, text: string]>>>>;
  export default names;
}
