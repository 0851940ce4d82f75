/* A browser gives a page no way to bound what a worker takes: an answer that eats memory may end the whole page. What is being
   judged is noted for this tab, so that the page, when it is there again, knows what ended it and says so. */

const key = 'gradus:judging';

/** Notes what is judged from now on; the answer takes the note away. */
export function judgingHere(notebook: string, exercise: string): () => void {
  try {
    sessionStorage.setItem(key, JSON.stringify({ notebook, exercise }));
  } catch {
    /* then nothing is said of it */
  }
  const done = (): void => {
    removeEventListener('pagehide', done);
    try {
      sessionStorage.removeItem(key);
    } catch {
      /* as above */
    }
  };
  addEventListener('pagehide', done); // one that is left, or loaded anew, was not ended by its answer
  return done;
}

/** The exercise of `notebook` that was being judged when this tab's page ended; said once. */
export function crashedAt(notebook: string): string | undefined {
  try {
    const note = JSON.parse(sessionStorage.getItem(key) ?? 'null') as { notebook?: unknown; exercise?: unknown } | null;
    sessionStorage.removeItem(key);
    return note?.notebook === notebook && typeof note.exercise === 'string' ? note.exercise : undefined;
  } catch {
    return undefined;
  }
}
