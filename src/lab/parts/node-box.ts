/* How large the box of a node is, for its layout and for its drawing. */

/** Width and height in pixels, of a label and a line below it ('': none) in letters of 8 pixels. */
export const boxOf = ({ label, value }: { readonly label: string; readonly value: string }): readonly [width: number, height: number] => [
  Math.max(36, 8 * Math.max(label.length, value.length) + 18),
  value === '' ? 30 : 46,
];
