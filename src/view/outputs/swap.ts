/* Plots and documents: their libraries load when the first one is drawn, and until a new picture is there the old one
   stays. */

import type { Output } from '../../output/types.ts';
import { h } from '../dom.ts';
import type { Draw, Drawing } from './index.ts';

/** Draws into a fresh element each time and swaps it in when it is ready; of several draws under way the latest wins. */
export function swapping<K extends Output['kind']>(
  kind: K,
  element: HTMLElement,
  draw: (output: Extract<Output, { kind: K }>, target: HTMLElement) => Promise<(() => void) | undefined>,
): Drawing {
  let turn = 0,
    dispose: (() => void) | undefined;
  return {
    update(next) {
      if (next.kind !== kind) return false;
      const mine = ++turn;
      const target = h('div', { class: 'swap' });
      // The target has to be laid out to be measured, so it stands in the page, out of the flow, while it is drawn.
      if (element.firstChild) {
        target.style.cssText = 'position:absolute;visibility:hidden;left:0;right:0';
        element.style.position = 'relative';
      }
      element.append(target);
      draw(next as Extract<Output, { kind: K }>, target).then(
        (undo) => {
          if (mine !== turn) {
            undo?.();
            target.remove();
            return;
          }
          dispose?.();
          dispose = undo;
          for (const child of [...element.children]) if (child !== target) child.remove();
          target.removeAttribute('style');
        },
        (error: unknown) => {
          if (mine !== turn) {
            target.remove();
            return;
          }
          dispose?.();
          dispose = undefined;
          element.replaceChildren(
            h('p', { class: 'quiet' }, `This ${kind} cannot be drawn: ${error instanceof Error ? error.message : String(error)}`),
          );
        },
      );
      return true;
    },
    dispose() {
      turn++;
      dispose?.();
    },
  };
}

export const drawPlot: Draw<'plot'> = (output, element, context) => {
  const drawing = swapping('plot', element, async (next, target) => {
    const plot = await import('./plot.ts');
    return plot.drawPlot(next, target, context.cell);
  });
  drawing.update(output);
  return drawing;
};

export const drawMarkdown: Draw<'markdown'> = (output, element) => {
  const drawing = swapping('markdown', element, async (next, target) => {
    const { drawMarkdownInto } = await import('./markdown.ts');
    await drawMarkdownInto(next.markdown, target);
    return undefined;
  });
  drawing.update(output);
  return drawing;
};
