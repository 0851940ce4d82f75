import { expect, test } from 'vitest';
import { cellForFile, nameFor } from './gaps-files.ts';

/** What a script with the made cell's code leaves in `name`, and what its `html` got. */
function run(code: string, name: string): { value: unknown; html: { parts: readonly string[]; values: readonly unknown[] } | undefined } {
  let html: { parts: readonly string[]; values: readonly unknown[] } | undefined;
  const tag = (parts: readonly string[], ...values: unknown[]): void => void (html = { parts, values });
  const value: unknown = new Function('html', `'use strict';${code}\nreturn ${name}`)(tag);
  return { value, html };
}

test('a name of a file gives a name that a variable can have', () => {
  for (const file of ['for.csv', 'await.txt', 'null.json', 'let.txt', 'arguments.csv', '2024 sales.csv', 'my-data.csv', '…'])
    expect(() => new Function(`'use strict'; const ${nameFor(file, new Set())} = 1`)).not.toThrow();
  expect(nameFor('my-data.csv', new Set())).toBe('myData');
  expect(nameFor('for.csv', new Set(['for2']))).toBe('for3');
});

test.each(['a `tick`.png', 'a ${1 + 1}.png', 'a "quoted".png', "it's \\.png", 'two\nlines.png'])(
  'a picture called %s keeps its name',
  async (file) => {
    const { code } = await cellForFile(new File([new Uint8Array([1, 2])], file, { type: 'image/png' }), new Set());
    const name = /^const ([\w$]+)/.exec(code)![1]!;
    const { value, html } = run(code, name);
    expect(value).toBe('data:image/png;base64,AQI=');
    expect(html?.values).toEqual([value, file.replace('\n', ' ')]);
    expect(html?.parts).toEqual(['<img src="', '" alt="', '">']);
  },
);

test('a text with ticks and holes stands in the cell as it is', async () => {
  const { code } = await cellForFile(new File(['a `b` ${c} \\d\n'], 'with.txt'), new Set());
  expect(run(code, 'with2').value).toBe('a `b` ${c} \\d');
});
