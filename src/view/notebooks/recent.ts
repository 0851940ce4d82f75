/* Which notebooks were open last in this browser: ids, latest first, beside the store, since every opening notes its own. */

const key = 'recent',
  atMost = 12;

export function recentIds(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return []; // storage is denied, or something else wrote there
  }
}

export function noteRecent(id: string): void {
  try {
    localStorage.setItem(key, JSON.stringify([id, ...recentIds().filter((other) => other !== id)].slice(0, atMost)));
  } catch {
    /* then the page lists none */
  }
}
