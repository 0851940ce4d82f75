/* Find and replace over the whole notebook: a panel below the bar that leaves the page as it is. What is found is marked in place,
   stepped through with Enter, F3 or Mod+G, replaced one by one or all at once as one step of history. Esc closes the panel and
   gives the focus back. */

import './find.css';
import type { Feature } from '../context.ts';
import { h, icon, s } from '../dom.ts';
import { editorOf } from '../editors.ts';
import { count, plural } from '../words.ts';
import { focusedText } from './blocks.ts';
import { hitsOf, rangesOf, reveal, type Hit, type Part } from './finder.ts';
import { hideHighlights, showHighlights } from './highlights.ts';
import { shownKeys } from './keys.ts';
import { mostPlaces, patternOf, replaceIn } from './matches.ts';

const redrawMs = 120;
const partNames: readonly (readonly [Part, string])[] = [
  ['code', 'Code'],
  ['text', 'Text'],
  ['outputs', 'Outputs'],
];

export const find: Feature = (context) => {
  const { root, session, commands, voice, act, flushEdits } = context;
  let hits: readonly Hit[] = [],
    pattern: RegExp | undefined,
    at = -1,
    back: HTMLElement | undefined,
    timer: ReturnType<typeof setTimeout> | undefined;

  // ---- the panel, made once
  const field = h('input', {
    class: 'text',
    'aria-label': 'Find',
    placeholder: 'Find',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    enterkeyhint: 'search',
    'aria-describedby': 'find-says',
  });
  const other = h('input', {
    class: 'text',
    'aria-label': 'Replace by',
    placeholder: 'Replace by',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
  });
  const says = h('span', { class: 'says', role: 'status', id: 'find-says' });
  const option = (label: string, name: string): HTMLButtonElement => {
    const button = h('button', { type: 'button', 'aria-pressed': 'false', 'aria-label': name, title: name }, label);
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.ariaPressed !== 'true'));
      search(true);
    });
    return button;
  };
  const matchCase = option('Aa', 'Match case'),
    wholeWord = option('Word', 'Whole word'),
    regex = option('.*', 'Regular expression');
  const parts = partNames.map(([part, label]) => {
    const box = h('input', { type: 'checkbox', ...(part === 'outputs' ? {} : { checked: true }) });
    box.addEventListener('change', () => search(true));
    return { part, box, label: h('label', {}, box, ` ${label}`) };
  });
  const arrow = (d: string): SVGSVGElement => s('svg', { class: 'i', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, s('path', { d }));
  const small = (name: string, inside: Node, run: () => void, title = name): HTMLButtonElement =>
    h('button', { type: 'button', class: 'btn bare icon small', 'aria-label': name, title, onclick: run }, inside);
  const replaceOne = h('button', { type: 'button', class: 'btn small' }, 'Replace'),
    replaceEach = h('button', { type: 'button', class: 'btn small' }, 'Replace all');
  const panel = h(
    'div',
    { class: 'sheet find', role: 'search', 'aria-label': 'Find and replace', hidden: true },
    h(
      'div',
      { class: 'line' },
      field,
      says,
      small('Previous match', arrow('m4 10 4-4 4 4'), () => step(-1), `Previous match (${shownKeys('Shift+F3')})`),
      small('Next match', arrow('m4 6 4 4 4-4'), () => step(1), 'Next match (F3)'),
      small('Close', icon('close'), () => close(), 'Close (Esc)'),
    ),
    h('div', { class: 'line' }, other, replaceOne, replaceEach),
    h(
      'div',
      { class: 'line options' },
      h('div', { class: 'seg', role: 'group', 'aria-label': 'How' }, matchCase, wholeWord, regex),
      h('fieldset', {}, h('legend', { class: 'vh' }, 'Where'), ...parts.map(({ label }) => label)),
    ),
  );
  document.querySelector('header.bar')?.after(panel);
  if (!panel.isConnected) document.body.append(panel);

  const query = () => ({
    text: field.value,
    matchCase: matchCase.ariaPressed === 'true',
    wholeWord: wholeWord.ariaPressed === 'true',
    regex: regex.ariaPressed === 'true',
  });
  const open = (): boolean => !panel.hidden;

  // ---- what is found
  /** Looks anew. `near`: the first one from where the reader is becomes the current one; else it stays where it was. */
  const search = (near: boolean): void => {
    flushEdits();
    const made = patternOf(query()),
      before = hits[at];
    const bad = typeof made === 'string';
    pattern = made instanceof RegExp ? made : undefined;
    field.toggleAttribute('aria-invalid', bad);
    if (bad) field.setAttribute('aria-invalid', 'true');
    hits = pattern === undefined ? [] : hitsOf(context, pattern, new Set(parts.filter(({ box }) => box.checked).map(({ part }) => part)));
    at =
      hits.length === 0
        ? -1
        : near || before === undefined
          ? firstFrom(hereOf())
          : firstFrom({ key: before.block.key, from: before.from, part: before.part });
    draw();
    if (bad) says.textContent = made;
    if (near && at >= 0) show();
  };
  interface From {
    readonly key: number | undefined;
    readonly from: number;
    readonly part?: Part;
  }
  const hereOf = (): From => {
    if (hits[at] !== undefined) return { key: hits[at]!.block.key, from: hits[at]!.from, part: hits[at]!.part };
    const id = context.selection.head;
    return {
      key: session.blocks.find((block) => block.id !== undefined && block.id === id)?.key ?? focusedText(session.blocks)?.key,
      from: 0,
    };
  };
  const firstFrom = ({ key, from, part }: From): number => {
    const order = new Map(session.blocks.map((block, i) => [block.key, i]));
    const rank = (of: Part | undefined): number => (of === 'outputs' ? 1 : 0);
    const place = key === undefined ? 0 : (order.get(key) ?? 0);
    const found = hits.findIndex((hit) => {
      const index = order.get(hit.block.key) ?? 0;
      if (index !== place) return index > place;
      return rank(hit.part) === rank(part) ? hit.from >= from : rank(hit.part) > rank(part);
    });
    return found < 0 ? 0 : found;
  };
  const draw = (): void => {
    const ranges = pattern === undefined ? [] : rangesOf(context, pattern, hits);
    showHighlights(
      ranges.filter((range) => range !== undefined),
      ranges[at],
    );
    const more = hits.length >= mostPlaces ? ' or more' : '';
    const words = field.value === '' ? '' : hits.length === 0 ? 'No match' : `${count(at + 1)} of ${count(hits.length)}${more}`;
    if (says.textContent !== words) says.textContent = words;
    panel.classList.toggle('nothing', field.value !== '' && hits.length === 0);
    const outputs = hits[at]?.part === 'outputs';
    for (const [button, off, why] of [
      [replaceOne, at < 0 || outputs, outputs ? 'Outputs cannot be replaced: they are made by running.' : 'Nothing is found.'],
      [replaceEach, !hits.some(({ part }) => part !== 'outputs'), 'Nothing is found in code or text.'],
    ] as const) {
      if (off) button.setAttribute('aria-disabled', 'true');
      else button.removeAttribute('aria-disabled');
      button.title = off ? why : '';
    }
  };
  const show = (): void => {
    const hit = hits[at];
    if (hit === undefined || pattern === undefined) return;
    const made = pattern;
    reveal(context, hit, () => rangesOf(context, made, hits)[at]);
    draw();
  };
  const step = (by: 1 | -1): void => {
    if (!open()) return begin();
    if (hits.length === 0) return search(true);
    at = (at + by + hits.length) % hits.length;
    show();
  };

  // ---- replace
  replaceOne.addEventListener('click', () => {
    const hit = hits[at];
    if (hit === undefined || pattern === undefined || hit.part === 'outputs') return;
    const { key, text } = hit.block;
    const next = replaceIn(text, pattern, other.value, query().regex, hit.from);
    const grown = next.length - text.length;
    act(() => session.replaceAll([{ key, text: next }], `Replace “${field.value}”`));
    const rest = { key, from: hit.to + grown, part: hit.part };
    search(false);
    if (hits.length > 0) at = firstFrom(rest);
    show();
    draw();
  });
  replaceEach.addEventListener('click', () => {
    if (pattern === undefined || replaceEach.ariaDisabled === 'true') return;
    const made = pattern,
      chosen = hits.filter(({ part }) => part !== 'outputs');
    const blocks = new Map(chosen.map(({ block }) => [block.key, block]));
    const edits = [...blocks.values()].map(({ key, text }) => ({ key, text: replaceIn(text, made, other.value, query().regex) }));
    act(() => session.replaceAll(edits, `Replace “${field.value}” by “${other.value}”`));
    const label = session.history.undo;
    search(false);
    voice.toast(`Replaced ${count(chosen.length)} in ${plural(edits.length, 'block')}.`, () => {
      if (session.history.undo === label) act(() => session.undo());
      else voice.toast('Something was edited since. Undo goes back step by step.');
      if (open()) search(false);
    });
  });

  // ---- open and close
  const begin = (): void => {
    const active =
      document.activeElement instanceof HTMLElement && !panel.contains(document.activeElement) ? document.activeElement : undefined;
    if (active !== undefined && active !== document.body) back = active;
    const editor = editorOf(document.activeElement);
    const marked = editor
      ? editor.view.state.sliceDoc(editor.view.state.selection.main.from, editor.view.state.selection.main.to)
      : (getSelection()?.toString() ?? '');
    const first = !open();
    panel.hidden = false;
    if (marked !== '' && marked.length <= 200 && !marked.includes('\n') && active !== undefined) field.value = marked;
    field.focus();
    field.select();
    if (first) {
      at = -1;
      hits = [];
      search(true);
      watch();
    } else search(true);
  };
  const close = (): void => {
    if (!open()) return;
    const held = panel.contains(document.activeElement);
    panel.hidden = true;
    hideHighlights();
    unwatch();
    if (!held) return;
    const cell = hits[at]?.block.id;
    if (back?.isConnected) back.focus({ preventScroll: true });
    else if (cell !== undefined) context.select(cell);
    else root.focus({ preventScroll: true });
  };
  field.addEventListener('input', () => search(true));
  panel.addEventListener('keydown', (event) => {
    const { key } = event;
    if (event.isComposing) return;
    if (key === 'Escape') close();
    else if (key === 'Enter' && event.target === field) {
      if (event.altKey && hits[at]?.block.id !== undefined) enter();
      else step(event.shiftKey ? -1 : 1);
    } else if (key === 'Enter' && event.target === other) {
      if (event.ctrlKey || event.metaKey || event.altKey) replaceEach.click();
      else replaceOne.click();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  /** Closes the panel and puts the caret at what was found. */
  const enter = (): void => {
    const hit = hits[at]!;
    const before = hit.block.text.slice(0, hit.from).split('\n');
    back = undefined;
    close();
    context.go(hit.block.id!, before.length, before.at(-1)!.length + 1);
  };

  // What is drawn anew is marked anew.
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (open()) search(false);
    }, redrawMs);
  };
  const seen = new MutationObserver(later);
  let unsubscribe: (() => void) | undefined;
  const watch = (): void => {
    seen.observe(root, { childList: true, subtree: true, characterData: true });
    unsubscribe = session.subscribe(({ structure, saved }) => {
      if (structure === true || saved === true) later();
    });
  };
  const unwatch = (): void => {
    seen.disconnect();
    unsubscribe?.();
    clearTimeout(timer);
    timer = undefined;
  };

  const takeBack = [
    commands.implement('find', begin),
    commands.implement('find-next', () => step(1)),
    commands.implement('find-previous', () => step(-1)),
  ];
  return () => {
    takeBack.forEach((undo) => undo());
    unwatch();
    hideHighlights();
    panel.remove();
  };
};
