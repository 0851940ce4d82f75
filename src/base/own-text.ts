/* A text of its own. Engines keep a slice as a view of the text it was cut from: one that is kept for long keeps all of that. */

/** The same text, which holds on to no other. Texts of a few characters are no views. */
export function ownText(text: string): string {
  return text.length < 13 ? text : `${text} `.slice(0, -1);
}
