/* The one error class of Gradus: what went wrong as a code that a program can tell apart, a message in plain words, and a
   hint that says what to do next. The view words errors for the reader; nothing here knows where they are shown. */

export type ErrorCode =
  /** A newer revision of the same notebook is stored. */
  | 'revision'
  /** A stored record does not have the shape that it should have; it is left where it is. */
  | 'damaged'
  /** The browser offers no database: switched off, or a private window. */
  | 'storage-missing'
  /** The browser's room for this site is used up. */
  | 'storage-full'
  /** The database was made by a later version of Gradus. */
  | 'storage-newer'
  /** Another tab holds an older database open. */
  | 'storage-blocked'
  /** The database was closed under us: the browser ended the connection. */
  | 'storage-closed'
  /** A newer version of Gradus in another tab has taken the database over. */
  | 'storage-outdated'
  /** A file that is no archive, a damaged one, or one that cannot be made. */
  | 'archive'
  /** Any other failure of the database. */
  | 'storage';

export class GradusError extends Error {
  override readonly name = 'GradusError';
  readonly code: ErrorCode;
  /** What to do, in a sentence. */
  readonly hint: string;
  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** What code says that is ended for taking too long. Checks catch errors and word them anew: it is known again by these words. */
export const outOfTimeWords = 'It took longer than it may.';
/** How the message of a check begins that ran out of time, or came behind such ones (stdlib/checks.ts). */
export const lateCheck = /^(?:It took longer than |Not tried: )/;

/** What any thrown value says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
