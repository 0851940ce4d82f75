/* One cell of the page, bound to the shell that the static renderer wrote: point, words, outputs, status and code follow
   the session's CellStatus by writing only what differs, so that a thousand cells change in one frame. */

import type { CellStatus, Session } from '../session/types.ts';
import { CodeBox } from './code.ts';
import { h, setAttribute, setText } from './dom.ts';
import { disposeOutputs, drawOutputs, type OutputContext } from './outputs/index.ts';
import { marginWords, pointClass, spokenState, statusNodes, type StatusActions } from './status.ts';

export interface CellHost extends StatusActions, Omit<OutputContext, 'cell' | 'go' | 'look' | 'code'> {
  edit(id: string, code: string): void;
  pending(id: string, waits: boolean): void;
  look(id: string): CellStatus | undefined;
  /** Asks the engine about a value that stands as an output. */
  readonly ask: Session['look'];
  now(): number;
}

export class CellView {
  readonly element: HTMLElement;
  readonly #host: CellHost;
  readonly #run: HTMLElement | null;
  readonly #point: HTMLElement | null;
  readonly #outputs: HTMLElement;
  readonly #statusBox: HTMLElement;
  readonly #say: HTMLElement;
  readonly #meta: HTMLElement;
  #context: OutputContext;
  #code: CodeBox | undefined;
  #status: CellStatus;
  #id: string;
  #waiting = 0;
  #said: string | undefined;
  #linked: string | undefined;
  #near: boolean;

