/* A row of chips put in order by hand: dragged by mouse and touch, moved by arrow keys. Used by the part `chips` and by `predict`. */

import './ordered.css';
import { h, setText } from '../dom.ts';

export interface Chip {
  readonly text: string;
  readonly colour?: number;
}

export interface Ordered {
  readonly element: HTMLElement;
  /** Shows this order (places in the list of chips). */
  set(order: readonly number[]): void;
}

/** `moved` gets the order as places in `chips`. */
export function ordered(chips: readonly Chip[], label: string, readonly: boolean, moved: (order: readonly number[]) => void): Ordered {
  let order: readonly number[] = chips.map((_, i) => i);
  const list = h('ol', { class: 'chips', 'aria-label': label });
  const items = chips.map(({ text, colour }, i) => {
    const words = h('span', {}, text);
    const place = h('span', { class: 'vh' });
    const face = readonly
      ? h('span', { class: `chip${colour ? ` fig-${colour}` : ''}` }, words)
      : h('button', { type: 'button', class: `chip${colour ? ` fig-${colour}` : ''}`, 'aria-describedby': undefined }, words, place);
    const item = h('li', {}, face);
    if (!readonly) {
      face.addEventListener('keydown', (event) => {
        const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
        const at = order.indexOf(i);
        const to = by !== undefined ? at + by : event.key === 'Home' ? 0 : event.key === 'End' ? chips.length - 1 : undefined;
        if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        put(i, to);
        face.focus();
      });
      drag(face, item, i);
    }
    return { item, place };
  });
  const put = (i: number, to: number): void => {
    if (to < 0 || to >= chips.length || order[to] === i) return;
    const next = order.filter((one) => one !== i);
    next.splice(to, 0, i);
    order = next;
    arrange(i);
    moved(order);
  };
  /** Brings the elements into order around the one that is held, so that it keeps focus and pointer. */
  const arrange = (held?: number): void => {
    const at = held === undefined ? -1 : order.indexOf(held);
    if (held === undefined) list.append(...order.map((i) => items[i]!.item));
    else {
      const anchor = items[held]!.item;
      for (let k = 0; k < at; k++) list.insertBefore(items[order[k]!]!.item, anchor);
      for (let k = order.length - 1; k > at; k--) anchor.after(items[order[k]!]!.item);
    }
    order.forEach((i, k) => setText(items[i]!.place, `, place ${k + 1} of ${chips.length}, arrow keys move it`));
  };
  function drag(face: HTMLElement, item: HTMLElement, i: number): void {
    let grabbed: { readonly x: number; readonly y: number } | undefined;
    face.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      const box = face.getBoundingClientRect();
      grabbed = { x: event.clientX - box.left, y: event.clientY - box.top };
      face.setPointerCapture(event.pointerId);
      item.classList.add('held');
    });
    face.addEventListener('pointermove', (event) => {
      if (grabbed === undefined) return;
      const target = [...order].find((other) => {
        if (other === i) return false;
        const { left, right, top, bottom } = items[other]!.item.getBoundingClientRect();
        return event.clientX > left && event.clientX < right && event.clientY > top && event.clientY < bottom;
      });
      if (target !== undefined) {
        const other = items[target]!.item.getBoundingClientRect();
        const [from, to] = [order.indexOf(i), order.indexOf(target)];
        const past = to > from ? event.clientX > (other.left + other.right) / 2 : event.clientX < (other.left + other.right) / 2;
        const line = item.getBoundingClientRect().top !== other.top;
        if (past || line) put(i, to);
      }
      face.style.transform = '';
      const { left, top } = face.getBoundingClientRect();
      face.style.transform = `translate(${event.clientX - grabbed.x - left}px, ${event.clientY - grabbed.y - top}px)`;
    });
    const end = (): void => {
      grabbed = undefined;
      face.style.transform = '';
      item.classList.remove('held');
    };
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture']) face.addEventListener(type, end);
  }
  arrange();
  return {
    element: list,
    set(next) {
      if (String(next) === String(order)) return;
      order = next;
      arrange();
    },
  };
}

/** Where each word of an order stands among the chips; of equal words each once. */
export function placesOf(chips: readonly Chip[], words: readonly string[]): readonly number[] {
  const left = new Set(chips.keys());
  return words.flatMap((word) => {
    const at = [...left].find((i) => chips[i]!.text === word);
    if (at === undefined) return [];
    left.delete(at);
    return [at];
  });
}
