/* Names that a cell may expect and only a page has, with what to do instead. */

/** What to do about a ReferenceError for a name that only a page has; undefined for every other error. */
export function absentHint(error: unknown): string | undefined {
  if (!(error instanceof ReferenceError)) return undefined;
  const name = /^(?:Can't find variable: )?(document|window|localStorage|sessionStorage|alert|confirm|prompt)\b/.exec(error.message)?.[1];
  return (
    name &&
    `${name} is not there: cells run in a worker, apart from the page. Make this a view cell (html or tsx), or show values with display(…), Plot or Inputs.`
  );
}
