/* A document of a few hundred lines' worth of DOM: what Observable Plot and d3-selection ask of one to draw a figure in a
   worker, and no more (elements, attributes, text, simple selectors, a canvas that can become a PNG). Nothing is laid
   out and no event is ever fired. `outerHTML` gives the picture. */

const namespaces = { html: 'http://www.w3.org/1999/xhtml', svg: 'http://www.w3.org/2000/svg', xlink: 'http://www.w3.org/1999/xlink' };

class TinyNode {
  parentNode: TinyElement | null = null;
  readonly ownerDocument: TinyDocument;
  constructor(document: TinyDocument) {
    this.ownerDocument = document;
  }
  get nextSibling(): TinyNode | null {
    return this.#beside(1);
  }
  get previousSibling(): TinyNode | null {
    return this.#beside(-1);
  }
  get isConnected(): boolean {
    return false;
  }
  #beside(step: number): TinyNode | null {
    const siblings = this.parentNode?.childNodes;
    return siblings?.[siblings.indexOf(this) + step] ?? null;
  }
  remove(): void {
    this.parentNode?.removeChild(this);
  }
  replaceWith(node: TinyNode): void {
    this.parentNode?.replaceChild(node, this);
  }
  compareDocumentPosition(): number {
    return 4;
  }
  addEventListener(): void {}
  removeEventListener(): void {}
  dispatchEvent(): boolean {
    return true;
  }
  cloneNode(_deep?: boolean): TinyNode {
    return this;
  }
  get textContent(): string {
    return '';
  }
  get outerHTML(): string {
    return '';
  }
}

class TinyText extends TinyNode {
  data: string;
  constructor(document: TinyDocument, data: string) {
    super(document);
    this.data = data;
  }
  override get textContent(): string {
    return this.data;
  }
  override get outerHTML(): string {
    return escape(this.data);
  }
  override cloneNode(): TinyNode {
    return new TinyText(this.ownerDocument, this.data);
  }
}

export class TinyElement extends TinyNode {
  readonly tagName: string;
  readonly namespaceURI: string;
  readonly attributes = new Map<string, string>();
  childNodes: TinyNode[] = [];
  readonly style: TinyStyle;
  constructor(document: TinyDocument, tagName: string, namespace: string) {
    super(document);
    this.tagName = tagName;
    this.namespaceURI = namespace;
    this.style = new TinyStyle(this);
  }

  get localName(): string {
    return this.tagName;
  }
  get nodeName(): string {
    return this.tagName;
  }
  get children(): TinyElement[] {
    return this.childNodes.filter((node) => node instanceof TinyElement);
  }
  get firstChild(): TinyNode | null {
    return this.childNodes[0] ?? null;
  }
  get lastChild(): TinyNode | null {
    return this.childNodes.at(-1) ?? null;
  }
  get firstElementChild(): TinyElement | null {
    return this.children[0] ?? null;
  }
  get ownerSVGElement(): TinyElement | null {
    return this.parentNode?.closest('svg') ?? null;
  }

