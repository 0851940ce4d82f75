/* What a cell shows: `display`, the tagged templates, `table`, and pictures, which take a moment to encode. A value that is
   ready later (a promise, a picture) holds its place among the outputs. */

import { Mutable, type Evaluation } from './host.ts';
import { Shown, toOutput, toText } from '../output/inspect.ts';
import type { Output } from '../output/types.ts';
import type { Ask } from './ask.ts';
import { Input } from './inputs.ts';
import type { Names } from './names.ts';
import { toRows, toTable, type TableOptions } from './tables.ts';

export interface Show {
  readonly show: (value: unknown, evaluation: Evaluation) => void;
  readonly names: Names;
}

export function createShow(ask: Ask): Show {
  const show = (value: unknown, evaluation: Evaluation): void => {
    if (value instanceof Input) return ask.show(value, evaluation);
    const output = value instanceof Promise ? value.then(toOutputOrPicture) : toOutputOrPicture(value);
    if (!output) return;
    if (!(output instanceof Promise)) {
      evaluation.emit(output);
      return;
    }
    const key = evaluation.emit({ kind: 'text', text: '' });
    evaluation.waitFor(
      output.then((ready) => {
        if (ready) evaluation.emit(ready, key);
      }),
    );
  };
  return {
    show,
    names: {
      display:
        (evaluation) =>
        (...values: unknown[]): void => {
          for (const value of values) show(value, evaluation);
        },
      md: () => md,
      tex: () => tex,
      html: () => html,
      table: () => table,
    },
  };
}

/** Markdown, written raw: a backslash is a backslash (so formulas need no doubling), save before a backtick or `${`. */
export function md(strings: TemplateStringsArray, ...values: unknown[]): Shown {
  return new Shown({ kind: 'markdown', markdown: join(raw(strings), values, (value) => source(value, 'markdown')) });
}

/** A formula on a line of its own. */
export function tex(strings: TemplateStringsArray, ...values: unknown[]): Shown {
  return new Shown({ kind: 'markdown', markdown: `$$\n${join(raw(strings), values, (value) => toText(value))}\n$$` });
}

/** HTML whose interpolated text is escaped; other `html` goes in as it is. The page removes what could run. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Shown {
  return new Shown({
    kind: 'html',
    html: join(strings, values, (value) => {
      const own = source(value, 'html');
      return value instanceof Shown ? own : own.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
    }),
  });
}

export function table(rows: unknown, options?: TableOptions): Shown {
  return new Shown(toTable(toRows(rows, 'table'), options));
}

const raw = ({ raw: parts }: TemplateStringsArray): string[] => parts.map((part) => part.replace(/\\(`|\$\{)/g, '$1'));

function join(parts: readonly string[], values: readonly unknown[], write: (value: unknown) => string): string {
  return parts.reduce((text, part, i) => {
    const value = values[i - 1];
    return text + (Array.isArray(value) ? value.map(write).join('') : write(value)) + part;
  });
}

function source(value: unknown, kind: 'markdown' | 'html'): string {
  if (!(value instanceof Shown)) return value === undefined || value === null ? '' : toText(value);
  const { output } = value;
  return output.kind === 'markdown'
    ? output.markdown
    : output.kind === 'html'
      ? output.html
      : `(${kind} cannot hold a ${output.kind}: show it on its own)`;
}

const toOutputOrPicture = (value: unknown): Promise<Output> | Output | undefined =>
  picture(value) ?? toOutput(value instanceof Mutable ? value.value : value);

/** Blobs of images, canvases and pixels as encoded images. */
function picture(value: unknown): Promise<Output> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof Blob !== 'undefined' && value instanceof Blob) return value.type.startsWith('image/') ? encoded(value) : undefined;
  if (typeof OffscreenCanvas === 'undefined') return undefined;
  let canvas: OffscreenCanvas | undefined;
  if (value instanceof OffscreenCanvas) canvas = value;
  else if (value instanceof ImageData || value instanceof ImageBitmap) {
    canvas = new OffscreenCanvas(value.width, value.height);
    const context = canvas.getContext('2d')!;
    if (value instanceof ImageData) context.putImageData(value, 0, 0);
    else context.drawImage(value, 0, 0);
  }
  if (!canvas) return undefined;
  const { width, height } = canvas;
  return canvas.convertToBlob().then(async (blob) => ({ ...(await encoded(blob)), width, height }) as Output);
}

async function encoded(blob: Blob): Promise<Output> {
  return { kind: 'image', mime: blob.type, data: new Uint8Array(await blob.arrayBuffer()) };
}
