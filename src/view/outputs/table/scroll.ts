/* Where a scroll box stands in rows. Browsers cap the height of an element at some ten million pixels, so a million rows of
   32 px do not fit: above the cap the box is shorter than its rows. Small steps (a wheel, a finger, a key) then move the rows
   by as many pixels, large ones (the bar, Home, End) by their share of the whole, and in a pause the bar is put right. */

/** Pixels that an element may be high, in every browser. */
export const cap = 12_000_000;

export interface Place {
  /** Where the box stands (`scrollTop`), and which pixel of all rows is at its top. */
  scroll: number;
  top: number;
}

export interface Extent {
  /** Pixels of all rows, and of the part that is seen. */
  readonly content: number;
  readonly view: number;
}

/** Height of what is scrolled. */
export const heightOf = ({ content }: Extent): number => Math.min(content, cap);

const ends = (extent: Extent): { readonly top: number; readonly scroll: number } => ({
  top: Math.max(0, extent.content - extent.view),
  scroll: Math.max(0, heightOf(extent) - extent.view),
});

/** The place after the box was scrolled to `scroll`. */
export function moved(place: Place, scroll: number, extent: Extent): Place {
  const end = ends(extent);
  if (end.top === end.scroll) return { scroll, top: scroll };
  const delta = scroll - place.scroll;
  if (scroll <= 0 && Math.abs(delta) > extent.view) return { scroll, top: 0 };
  if (scroll >= end.scroll - 1 && Math.abs(delta) > extent.view) return { scroll, top: end.top };
  if (Math.abs(delta) > 2 * extent.view) return { scroll, top: (scroll / end.scroll) * end.top };
  return { scroll, top: clamp(place.top + delta, end.top) };
}

/** The place at which pixel `top` of the rows is at the top of the box. */
export function placeAt(top: number, extent: Extent): Place {
  const end = ends(extent);
  const at = clamp(top, end.top);
  if (end.top === end.scroll) return { scroll: at, top: at };
  const scroll = Math.round((at / end.top) * end.scroll);
  // Between the ends there is always room to go on by small steps.
  return { scroll: at > 0 && at < end.top ? Math.min(end.scroll - 1, Math.max(1, scroll)) : scroll, top: at };
}

const clamp = (x: number, most: number): number => Math.min(most, Math.max(0, x));
