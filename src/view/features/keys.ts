/* Shortcuts in words: `Mod+Shift+Enter` of the table is Ctrl Shift Enter, on a Mac ⌘ ⇧ Enter. */

const mac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent);
const named: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };
const signs: Readonly<Record<string, readonly [string, string]>> = { Mod: ['Ctrl', '⌘'], Alt: ['Alt', '⌥'], Shift: ['Shift', '⇧'] };

/** As a reader sees them, with spaces between keys. */
export function shownKeys(keys: string, onMac = mac): string {
  return partsOf(keys, onMac).join(' ');
}

/** One for each key. */
export function partsOf(keys: string, onMac = mac): readonly string[] {
  return keys.split(' ').flatMap((chord) => chord.split('+').map((key) => signs[key]?.[onMac ? 1 : 0] ?? named[key] ?? key));
}

/** As `aria-keyshortcuts` wants them; a pair of letters has no way to be written there. */
export function ariaKeys(keys: readonly string[], onMac = mac): string | undefined {
  const written = keys.filter((key) => !key.includes(' ')).map((key) => key.replace('Mod', onMac ? 'Meta' : 'Control'));
  return written.length === 0 ? undefined : written.join(' ');
}