  constructor(element: HTMLElement, status: CellStatus, host: CellHost) {
    this.element = element;
    this.#host = host;
    this.#id = status.id;
    this.#status = status;
    this.#run = element.querySelector(':scope > .run');
    this.#point = element.querySelector(':scope > .body > .pt');
    this.#outputs = element.querySelector<HTMLElement>('[data-outputs]') ?? element.appendChild(h('div', { 'data-outputs': true }));
    this.#statusBox = element.querySelector<HTMLElement>('[data-status]') ?? element.appendChild(h('div', { 'data-status': true }));
    this.#meta =
      element.querySelector<HTMLElement>(':scope > .meta') ?? element.appendChild(h('div', { class: 'meta' }, h('b', {}, status.id), ' '));
    this.#say = this.#meta.querySelector<HTMLElement>('.say') ?? this.#meta.appendChild(h('span', { class: 'say' }));
    this.#context = {
      ...host,
      cell: status.id,
      look: (key, question) => host.ask(this.#id, key, question),
      code: () => this.#status.code,
    };
    element.tabIndex = -1;
    this.#near = element.parentElement?.matches('.part') !== true;
    const pre = element.querySelector<HTMLElement>('[data-code]');
    if (pre?.parentElement) {
      this.#code = new CodeBox(pre.parentElement, pre, status, {
        id: () => this.#id,
        code: () => host.look(this.#id)?.code ?? this.#status.code,
        edit: (code) => host.edit(this.#id, code),
        pending: (waits) => host.pending(this.#id, waits),
      });
    }
    this.#draw(status, undefined);
  }

  get id(): string {
    return this.#id;
  }
  get status(): CellStatus {
    return this.#status;
  }

  update(status: CellStatus): void {
    const before = this.#status;
    if (before === status) return;
    if (status.id !== this.#id) this.#rename(status.id);
    this.#status = status;
    this.#draw(status, before);
  }

  /** The margin's words alone: the clock of a running cell, the number of cells that wait for a failed one. */
  tick(waiting = this.#waiting): void {
    this.#waiting = waiting;
    const words = marginWords(this.#status, this.#host.now(), waiting);
    if (words !== this.#said) setText(this.#say, (this.#said = words));
  }

  /** It is near the window: in a long notebook it shows from now on what it uses and what uses it. */
  near(): void {
    if (this.#near) return;
    this.#near = true;
    this.#links(this.#status);
  }

  /** A short flash of the line: this cell has just been run again. */
  pulse(): void {
    this.element.classList.remove('fresh');
    void this.element.offsetWidth;
    this.element.classList.add('fresh');
  }

  flush(): void {
    this.#code?.flush();
  }

  focusCode(place?: { readonly line: number; readonly column: number }): void {
    this.element.dispatchEvent(new Event('reveal', { bubbles: true }));
    const fold = this.element.querySelector<HTMLElement>('.fold');
    if (fold?.getAttribute('aria-expanded') === 'false') fold.click();
    void this.#code?.focus(place);
  }

  dispose(): void {
    this.#code?.dispose();
    disposeOutputs(this.#outputs);
  }

  #rename(id: string): void {
    this.#id = id;
    this.#context = { ...this.#context, cell: id };
    this.element.dataset['cell'] = id;
    this.element.id = `cell-${id}`;
    const name = this.#meta.querySelector('b');
    if (name) name.textContent = id;
    this.#code?.rename(id);
  }

  #draw(status: CellStatus, before: CellStatus | undefined): void {
    const { element } = this,
      other = before?.id !== status.id;
    if (other || before?.state !== status.state || before.kept !== status.kept) {
      setAttribute(element, 'data-state', status.state);
      setAttribute(element, 'data-kept', status.kept === undefined ? undefined : String(status.kept));
      setAttribute(element, 'aria-label', `Cell ${status.id}, ${spokenState(status)}`);
      if (this.#point !== null) {
        const name = pointClass(status);
        if (this.#point.className !== name) this.#point.className = name;
      }
    }
    if (before !== undefined && (before.hide !== status.hide || before.run !== status.run))
      void import('./shell.ts').then(({ refold }) => refold(element, this.#status)); // its fence was edited, so that is here already
    const running = status.state === 'running',
      off = status.state === 'off';
    if (this.#run !== null && (other || running !== (before?.state === 'running') || off !== (before?.state === 'off'))) {
      setAttribute(this.#run, 'aria-label', `${running ? 'Stop' : 'Run'} cell ${status.id}`);
      setAttribute(this.#run, 'title', running ? 'Stop cell' : off ? 'Off: it is not evaluated' : 'Run cell (Shift Enter)');
      setAttribute(this.#run, 'aria-disabled', off ? 'true' : undefined);
    }
    this.tick();
    if (before?.uses !== status.uses || before.usedBy !== status.usedBy) this.#links(status);
    if (before?.outputs !== status.outputs || before.state !== status.state) this.#drawOutputs(status);
    if (before === undefined || before.state !== status.state || before.why !== status.why || before.error !== status.error) {
      const nodes = statusNodes(status, this.#host, this.#host.look);
      if (nodes.length > 0 || this.#statusBox.firstChild) {
        const held = this.#statusBox.contains(document.activeElement);
        this.#statusBox.replaceChildren(...nodes);
        if (held) this.element.focus({ preventScroll: true }); // the button that was pressed is gone: stay at the cell
      }
    }
    this.#code?.update(status);
  }

  /** Keeps the height while an evaluation still fills its outputs, so that nothing below jumps. */
  #drawOutputs(status: CellStatus): void {
    const box = this.#outputs,
      going = status.state === 'running' || status.state === 'queued';
    if (going && box.childElementCount > status.outputs.length && box.style.minHeight === '') box.style.minHeight = `${box.offsetHeight}px`;
    drawOutputs(box, status.outputs, this.#context);
    if (!going && box.style.minHeight !== '') box.style.minHeight = '';
  }

  #links(status: CellStatus): void {
    if (!this.#near) return;
    let box = this.#meta.querySelector<HTMLElement>('.far');
    const uses = [...new Map(status.uses.map((use) => [use.name, use.cell]))],
      usedBy = unique(status.usedBy).map((id) => [id, id] as [string, string]);
    const word = `${uses.join(' ')}|${usedBy.join(' ')}`;
    const first = this.#linked === undefined;
    if (this.#linked === word) return;
    this.#linked = word;
    if (first && (box !== null || uses.length + usedBy.length === 0)) return; // as the static renderer wrote it
    if (uses.length + usedBy.length === 0) {
      if (box?.previousElementSibling?.matches('br')) box.previousElementSibling.remove();
      box?.remove();
      return;
    }
    if (box === null) this.#meta.append(h('br'), (box = h('span', { class: 'far' })));
    const list = (label: string, links: readonly [string, string][]): (Node | string)[] =>
      links.length === 0
        ? []
        : [
            label,
            ...links
              .slice(0, 8)
              .flatMap(([text, cell], i) => [i > 0 ? ', ' : ' ', h('a', { href: `#cell-${encodeURIComponent(cell)}` }, text)]),
            links.length > 8 ? ` and ${links.length - 8} more` : '',
          ];
    const above = list('uses', uses),
      below = list('used by', usedBy);
    box.replaceChildren(...above, ...(above.length > 0 && below.length > 0 ? [h('br')] : []), ...below);
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
