/* Where a notebook computes, as its reader chose it in this browser. It lies beside the store, as the theme does: an engine may start before
   the store is open, and another machine has another GPU, so it goes into no archive. */

export type Chosen = 'webgpu' | 'wasm' | 'js';

const keyOf = (notebook: string | undefined): string => `gradus:compute:${notebook ?? ''}`;

/** Undefined: by what is there. */
export function chosenBackend(notebook: string | undefined): Chosen | undefined {
  try {
    const chosen = localStorage.getItem(keyOf(notebook));
    return chosen === 'webgpu' || chosen === 'wasm' || chosen === 'js' ? chosen : undefined;
  } catch {
    return undefined;
  }
}

/** False where this browser keeps nothing. */
export function chooseBackend(notebook: string | undefined, chosen: Chosen | undefined): boolean {
  try {
    if (chosen === undefined) localStorage.removeItem(keyOf(notebook));
    else localStorage.setItem(keyOf(notebook), chosen);
    return true;
  } catch {
    return false;
  }
}
