/* Making elements without markup strings: `h` for HTML, `icon` for the dozen drawings of the interface. Nothing here
   (or anywhere in the live view) assigns innerHTML from a string that was not sanitised. */

export type Child = Node | string | number | null | undefined | false;
export type Props = Readonly<Record<string, unknown>>;

/** Makes an element: `on…` props are listeners, `true` an empty attribute, `false`, `null` and `undefined` none. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setProps(element, props);
  append(element, children);
  return element;
}

/** The same for SVG. */
export function s<K extends keyof SVGElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setProps(element, props);
  append(element, children);
  return element;
}

/** Replaces the children of an element. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

const drawings = {
  run: 'M4.5 2.8v10.4l8.6-5.2z',
  stop: 'M4 4h8v8H4z',
  pause: 'M4.5 3.5h2v9h-2zM9.5 3.5h2v9h-2z',
  open: 'm6 3.5 4.5 4.5L6 12.5',
  close: 'm4 4 8 8M12 4l-8 8',
} as const;

/** A 16 px drawing, hidden from assistive technology: the button around it has the name. */
export function icon(name: keyof typeof drawings): SVGSVGElement {
  return s('svg', { class: 'i', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, s('path', { d: drawings[name] }));
}

/** A small outlined button. */
export function button(label: string, act: (event: MouseEvent) => void, props: Props = {}): HTMLButtonElement {
  return h('button', { type: 'button', class: 'btn small', onclick: act, ...props }, label);
}

/** Writes an attribute only when it differs, so that an unchanged cell costs no style recalculation. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function setProps(element: Element, props: Props): void {
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value as EventListener);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** A part of an address as it was before it was encoded; as it is where it is not encoded well. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