  appendChild<T extends TinyNode>(node: T): T {
    return this.insertBefore(node, null);
  }
  insertBefore<T extends TinyNode>(node: T, before: TinyNode | null): T {
    node.remove();
    const at = before ? this.childNodes.indexOf(before) : -1;
    this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, node);
    node.parentNode = this;
    return node;
  }
  removeChild<T extends TinyNode>(node: T): T {
    const at = this.childNodes.indexOf(node);
    if (at >= 0) this.childNodes.splice(at, 1);
    node.parentNode = null;
    return node;
  }
  replaceChild<T extends TinyNode>(node: TinyNode, old: T): T {
    this.insertBefore(node, old);
    return this.removeChild(old);
  }
  append(...nodes: (TinyNode | string)[]): void {
    for (const node of nodes) this.appendChild(this.#node(node));
  }
  prepend(...nodes: (TinyNode | string)[]): void {
    for (const node of nodes.reverse()) this.insertBefore(this.#node(node), this.firstChild);
  }
  #node(node: TinyNode | string): TinyNode {
    return node instanceof TinyNode ? node : this.ownerDocument.createTextNode(String(node));
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }
  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }
  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }
  getAttributeNS(namespace: string | null, name: string): string | null {
    return this.getAttribute(qualify(namespace, name));
  }
  setAttributeNS(namespace: string | null, name: string, value: unknown): void {
    this.setAttribute(qualify(namespace, name), value);
  }
  removeAttributeNS(namespace: string | null, name: string): void {
    this.removeAttribute(qualify(namespace, name));
  }
  get id(): string {
    return this.getAttribute('id') ?? '';
  }
  set id(value: string) {
    this.setAttribute('id', value);
  }
  get className(): string {
    return this.getAttribute('class') ?? '';
  }
  set className(value: string) {
    this.setAttribute('class', value);
  }
  get classList() {
    const read = () => this.className.split(/\s+/).filter((name) => name);
    return {
      contains: (name: string) => read().includes(name),
      add: (...names: string[]) => {
        this.className = [...new Set([...read(), ...names])].join(' ');
      },
      remove: (...names: string[]) => {
        this.className = read()
          .filter((name) => !names.includes(name))
          .join(' ');
      },
    };
  }

  override get textContent(): string {
    return this.childNodes.map((node) => node.textContent).join('');
  }
  override set textContent(text: unknown) {
    for (const node of this.childNodes) node.parentNode = null;
    this.childNodes = [];
    if (text !== null && text !== undefined && text !== '') this.append(String(text));
  }
  set innerText(text: unknown) {
    this.textContent = text;
  }

  matches(selector: string): boolean {
    return selector.split(',').some((part) => matchesOne(this, part.trim()));
  }
  closest(selector: string): TinyElement | null {
    return this.matches(selector) ? this : (this.parentNode?.closest(selector) ?? null);
  }
  querySelectorAll(selector: string): TinyElement[] {
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }
  querySelector(selector: string): TinyElement | null {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  getBBox() {
    return { x: 0, y: 0, width: 0, height: 0 };
  }
  getBoundingClientRect() {
    return { x: 0, y: 0, left: 0, top: 0, right: 0, bottom: 0, width: 0, height: 0 };
  }

  override cloneNode(deep = false): TinyElement {
    const copy = this.ownerDocument.createElementNS(this.namespaceURI, this.tagName);
    for (const [name, value] of this.attributes) copy.attributes.set(name, value);
    if (deep) for (const node of this.childNodes) copy.appendChild(node.cloneNode(true));
    return copy;
  }

  override get outerHTML(): string {
    const attributes = [...this.attributes].map(([name, value]) => ` ${name}="${escape(value).replaceAll('"', '&quot;')}"`).join('');
    if (this.namespaceURI === namespaces.html && /^(br|hr|img|input)$/.test(this.tagName)) return `<${this.tagName}${attributes}>`;
    const inside = this.tagName === 'style' ? this.textContent : this.childNodes.map((node) => node.outerHTML).join('');
    return `<${this.tagName}${attributes}>${inside}</${this.tagName}>`;
  }
}

/** Inline style, kept in the attribute. */
class TinyStyle {
  readonly #element: TinyElement;
  constructor(element: TinyElement) {
    this.#element = element;
  }
  get cssText(): string {
    return this.#element.getAttribute('style') ?? '';
  }
  set cssText(text: string) {
    this.#element.setAttribute('style', text);
  }
  set background(value: string) {
    this.setProperty('background', value);
  }
  getPropertyValue(name: string): string {
    return this.#read().get(name) ?? '';
  }
  setProperty(name: string, value: unknown): void {
    this.#write(this.#read().set(name, String(value)));
  }
  removeProperty(name: string): void {
    const all = this.#read();
    all.delete(name);
    this.#write(all);
  }
  #read(): Map<string, string> {
    return new Map(
      this.cssText
        .split(';')
        .filter((rule) => rule.includes(':'))
        .map((rule) => {
          const colon = rule.indexOf(':');
          return [rule.slice(0, colon).trim(), rule.slice(colon + 1).trim()];
        }),
    );
  }
  #write(all: Map<string, string>): void {
    this.cssText = [...all].map(([name, value]) => `${name}: ${value};`).join(' ');
  }
}

