/* Draws a cell's outputs into `[data-outputs]`: one child `[data-kind][data-key]` per output, kept and updated in place as
   long as key and kind stay, so an input keeps focus and a picture stays until the new one is there. Light kinds are
   drawn at once; heavy ones when they come near the window, their element being there all the same. */

import type { Answer, Look } from '../../output/look.ts';
import type { Output } from '../../output/types.ts';
import type { KeyedOutput } from '../../session/types.ts';
import { h } from '../dom.ts';
import type { Points } from './curve-data.ts';
import { count } from '../words.ts';
import { isLine } from './log-view.ts';
import { levelOf, logViewOf, tellLogs } from './logs.ts';
import { drawLog, drawText, drawTruncated } from './lines.ts';
import { timed, turn } from './turns.ts';
import { drawValue } from './value.ts';
import { drawMarkdown, drawPlot } from './swap.ts';
import { drawLateError } from './error.ts';
import { drawInput } from '../inputs/input.ts';

/** What a drawing may do beside drawing. */
export interface OutputContext {
  readonly cell: string;
  input(id: string, value: unknown): void;
  control(id: string, action: 'pause' | 'resume'): void;
  /** Puts the caret at a place of a cell. */
  go(cell: string, line: number, column: number): void;
  /** Asks the engine about the value behind output `key` (the element's `data-key`); rejects with a sentence for the reader where
      nothing stands behind it any more. */
  look<Q extends Look>(key: number, question: Q): Promise<Answer<Q>>;
  /** The cell's code as it stands. */
  code(): string;
  /** Runs as curves; absent where no session stands behind the page. */
  readonly curves?: Curves;
}

/** Everything that a run has logged, by metric: views that are not copied, longer at each asking. */
export type RunCurves = ReadonlyMap<string, Points>;

/** What drawings of metrics ask beside their output. */
export interface Curves {
  /** Of a run of this page's session; undefined for any other. */
  live(run: string): RunCurves | undefined;
  /** Runs of that name before `run`, newest first. */
  earlier(name: string, run: string): Promise<readonly { readonly metrics: Readonly<Record<string, Points>> }[]>;
  /** How a run that has ended stands; `checkpoint`: steps done before its last one, where it has one. */
  fate(run: string): Promise<{ readonly state: string; readonly checkpoint?: number } | undefined>;
  /** Lets a run go on. Resolves to a sentence where it cannot. */
  resume(run: string): Promise<string | undefined>;
  /** The notebook's pass lines for runs of that name. */
  passes(name: string): readonly { readonly metric: string; readonly min?: number; readonly max?: number }[];
}

/** A drawn output. `update` returns false when it cannot show this output and has to be made anew. */
export interface Drawing {
  update(output: Output): boolean;
  dispose?(): void;
}

export type Draw<K extends Output['kind']> = (
  output: Extract<Output, { kind: K }>,
  element: HTMLElement,
  context: OutputContext,
) => Drawing;

interface Slot {
  readonly key: number;
  readonly element: HTMLElement;
  output: Output;
  drawing: Drawing | undefined;
}

