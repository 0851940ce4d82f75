/* Who draws when: what is heavy to draw takes turns, so that many figures that come near the window at once do not hold up
   a frame. The first of a frame never waits, so a figure that follows a slider does not either. */

/** Drawing may take so long in a frame before the next one waits. */
const frameMs = 5;

let spent = 0;

/** Resolves when there is time in this frame. */
export async function turn(): Promise<void> {
  while (spent > frameMs && !document.hidden) await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Draws and counts the time that it took. */
export function timed<T>(draw: () => T): T {
  const began = performance.now();
  try {
    return draw();
  } finally {
    if (spent === 0) {
      const over = (): void => {
        spent = 0;
      };
      if (document.hidden) setTimeout(over);
      else requestAnimationFrame(over);
    }
    spent += performance.now() - began;
  }
}