/** A canvas of plain pixels, for rasters and colour ramps. */
class TinyCanvas extends TinyElement {
  width = 300;
  height = 150;
  #pixels: Uint8ClampedArray | undefined;
  getContext() {
    const pixels = () => (this.#pixels ??= new Uint8ClampedArray(this.width * this.height * 4));
    return {
      fillStyle: '#000',
      createImageData: (width: number, height: number) => ({ width, height, data: new Uint8ClampedArray(width * height * 4) }),
      getImageData: (_x: number, _y: number, width: number, height: number) => ({
        width,
        height,
        data: pixels().slice(0, width * height * 4),
      }),
      putImageData: (image: { data: Uint8ClampedArray }) => {
        pixels().set(image.data);
      },
      fillRect(x: number, y: number, width: number, height: number) {
        const color = readColor(this.fillStyle);
        for (let row = y; row < y + height; row++)
          for (let column = x; column < x + width; column++) pixels().set(color, (row * this.canvas.width + column) * 4);
      },
      canvas: this,
    };
  }
  toDataURL(): string {
    return encodePng(this.width, this.height, this.#pixels ?? new Uint8ClampedArray(this.width * this.height * 4));
  }
}

export class TinyDocument {
  readonly documentElement = new TinyElement(this, 'html', namespaces.html);
  readonly body = this.documentElement.appendChild(new TinyElement(this, 'body', namespaces.html));
  readonly defaultView = {
    Event: class {
      readonly type: string;
      constructor(type: string) {
        this.type = type;
      }
    },
    document: this,
  };
  createElement(name: string): TinyElement {
    return this.createElementNS(namespaces.html, name);
  }
  createElementNS(namespace: string, name: string): TinyElement {
    return name === 'canvas' ? new TinyCanvas(this, name, namespace) : new TinyElement(this, name, namespace);
  }
  createTextNode(text: string): TinyNode {
    return new TinyText(this, String(text));
  }
}

function qualify(namespace: string | null, name: string): string {
  return namespace === namespaces.xlink && !name.includes(':') ? `xlink:${name}` : name;
}

/** One simple selector: `g`, `.tick`, `text.label`, `[aria-label=x]`, or `a b` by its last part alone. */
function matchesOne(element: TinyElement, selector: string): boolean {
  const last = selector.split(/[\s>]+/).at(-1) ?? '';
  return (last.match(/[.#]?[\w-]+|\[[^\]]+\]|\*/g) ?? []).every((part) => {
    if (part === '*') return true;
    if (part.startsWith('.')) return element.classList.contains(part.slice(1));
    if (part.startsWith('#')) return element.id === part.slice(1);
    if (!part.startsWith('[')) return element.tagName === part;
    const [name = '', value] = part.slice(1, -1).split('=');
    return value === undefined ? element.hasAttribute(name) : element.getAttribute(name) === value.replace(/^["']|["']$/g, '');
  });
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\u00a0', '&nbsp;');
}

/** `rgb(…)` or `#rrggbb` as four bytes: what d3's interpolators give. */
function readColor(text: string): [number, number, number, number] {
  const hex = /^#([\da-f]{6})$/i.exec(text)?.[1];
  if (hex) return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)).concat(255) as [number, number, number, number];
  const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, alpha * 255];
}

/** A PNG (RGBA, stored without compression) as a data URL. */
function encodePng(width: number, height: number, pixels: Uint8ClampedArray): string {
  const raw = new Uint8Array(height * (width * 4 + 1));
  for (let row = 0; row < height; row++) raw.set(pixels.subarray(row * width * 4, (row + 1) * width * 4), row * (width * 4 + 1) + 1);
  const blocks: number[] = [0x78, 0x01];
  for (let at = 0; at < raw.length; at += 65535) {
    const size = Math.min(65535, raw.length - at);
    blocks.push(at + size >= raw.length ? 1 : 0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255);
    for (let i = at; i < at + size; i++) blocks.push(raw[i]!);
  }
  let [a, b] = [1, 0];
  for (const byte of raw) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  blocks.push(b >> 8, b & 255, a >> 8, a & 255);
  const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const chunk = (type: string, data: readonly number[]) => {
    const body = [...Array.from(type, (letter) => letter.charCodeAt(0))].concat(data);
    return [...word(data.length), body, word(crc32(body))].flat();
  };
  const bytes = [
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    chunk('IHDR', [...word(width), ...word(height), 8, 6, 0, 0, 0]),
    chunk('IDAT', blocks),
    chunk('IEND', []),
  ].flat();
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}

function crc32(bytes: readonly number[]): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