const logLimit = 200;
const heavy: ReadonlySet<Output['kind']> = new Set(['plot', 'table', 'tensor', 'html', 'image', 'markdown', 'metric']);
const slots = new WeakMap<HTMLElement, Map<string, Slot>>();
/** How to draw what is to be drawn when it comes near. */
const waiting = new WeakMap<Element, () => void>();
const near = new WeakSet<Element>();
/** What has never been drawn, in the order in which it came. */
const ahead = new Set<Element>();
let idle = false;
/** Longer rests than this between frames come only where nothing moves, in ms. */
const restMs = 20;
let observer: IntersectionObserver | undefined;
/** Brings `container` to show exactly `outputs`. */
export function drawOutputs(container: HTMLElement, outputs: readonly KeyedOutput[], context: OutputContext): void {
  const before = slots.get(container);
  if (before === undefined && outputs.length === 0) {
    if (container.firstChild) container.replaceChildren();
    return;
  }
  if (before === undefined) container.replaceChildren();
  if (before !== undefined && sameOutputs(before, outputs)) {
    let i = 0;
    for (const slot of before.values()) {
      const { output } = outputs[i++]!;
      if (slot.output !== output) show(slot, output, context);
    }
    return;
  }
  const known = before ?? new Map<string, Slot>();
  const next = new Map<string, Slot>();
  let logs = 0,
    lines = 0,
    lastLog: { slot: Slot; level: string; text: string; from: string | undefined; times: number } | undefined,
    logsLeft = 0;
  let cursor: ChildNode | null = container.firstChild;
  const log = logViewOf(container);
  const level = log.level === undefined ? undefined : levelOf(log, outputs.filter(({ output }) => isLine(output)).length);
  if (cursor !== null && cursor === log.bar?.element) cursor = cursor.nextSibling;
  for (const { key, output } of outputs) {
    if (isLine(output)) {
      lines++;
      if (level !== undefined && output.level !== level) {
        lastLog = undefined;
        continue;
      }
      if (
        lastLog !== undefined &&
        lastLog.level === output.level &&
        lastLog.text === output.text &&
        lastLog.from === output.from &&
        lastLog.slot.output.kind === 'log'
      ) {
        lastLog.times += output.count ?? 1;
        lastLog.slot.drawing?.update({ ...output, count: lastLog.times });
        continue;
      }
      if (++logs > logLimit && !log.all) {
        logsLeft++;
        lastLog = undefined;
        continue;
      }
    }
    const id = `${output.kind} ${key}`;
    let slot = known.get(id);
    if (slot === undefined) slot = open(key, output, context);
    else if (slot.output !== output) show(slot, output, context);
    next.set(id, slot);
    known.delete(id);
    if (slot.element === cursor) {
      cursor = cursor.nextSibling;
      if (cursor !== null && cursor === log.bar?.element) cursor = cursor.nextSibling;
    } else container.insertBefore(slot.element, cursor);
    lastLog = isLine(output) ? { slot, level: output.level, text: output.text, from: output.from, times: output.count ?? 1 } : undefined;
  }
  for (const slot of known.values()) {
    observer?.unobserve(slot.element);
    ahead.delete(slot.element);
    slot.drawing?.dispose?.();
    slot.element.remove();
  }
  if (container.lastElementChild?.classList.contains('more') === true) container.lastElementChild.remove();
  if (logsLeft > 0) {
    const more = h(
      'button',
      {
        type: 'button',
        class: 'btn bare small more',
        onclick: () => {
          log.all = true;
          drawOutputs(container, outputs, context);
        },
      },
      `${count(logsLeft)} more`,
    );
    container.append(more);
  }
  slots.set(container, next);
  tellLogs(container, outputs, lines, () => drawOutputs(container, log.outputs, context));
}

/** Whether the same places are to show other values, so that nothing is inserted, removed or folded together. */
function sameOutputs(before: ReadonlyMap<string, Slot>, outputs: readonly KeyedOutput[]): boolean {
  if (before.size !== outputs.length) return false;
  let i = 0;
  for (const slot of before.values()) {
    const { key, output } = outputs[i++]!;
    if (slot.key !== key || slot.output.kind !== output.kind || output.kind === 'log') return false;
  }
  return true;
}

export function disposeOutputs(container: HTMLElement): void {
  for (const slot of slots.get(container)?.values() ?? []) {
    observer?.unobserve(slot.element);
    ahead.delete(slot.element);
    slot.drawing?.dispose?.();
  }
  slots.delete(container);
}

function open(key: number, output: Output, context: OutputContext): Slot {
  const element = h('div', { class: 'out', 'data-kind': output.kind, 'data-key': key });
  const slot: Slot = { key, element, output, drawing: undefined };
  if (!heavy.has(output.kind)) show(slot, output, context);
  else {
    observer ??= new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (isIntersecting) {
            near.add(target);
            drawWaiting(target);
          } else near.delete(target);
        }
      },
      { rootMargin: '800px' },
    );
    observer.observe(element);
    wait(slot, context);
  }
  return slot;
}

