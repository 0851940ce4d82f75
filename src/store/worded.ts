/* What the database throws, in our words: what is wrong, and what to do. The codes stand in base/errors.ts. */

import { GradusError } from '../base/errors.ts';

/** The browser gives this page no database. */
export const missing = (cause?: unknown): GradusError =>
  new GradusError(
    'storage-missing',
    'This browser keeps nothing for this page.',
    'Allow site data, or leave the private window. Until then, download what you write.',
    { cause },
  );

export const closed = (): GradusError =>
  new GradusError(
    'storage-closed',
    'The connection to the notebooks was closed.',
    'Reload the page. Download your text first if it is not saved.',
  );

/** This page had an older database open and made way for the newer one. */
export const outdated = (): GradusError =>
  new GradusError('storage-outdated', 'A newer Gradus is open in another tab.', 'Reload this page to go on with it.');

/** Another page keeps the older database open and does not make way. */
export const blocked = (): GradusError =>
  new GradusError(
    'storage-blocked',
    'An older Gradus in another tab keeps the notebooks open.',
    'Close the other tabs of this site, then reload.',
  );

export const damagedNotebook = (id: string): GradusError =>
  new GradusError(
    'damaged',
    `notebook ${id}: the stored record is damaged.`,
    'It was left as it is. Save your text under another id, or download it.',
  );

/** The connection broke under us; a new one may work. */
export const isBroken = (error: unknown): boolean => {
  const { name, message = '' } = (error ?? {}) as { name?: string; message?: string };
  return name === 'InvalidStateError' || (name === 'UnknownError' && /connection/i.test(message));
};

export function worded(error: unknown, opening = false): GradusError {
  if (error instanceof GradusError) return error;
  const { name = 'Error', message = String(error) } = (error ?? {}) as { name?: string; message?: string };
  const cause = { cause: error };
  if (name === 'QuotaExceededError')
    return new GradusError(
      'storage-full',
      'Storage is full: the last change was not kept.',
      'Delete runs or notebooks that you no longer need, or download this one.',
      cause,
    );
  if (name === 'VersionError')
    return new GradusError(
      'storage-newer',
      'The notebooks here were stored by a newer Gradus.',
      'Reload the page to get the newer version.',
      cause,
    );
  if (opening && (name === 'SecurityError' || name === 'InvalidStateError' || name === 'UnknownError')) return missing(error);
  if (name === 'InvalidStateError') return closed();
  return new GradusError(
    'storage',
    `The notebooks could not be read or written: ${message} (${name}).`,
    'Reload the page. Download your text first if it is not saved.',
    cause,
  );
}
