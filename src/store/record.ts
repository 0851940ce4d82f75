/* Whether a record is a notebook: the one check that is needed before the store is there (stash.ts). */

import type { StoredNotebook } from './types.ts';

export function isNotebook(record: unknown): record is StoredNotebook {
  return has(record, { id: 'string', title: 'string', text: 'string', revision: 'number', createdAt: 'number', updatedAt: 'number' });
}

/** Whether `record` is an object with these fields of these types (`null` is no object). */
export function has(record: unknown, fields: Readonly<Record<string, 'string' | 'number' | 'object'>>): record is Record<string, unknown> {
  if (typeof record !== 'object' || record === null) return false;
  return Object.entries(fields).every(([key, type]) => {
    const value = (record as Record<string, unknown>)[key];
    return typeof value === type && value !== null;
  });
}
