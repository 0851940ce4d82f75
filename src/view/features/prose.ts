/* Text edited where it is read: double click, its "Edit text" button, Enter on the block, or the command. The source stands in a field
   of the text's measure, what it becomes beside it (below where there is no room), as typed, with formulas and values. Esc or
   Mod+Enter ends it, and so does going elsewhere; what was typed is kept every second. */

import './prose.css';
import type { Feature, NotebookContext } from '../context.ts';
import type { FrameBlock } from '../../session/types.ts';
import { button, h } from '../dom.ts';
import { setMarkup } from '../markup.ts';
import { sanitise } from '../sanitise.ts';
import { expressions } from '../../session/expressions.ts';
import { renderMarkdown } from '../static/markdown.ts';

const keepMs = 1000,
  previewMs = 30;

export const prose: Feature = (context) => {
  const { root, session, commands, voice } = context;
  const undo: (() => void)[] = [];
  let open: { readonly end: () => void; readonly key: number } | undefined;

  const edit = (key: number): void => {
    if (open?.key === key) return;
    open?.end();
    const block = session.blocks.find((one) => one.key === key);
    const pieces = block === undefined ? [] : piecesOf(root, block);
    if (block === undefined || pieces.length === 0) return;
    open = {
      key,
      end: openProse(context, block, pieces, (back) => {
        open = undefined;
        const now = session.blocks.find((one) => one.key === key);
        const piece = now && piecesOf(root, now)[0];
        if (back && piece !== undefined) {
          if (!piece.hasAttribute('tabindex')) piece.tabIndex = -1;
          piece.focus({ preventScroll: true });
        }
        label();
      }),
    };
  };

  const blockOf = (target: EventTarget | null): FrameBlock | undefined => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-prose], main.nb > h1, main.nb > .lede') : null;
    if (element === null || !root.contains(element)) return undefined;
    const number = element.dataset['prose'];
    if (number !== undefined) return session.blocks.find((one) => one.prose === Number(number));
    const first = session.blocks.find((one) => one.kind !== 'cell');
    return first?.prose === 0 && first === session.blocks[0] ? first : undefined;
  };
  const onDouble = (event: MouseEvent): void => {
    if (event.target instanceof Element && event.target.closest('a, button, .live, .katex, input, .prose-edit') !== null) return;
    const block = blockOf(event.target);
    if (block === undefined) return;
    event.preventDefault();
    document.getSelection()?.removeAllRanges();
    edit(block.key);
  };
  const onClick = (event: MouseEvent): void => {
    const pressed = event.target instanceof Element ? event.target.closest('.edit-text') : null;
    const block = pressed === null ? undefined : blockOf(pressed);
    if (block !== undefined) edit(block.key);
  };
  root.addEventListener('dblclick', onDouble);
  root.addEventListener('click', onClick);
  undo.push(
    () => root.removeEventListener('dblclick', onDouble),
    () => root.removeEventListener('click', onClick),
    // Enter, on a block of text that has the focus as on a cell.
    commands.implement('edit', (cell) => {
      const text = cell === undefined ? blockOf(document.activeElement) : undefined;
      const id = cell ?? context.selection.head;
      if (text !== undefined) edit(text.key);
      else if (id !== undefined) {
        context.view(id)?.focusCode();
        context.view(id)?.element.scrollIntoView({ block: 'nearest' });
      }
    }),
    commands.implement('edit-text', (cell) => {
      const focused = blockOf(document.activeElement);
      const { blocks } = session;
      const at = blocks.findIndex((block) => block.id === (cell ?? context.selection.head));
      const above =
        focused ??
        blocks.slice(0, Math.max(0, at)).findLast((block) => block.kind === 'prose') ??
        (at < 0 ? blocks.find((block) => block.kind === 'prose') : undefined);
      if (above === undefined) voice.toast('There is no text above. Add text below adds some.');
      else edit(above.key);
    }),
  );

  // ---- every block of text has its button, shown on hover and focus
  const label = (): void => {
    let last = '';
    for (const piece of root.querySelectorAll<HTMLElement>('[data-prose]')) {
      const number = piece.dataset['prose']!;
      if (!piece.matches('.prose') || number === last || piece.closest('.prose-edit') !== null) continue;
      last = number;
      if (piece.querySelector(':scope > .edit-text') !== null) continue;
      piece.append(h('button', { type: 'button', class: 'edit-text', 'aria-label': 'Edit text', title: 'Edit text (double click)' }));
    }
  };
  label();
  let waiting = 0;
  const watcher = new MutationObserver(() => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      label();
    });
  });
  watcher.observe(root, { childList: true });
  for (const part of root.querySelectorAll(':scope > .part')) watcher.observe(part, { childList: true });
  const onHide = (): void => open?.end();
  addEventListener('pagehide', onHide);
  undo.push(() => {
    watcher.disconnect();
    cancelAnimationFrame(waiting);
    removeEventListener('pagehide', onHide);
    open?.end();
  });
  return () => undo.forEach((take) => take());
};

