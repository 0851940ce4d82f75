import { describe, expect, test } from 'vitest';
import { matchPieces, piecesOf } from './pieces.ts';
import { planUpdate } from './updating.ts';

const head = '---\ngradus: 1\nid: u\ntitle: U\n---\n\n';
const cell = (code: string, attributes = ''): string => `\`\`\`ts${attributes}\n${code}\n\`\`\`\n`;
const unit = (...parts: string[]): string => head + parts.join('\n');

describe('pieces of a text', () => {
  test('are the whole of it, and keep a fence, a fold and a list with its parts together', async () => {
    const text = unit(
      '# Title\n\nOne\ntwo\n',
      cell('const a = 1', ' {id=a}'),
      '~~~\nplain\n\nfence\n~~~\n\n<details><summary>More</summary>\n\nfolded\n\n</details>\n\n- item\n\n  below it\n\nlast\n',
      cell('a'),
    );
    for (const one of [text, text.replaceAll('\n', '\r\n'), `${text}\n\n\n`, 'no front\n\nmatter', ''])
      expect((await piecesOf(one)).map((piece) => piece.text).join('')).toBe(one);
    expect((await piecesOf(text)).map(({ kind, key }) => `${kind} ${key.split('\n')[0]}`)).toEqual([
      'front ---',
      'prose # Title',
      'prose One',
      'cell ```ts {id=a}',
      'prose ~~~',
      'prose <details><summary>More</summary>',
      'prose - item',
      'prose last',
      'cell ```ts',
    ]);
  });

  test('are told apart as same, changed, added, deleted and moved', async () => {
    const was = unit(
      'Alpha is the first one.\n',
      cell('const a = 1', ' {id=a}'),
      'Goes away.\n',
      'Middle.\n',
      'Also middle.\n',
      'Last one.\n',
    );
    const is = unit(
      'Alpha is the very first one.\n',
      'Middle.\n',
      'Also middle.\n',
      'Brand new words here.\n',
      'Last one.\n',
      cell('const a = 1', ' {id=a}'),
    );
    const matches = matchPieces(await piecesOf(was), await piecesOf(is));
    expect(matches.map((match) => `${match.kind}${match.kind === 'moved' ? (match.down ? ' down' : ' up') : ''}`)).toEqual([
      'same',
      'changed',
      'deleted',
      'same',
      'same',
      'added',
      'same',
      'moved down',
    ]);
  });
});

describe('an update of a copy', () => {
  const base = unit('First words.\n', 'Second paragraph here.\n', cell('// your code', ' {exercise=dot id=dot}'), 'The end.\n');

  test('takes what only one side changed, in any place, and asks nothing', async () => {
    const mine = base.replace('First words', 'My first words').replace('The end.\n', 'The end.\n\nMy note.\n');
    const theirs = base.replace('Second paragraph', 'Second, better paragraph').replace('The end.', 'The very end.');
    const update = await planUpdate(base, mine, theirs);
    expect(update.clashes).toEqual([]);
    expect(update.text()).toBe(mine.replace('Second paragraph', 'Second, better paragraph').replace('The end.', 'The very end.'));
  });

  test('joins two changes of one paragraph that touch different words', async () => {
    const update = await planUpdate(base, base.replace('Second', '2nd'), base.replace('here', 'there'));
    expect(update.clashes).toEqual([]);
    expect(update.text()).toBe(base.replace('Second paragraph here', '2nd paragraph there'));
  });

  test('leaves what both changed to the reader: mine, theirs or both', async () => {
    const mine = base.replace('First words', 'My opening'),
      theirs = base.replace('First words', 'Their beginning');
    const update = await planUpdate(base, mine, theirs);
    expect(update.clashes).toMatchObject([{ base: 'First words.\n\n', mine: 'My opening.\n\n', theirs: 'Their beginning.\n\n' }]);
    expect(update.text()).toBe(mine);
    expect(update.text(['theirs'])).toBe(theirs);
    expect(update.text(['both'])).toBe(base.replace('First words.', 'Their beginning.\n\nMy opening.'));
  });

  test('keeps the code of an answered exercise, and takes what else is new around it and on its fence', async () => {
    const mine = base.replace('// your code', 'const dot = () => 1\n\ndot()');
    const theirs = base.replace('// your code', '// write it here').replace('id=dot}', 'id=dot run=manual}').replace('The end', 'An end');
    const update = await planUpdate(base, mine, theirs);
    expect(update.clashes).toEqual([]);
    expect(update.text()).toBe(mine.replace('id=dot}', 'id=dot run=manual}').replace('The end', 'An end'));
  });

  test('takes the new starter of an exercise that was not begun', async () => {
    const update = await planUpdate(base, base.replace('First', '1st'), base.replace('// your code', '// write it here'));
    expect(update.text()).toBe(base.replace('First', '1st').replace('// your code', '// write it here'));
  });

  test('never drops an answer, not where the exercise is gone or stands elsewhere', async () => {
    const answer = 'const dot = () => 1';
    const mine = base.replace('// your code', answer);
    const gone = await planUpdate(base, mine, unit('First words.\n', 'Second paragraph here.\n', 'The end.\n'));
    for (const choice of ['mine', 'theirs', 'both'] as const) expect(gone.text([choice])).toContain(answer);
    const elsewhere = await planUpdate(
      base,
      mine,
      unit(cell('// new start', ' {exercise=dot id=dot}'), 'First words.\n', 'Second paragraph here.\n', 'The end.\n'),
    );
    expect(elsewhere.text().split(answer)).toHaveLength(2);
    expect(elsewhere.text()).not.toContain('// new start');
  });

  test('of a copy that is as it was is the new text', async () => {
    const theirs = unit('Wholly other.\n', cell('1'));
    expect((await planUpdate(base, base, theirs)).text()).toBe(theirs);
  });
});
