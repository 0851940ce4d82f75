/* Hands on a part: dragging with capture, whatever points (mouse, pen, touch), and what arrow keys mean. */

export type Pair = readonly [number, number];

export interface Drag {
  /** Where the dragged thing stands now, in the units of `at`. */
  start(): Pair;
  /** The place under the pointer, in the same units. */
  at(event: PointerEvent): Pair;
  moved(to: Pair): void;
  /** Digits behind the point that one pixel tells, for each axis. */
  digits?(): Pair;
  released?(): void;
}

/** Moves a thing with the pointer: it keeps the distance at which it was caught. */
export function pressAndDrag(element: SVGElement | HTMLElement, { start, at, moved, digits, released }: Drag): void {
  let off: Pair | undefined;
  element.addEventListener('pointerdown', (event: Event) => {
    const press = event as PointerEvent;
    if (press.button !== 0) return;
    const [x, y] = at(press);
    const [sx, sy] = start();
    off = [sx - x, sy - y];
    element.setPointerCapture(press.pointerId);
    element.focus({ preventScroll: true });
    press.preventDefault();
  });
  element.addEventListener('pointermove', (event: Event) => {
    if (off === undefined) return;
    const [x, y] = at(event as PointerEvent);
    const [dx, dy] = digits?.() ?? [6, 6];
    moved([round(x + off[0], dx), round(y + off[1], dy)]);
  });
  // The finger that drags does not scroll. `touch-action` says the same, but browsers do not always heed it within an SVG.
  element.addEventListener('touchstart', (event) => event.preventDefault(), { passive: false });
  const end = (): void => {
    if (off === undefined) return;
    off = undefined;
    released?.();
  };
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture']) element.addEventListener(type, end);
}

const round = (value: number, digits: number): number => Number(value.toFixed(Math.min(12, digits)));

/** What an arrow key asks for, in steps: right and up are positive, Shift is ten. Undefined for every other key. */
export function stepOf(event: KeyboardEvent): Pair | undefined {
  const by = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const far = event.shiftKey ? 10 : 1;
  return [by[0]! * far, by[1]! * far];
}