/** The elements that a block of prose is rendered as. */
export function piecesOf(root: HTMLElement, { prose: number }: FrameBlock): HTMLElement[] {
  if (number === undefined) return [];
  const pieces = [...root.querySelectorAll<HTMLElement>(`[data-prose="${number}"]`)].filter(
    (piece) => piece.closest('.prose-edit') === null,
  );
  if (number === 0 && pieces.length === 0) pieces.push(...root.querySelectorAll<HTMLElement>(':scope > h1, :scope > .lede'));
  return pieces;
}

function openProse(
  context: NotebookContext,
  block: FrameBlock,
  pieces: readonly HTMLElement[],
  closed: (back: boolean) => void,
): () => void {
  const { root, session } = context;
  const opening = block.prose === 0 && session.blocks[0]?.key === block.key;
  const field = h('textarea', { class: 'prose-source', 'aria-label': 'Text, in Markdown', spellcheck: 'true', rows: '1' });
  field.value = block.text;
  const preview = h('div', { class: 'prose-preview', 'aria-label': 'How it will look', role: 'group' });
  const done = button('Done', () => end(true));
  const box = h(
    'div',
    { class: 'full prose-edit' },
    h(
      'div',
      { class: 'prose-columns' },
      h(
        'div',
        { class: 'prose-left' },
        field,
        h('p', { class: 'quiet' }, done, ' Esc ends. ', h('code', {}, '$x^2$'), ' is a formula, ', h('code', {}, '${name}'), ' a value.'),
      ),
      preview,
    ),
  );
  const height = pieces.reduce((sum, piece) => sum + piece.offsetHeight, 0);
  field.style.minHeight = `${Math.max(64, Math.min(height, innerHeight * 0.6))}px`;
  pieces[0]!.before(box);
  const hidden = new Set(pieces);
  for (const piece of pieces) {
    piece.classList.add('being-edited');
    piece.dataset['held'] = '';
  }

  const values = valuesOf(context, block);
  let math: ((tex: string, display: boolean) => string) | undefined, drawn: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    drawn = undefined;
    const found = expressions(field.value);
    const { html, title, lede } = renderMarkdown(field.value, { html: sanitise, expressions: found, opening, ...(math ? { math } : {}) });
    setMarkup(
      preview,
      `${title === undefined ? '' : `<h1>${title}</h1>`}${lede === undefined ? '' : `<p class="lede">${lede}</p>`}${html}`,
    );
    for (const place of preview.querySelectorAll<HTMLElement>('[data-value]')) {
      const code = found[Number(place.dataset['value'])]?.code.trim() ?? '';
      delete place.dataset['value'];
      void values(code).then((text) => {
        place.textContent = text ?? '…';
      });
    }
    for (const element of preview.querySelectorAll('[id]')) element.removeAttribute('id');
    if (math === undefined && field.value.includes('$'))
      void import('../formulas.ts').then(({ renderFormula }) => {
        math = renderFormula;
        draw();
      });
  };
  const fit = (): void => {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  let kept: ReturnType<typeof setTimeout> | undefined;
  const keep = (): void => {
    clearTimeout(kept);
    kept = undefined;
    const now = session.blocks.find((one) => one.key === block.key);
    if (now?.prose === undefined || now.text === field.value) return;
    context.act(() => session.editProse(now.prose!, field.value));
  };
  const onInput = (): void => {
    fit();
    drawn ??= setTimeout(draw, previewMs);
    kept ??= setTimeout(keep, keepMs);
  };
  field.addEventListener('input', onInput);
  const end = (back: boolean): void => {
    if (ended) return;
    ended = true;
    clearTimeout(drawn);
    field.removeEventListener('input', onInput);
    document.removeEventListener('pointerdown', beside, true);
    keep();
    box.remove();
    for (const piece of hidden) {
      piece.classList.remove('being-edited');
      delete piece.dataset['held'];
    }
    root.dispatchEvent(new Event('unheld')); // what was typed is drawn now
    closed(back);
  };
  let ended = false;
  const beside = (event: PointerEvent): void => {
    if (event.target instanceof Node && !box.contains(event.target) && root.contains(event.target)) end(false);
  };
  box.addEventListener('keydown', (event) => {
    const enough = event.key === 'Escape' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey));
    if (!enough || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    end(true);
  });
  document.addEventListener('pointerdown', beside, true);
  draw();
  fit();
  field.focus({ preventScroll: true });
  field.setSelectionRange(0, 0);
  box.scrollIntoView({ block: 'nearest' });
  return () => end(false);
}

/** Values of expressions as they are known: those that stood in the text, and names of cells. */
function valuesOf({ session }: NotebookContext, block: FrameBlock): (code: string) => Promise<string | undefined> {
  const known = new Map<string, string | undefined>();
  expressions(block.text).forEach(({ code }, i) => {
    const value = session.prose((block.firstValue ?? 0) + i);
    if (value !== undefined && value.text !== '') known.set(code.trim(), value.text);
  });
  return async (code) => {
    if (known.has(code)) return known.get(code);
    const path = /^[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u.test(code) ? code.split('.') : undefined;
    const found = path && (await session.members(path));
    const text = found === undefined ? undefined : /^"(.*)"$/.test(found.text) ? (JSON.parse(found.text) as string) : found.text;
    if (text !== undefined) known.set(code, text);
    return text;
  };
}
