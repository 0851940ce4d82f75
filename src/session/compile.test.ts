import { expect, test } from 'vitest';
import { analyse } from '../analysis/index.ts';
import { parseNotebook } from '../document/index.ts';
import { compileNotebook } from './compile.ts';

const text =
  '---\ngradus: 1\nid: x\ntitle: X\n---\n# X\n\nSum ${a + b}, and `${no}`.\n\n```ts\nconst a = 1\n```\n\nMore.\n${a}\n\n```ts {id=two}\nconst b = a\n```\n\n```ts\na\n```\n';

test('cells get their analysis and their ids in the order of the file', () => {
  const { compiled, problems } = compileNotebook(parseNotebook(text), analyse);
  expect(compiled.cells.map((c) => [c.id, c.analysis.defines.map((d) => d.name)])).toEqual([
    ['a', ['a']],
    ['two', ['b']],
    ['cell-1', []],
  ]);
  expect(compiled.text).toBe(text);
  expect(problems).toEqual([]);
});

test('expressions in prose stand in the order of the file, with their line', () => {
  expect(compileNotebook(parseNotebook(text), analyse).compiled.prose.map((p) => [p.code, p.line, p.analysis.reads])).toEqual([
    ['a + b', 8, ['a', 'b']],
    ['a', 15, ['a']],
  ]);
});

test('code that was analysed before is not analysed again', () => {
  const { compiled } = compileNotebook(parseNotebook(text), analyse);
  const seen: string[] = [];
  const again = compileNotebook(
    parseNotebook(text.replace('const b = a', 'const b = a + 1')),
    (code, options) => {
      seen.push(code);
      return analyse(code, options);
    },
    compiled,
  );
  expect(seen.filter((code) => code.startsWith('const'))).toEqual(['const b = a + 1']);
  expect(again.compiled.cells[0]!.analysis).toBe(compiled.cells[0]!.analysis);
});

test('a file without gradus: compiles to nothing', () => {
  expect(compileNotebook(parseNotebook('# A\n\n```ts\n1\n```\n\n${a}\n'), analyse).compiled).toMatchObject({ cells: [], prose: [] });
});
