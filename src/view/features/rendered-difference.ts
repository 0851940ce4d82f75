/* Two texts of a notebook drawn as what changed between them, as the page looks: paragraphs with their formulas, cells with their code.
   Pieces that are the same are folded to a count; of one that changed the words that went and came are marked where they stand. A
   screen reader hears deletions and insertions, and what became of each piece. */

import './rendered-difference.css';
import { loadColours, matchPieces, piecesOf, type Match, type Piece } from '../../session/pieces.ts';
import { h, type Child } from '../dom.ts';
import { setMarkup } from '../markup.ts';
import { prepare, renderedDiagram, renderProse } from '../prose-markup.ts';
import { highlight } from '../static/highlight.ts';
import { plural } from '../words.ts';
import { drawDifference } from './difference.ts';
import { markWords } from './rendered-difference-words.ts';

type Colours = Awaited<ReturnType<typeof loadColours>>;

/** What is drawn of a difference at most, in pieces. */
const mostPieces = 400;

/** Resolves when it can be seen as it is; formulas and colours are loaded where there are some. */
export async function drawRendered(from: string, to: string): Promise<HTMLElement> {
  const [[was, is], colours] = await Promise.all([Promise.all([piecesOf(from), piecesOf(to)]), loadColours(), prepare(from + to)]);
  const drawn: Child[] = [];
  let same = 0,
    heading = '',
    count = 0;
  const fold = (): void => {
    if (same > 0) drawn.push(h('p', { class: 'skipped' }, plural(same, 'equal block'), heading && `, to “${heading}”`));
    same = 0;
  };
  for (const match of matchPieces(was, is)) {
    if (match.kind === 'same') {
      same++;
      heading = /^#{1,4} +(.+)/.exec(match.is.key)?.[1]?.replace(/[*_`$]/g, '') ?? heading;
      continue;
    }
    fold();
    if (count++ < mostPieces) drawn.push(drawMatch(match, colours));
  }
  if (count > 0) {
    heading = '';
    fold();
  }
  if (count > mostPieces) drawn.push(h('p', { class: 'skipped' }, `${plural(count - mostPieces, 'more change')} not shown`));
  return h('div', { class: 'page-diff', tabindex: '0', role: 'group', 'aria-label': 'What differs, as the page shows it' }, ...drawn);
}

/** One Markdown text as the page shows it, without marks. */
export async function drawText(text: string): Promise<HTMLElement> {
  const [pieces, colours] = await Promise.all([piecesOf(text), loadColours(), prepare(text)]);
  return h('div', { class: 'page-diff plain' }, ...pieces.map((piece) => drawPiece(piece, colours)));
}

const says = { changed: 'Changed', added: 'Added', deleted: 'Deleted', moved: 'Moved' } as const;

function drawMatch(match: Exclude<Match, { kind: 'same' }>, colours: Colours): HTMLElement {
  const piece = match.kind === 'deleted' ? match.was : match.is;
  const name = nameOf(piece);
  const word = match.kind === 'moved' ? `Moved ${match.down ? 'down' : 'up'}` : says[match.kind];
  const content =
    match.kind === 'changed'
      ? drawChange(match.was, match.is, colours)
      : match.kind === 'moved'
        ? drawPiece(piece, colours)
        : h(match.kind === 'added' ? 'ins' : 'del', { class: 'whole' }, drawPiece(piece, colours));
  return h(
    'div',
    { class: `piece ${match.kind}`, role: 'group', 'aria-label': `${word}: ${name}` },
    h('p', { class: 'became', 'aria-hidden': 'true' }, h('b', {}, word), ` ${name}`),
    content,
  );
}

function nameOf({ kind, id, exercise, language, key }: Piece): string {
  if (kind === 'front') return 'front matter';
  if (kind === 'prose') return /^#{1,6} /.test(key) ? 'heading' : /^([-*+]|\d+[.)]) /.test(key) ? 'list' : 'paragraph';
  if (kind === 'diagram') return `${language} diagram`;
  return id !== undefined ? `cell ${id}` : exercise !== undefined ? `exercise ${exercise.replaceAll('-', ' ')}` : `${language} cell`;
}

function drawPiece(piece: Piece, colours: Colours): HTMLElement {
  const { kind, key, code = '', language = '', values = [] } = piece;
  if (kind === 'front') return h('pre', { class: 'source' }, key);
  if (kind === 'cell') {
    const pre = h('pre', {});
    setMarkup(pre, highlight(code, colours(code, language), new Map()));
    return h('div', { class: 'code' }, pre);
  }
  const box = h('div', { class: 'as-page' });
  if (kind === 'diagram') box.append(...renderedDiagram(language, code));
  else {
    const block = { key: 0, kind, text: key, prose: 0, values } as const;
    box.append(...renderProse(block, { opening: false, sections: undefined, ids: new Set() }).pieces);
    for (const live of box.querySelectorAll<HTMLElement>('[data-value]')) {
      const value = values[Number(live.dataset['value'])];
      live.replaceWith(h('code', {}, value ? key.slice(value.start, value.end) : ''));
    }
  }
  for (const element of box.querySelectorAll<HTMLElement>('[id], [data-prose]')) {
    element.removeAttribute('id'); // they are the page's
    delete element.dataset['prose'];
  }
  return box;
}

function drawChange(was: Piece, is: Piece, colours: Colours): HTMLElement {
  if (is.kind === 'cell' || is.kind === 'front') {
    const fence = (piece: Piece): string => (piece.kind === 'cell' ? piece.key.split('\n', 1)[0]! : '');
    const whole = fence(was) !== fence(is) || is.kind === 'front';
    const { element } = whole ? drawDifference(was.key, is.key) : drawDifference(was.code ?? '', is.code ?? '');
    element.removeAttribute('tabindex');
    element.setAttribute('aria-label', `Lines of ${nameOf(is)}`);
    return h('div', { class: 'lines' }, element);
  }
  const before = drawPiece(was, colours),
    after = drawPiece(is, colours);
  if (is.kind === 'prose') {
    const found = markWords(before, after);
    if (found === 'marked') return after;
    if (found === 'same') return h('div', {}, after, h('p', { class: 'quiet' }, 'The words are the same; how they are set has changed.'));
  }
  return h('div', {}, h('del', { class: 'whole' }, before), h('ins', { class: 'whole' }, after));
}
