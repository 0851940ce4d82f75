/* Names that a cell may expect and that are not there, with what to do instead: those of a page, and those that a library
   which is loaded by now can tell (`provideHints`). */

let fromLibrary: ((error: unknown) => string | undefined) | undefined;

/** From here on `hints` is asked about errors that nobody else explains. */
export function provideHints(hints: (error: unknown) => string | undefined): void {
  fromLibrary = hints;
}

/** What to do about a name that is not there; undefined for every other error. */
export function absentHint(error: unknown): string | undefined {
  if (!(error instanceof ReferenceError)) return fromLibrary?.(error);
  const name = /^(?:Can't find variable: )?(document|window|localStorage|sessionStorage|alert|confirm|prompt)\b/.exec(error.message)?.[1];
  return (
    name &&
    `${name} is not there: cells run in a worker, apart from the page. Make this a view cell (html or tsx), or show values with display(…), Plot or Inputs.`
  );
}