/** What is far away is drawn when it comes near, or when the page has nothing else to do. */
function wait(slot: Slot, context: OutputContext): void {
  waiting.set(slot.element, () => put(slot, context));
  ahead.add(slot.element);
  drawAhead();
}

function show(slot: Slot, output: Output, context: OutputContext): void {
  slot.output = output;
  if (heavy.has(output.kind) && !near.has(slot.element)) wait(slot, context);
  else put(slot, context);
}

function put(slot: Slot, context: OutputContext): void {
  if (slot.drawing?.update(slot.output) === true) return;
  slot.drawing?.dispose?.();
  slot.element.replaceChildren();
  slot.drawing = draw(slot.output, slot.element, context);
}

function drawWaiting(element: Element): void {
  const work = waiting.get(element);
  waiting.delete(element);
  ahead.delete(element);
  work?.();
}

/** Draws what has never been near while the page has nothing to do, one after another, so that scrolling finds it there. */
function drawAhead(): void {
  if (idle || ahead.size === 0 || typeof requestIdleCallback !== 'function') return;
  idle = true;
  requestIdleCallback((deadline) => {
    idle = false;
    for (const next of ahead) {
      if (deadline.timeRemaining() <= restMs) break;
      if (next.isConnected) drawWaiting(next);
      else ahead.delete(next);
    }
    drawAhead();
  });
}

function draw(output: Output, element: HTMLElement, context: OutputContext): Drawing {
  switch (output.kind) {
    case 'text':
      return drawText(output, element, context);
    case 'value':
      return drawValue(output, element, context);
    case 'table':
      return later(output, element, context, async () => (await import('./table.ts')).drawTable);
    case 'tensor':
      return later(output, element, context, async () => (await import('./tensor.ts')).drawTensor);
    case 'plot':
      return drawPlot(output, element, context);
    case 'input':
      return drawInput(output, element, context);
    case 'html':
      return later(output, element, context, async () => (await import('./pictures.ts')).drawHtml);
    case 'image':
      return later(output, element, context, async () => (await import('./pictures.ts')).drawImage);
    case 'markdown':
      return drawMarkdown(output, element, context);
    case 'log':
      return 'text' in output ? drawLog(output, element, context) : drawTruncated(output, element, context);
    case 'progress':
      return later(output, element, context, async () => (await import('./steps.ts')).drawProgress);
    case 'metric':
      return later(output, element, context, async () => (await import('./metric.ts')).drawMetric);
    case 'error':
      return drawLateError(output, element, context);
    case 'check':
      return later(output, element, context, async () => (await import('./steps.ts')).drawCheck);
    default:
      return output satisfies never;
  }
}

/** A drawing whose code comes when it is needed; meanwhile it keeps the latest output. */
function later<K extends Output['kind']>(
  output: Extract<Output, { kind: K }>,
  element: HTMLElement,
  context: OutputContext,
  load: () => Promise<Draw<K>>,
): Drawing {
  let latest = output,
    drawing: Drawing | undefined,
    gone = false;
  const start = (): void => {
    load().then(
      async (make) => {
        await turn();
        if (gone) return;
        element.replaceChildren();
        drawing = timed(() => make(latest, element, context));
      },
      () => {
        element.replaceChildren(
          h(
            'p',
            { class: 'quiet' },
            `What draws a ${output.kind} could not be loaded. Check the connection. `,
            h('button', { type: 'button', class: 'btn small', onclick: start }, 'Try again'),
          ),
        );
      },
    );
  };
  start();
  return {
    update(next) {
      if (next.kind !== output.kind) return false;
      latest = next as typeof output;
      return drawing?.update(next) ?? true;
    },
    dispose() {
      gone = true;
      drawing?.dispose?.();
    },
  };
}
