import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applySplice,
  cellsOf,
  expressions,
  frontMatterError,
  identify,
  inlineMath,
  inlineParts,
  overlay,
  parseCompiled,
  parseNotebook,
  printNotebook,
  proseExpressions,
  replaceCode,
  setAttribute,
  type CellBlock,
  type Notebook,
  type Splice,
} from './index.ts';
import { scan } from './scan.ts';

const spec = createRequire(import.meta.url)('commonmark-spec') as {
  tests: { markdown: string; html: string; section: string; number: number }[];
};
const HEAD = '---\ngradus: 1\nid: t\n---\n';
const parse = (body: string): Notebook => parseNotebook(HEAD + body);
/** `language:code` of each cell, on one line. */
const cells = (body: string): string[] => cellsOf(parse(body)).map(({ language, code }) => `${language}:${code}`);
const warnings = (body: string): string[] => parse(body).problems.map(({ line, message }) => `${line} ${message}`);
const seeded = { seed: 7, numRuns: 400 };

const PIECES = [
  '```',
  '```ts\n',
  '```ts {id=a}\n',
  '~~~ js\n',
  '~~~\n',
  '````sql {name=r static}\n',
  '````\n',
  '> ',
  '- ',
  '1. ',
  '  ',
  '    ',
  '\t',
  '<div>\n',
  '</div>',
  '<!-- ',
  '-->',
  '<b>',
  '# h\n',
  '---\n',
  '===\n',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  'const a = 1\n',
  '${x}',
  '$',
  '`',
  '\\',
  'é',
  '\u{1F600}',
  '\u2028',
  '{',
  '}',
  '<details>\n',
  '',
];
const nasty = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''));
const head = fc.constantFrom(
  '',
  HEAD,
  HEAD.replaceAll('\n', '\r\n'),
  `\uFEFF${HEAD}`,
  '---\n',
  '---\ngradus: [\n---\n',
  '---\ngradus: 1\n---',
);
const nastyFile = fc.tuple(head, nasty).map(([front, body]) => front + body);
const nastyNotebook = fc
  .tuple(fc.constantFrom(HEAD, HEAD.replaceAll('\n', '\r\n'), `\uFEFF${HEAD}`), nasty)
  .map(([front, body]) => front + body);

describe('parse and print', () => {
  it('print what they were given, and cover all of it with blocks', () => {
    fc.assert(
      fc.property(nastyFile, (text) => {
        const notebook = parseNotebook(text);
        expect(printNotebook(notebook)).toBe(text);
        let at = notebook.bodyStart;
        for (const block of notebook.blocks) {
          expect(block.start).toBe(at);
          expect(block.end).toBeGreaterThan(at);
          expect(block.line).toBe(text.slice(0, block.start).split(/\r\n|[\r\n]/).length);
          at = block.end;
        }
        expect(at).toBe(text.length);
      }),
      seeded,
    );
  });

  it('find the top-level fences of every example of CommonMark', () => {
    let withFences = 0;
    for (const { markdown, html, number } of spec.tests) {
      const text = markdown.replaceAll('→', '\t');
      const ours = scan(text).fences.filter(({ inside }) => !inside);
      // Top-level code blocks of the expected HTML, less those that come from indentation: exactly ours, in order.
      const stripped = html.replace(/<(blockquote|ul|ol)\b[^]*<\/\1>/g, '');
      const expected = [...stripped.matchAll(/^<pre><code(?: class="language-([^"]*)")?>([^]*?)<\/code><\/pre>/gm)].map(
        ([, language = '', code]) =>
          `${language}|${code!
            .replace(/\n$/, '')
            .replace(/&lt;/g, '<')
            .replace(/&gt;/g, '>')
            .replace(/&quot;/g, '"')
            .replace(/&amp;/g, '&')}`,
      );
      const found = ours.map((fence) => {
        const margin = new RegExp(`^ {0,${fence.opener.search(/[`~]/)}}`);
        const code = text
          .slice(fence.codeStart, fence.codeEnd)
          .split('\n')
          .map((line) => line.replace(margin, ''))
          .join('\n');
        return `${/^\S*/.exec(fence.info)![0]}|${code}`;
      });
      const plain = (items: string[]): string[] => items.map((item) => item.replace(/\n+$/, ''));
      if (/[\\&]/.test(text.split('\n').find((line) => /^\s*[`~]{3}/.test(line)) ?? '')) continue; // escapes in info strings
      if (found.length > 0) withFences++;
      expect(plain(expected), `example ${number}`).toEqual(expect.arrayContaining(plain(found)));
      if (/^(Fenced code blocks)$/.test(spec.tests[number - 1]!.section) && !/^ {4}/m.test(text))
        expect(plain(found), `example ${number}`).toEqual(plain(expected));
    }
    expect(withFences).toBeGreaterThan(20);
  });

  it.each([
    ['a fence after a paragraph', 'text\n```ts\n1\n```\n', ['ts:1']],
    ['tildes, three spaces, longer closing', '   ~~~ js\n1\n~~~~~  \n', ['js:1']],
    ['any case and py', '```TS\n1\n```\n```Py\n2\n```\n', ['ts:1', 'python:2']],
    ['no blank before the braces', '```ts{id=a}\n1\n```', ['ts:1']],
    ['a fence inside of a longer one', '````ts\n```\nx\n```\n````\n', ['ts:```\nx\n```']],
    ['an unclosed fence up to the end', '```ts\n1\n\n2', ['ts:1\n\n2']],
    ['CRLF as LF', '```ts\r\n1\r\n2\r\n```\r\n', ['ts:1\n2']],
    ['a fence in details after a blank line', '<details>\n\n```ts\n1\n```\n</details>\n', ['ts:1']],
    ['a fence beside a list', '- a\n```ts\n1\n```\n', ['ts:1']],
    ['a fence in a list', '- a\n\n  ```ts\n  1\n  ```\n', []],
    ['a fence too far left for its list', '10. a\n\n  ```ts\n1\n```\n', ['ts:1']],
    ['a fence in a quote', '> ```ts\n> 1\n> ```\n', []],
    ['a fence behind a quote, which is not lazy', '> a\n```ts\n1\n```\n', ['ts:1']],
    ['a fence in a comment', '<!--\n\n```ts\n1\n```\n-->\n', []],
    ['a fence in HTML', '<div>\n```ts\n1\n```\n', []],
    ['indented code', '    ```ts\n    1\n    ```\n', []],
    ['backticks in the info string', '```ts ` \n1\n', []],
    ['unknown languages', '```typescript\n1\n```\n```\n2\n```\n', []],
    ['static', '```ts {static}\n1\n```\n', []],
  ])('%s', (_, body, expected) => expect(cells(body)).toEqual(expected));

  it('draw diagrams unless they are static', () => {
    expect(parse('```mermaid\na\n```\n```dot {static}\nb\n```\n').blocks.map(({ kind }) => kind)).toEqual(['diagram', 'prose']);
  });

  it('point at the code and the line of each cell', () => {
    const notebook = parse('# a\n\n```ts {id=x}\nlet y\n```\n');
    const cell = cellsOf(notebook)[0]!;
    expect([notebook.text.slice(cell.codeStart, cell.codeEnd), cell.line, cell.attributes.id]).toEqual(['let y', 7, 'x']);
  });

  it('warn about a runnable language that does not run', () => {
    expect(warnings('- a\n\n  ```py\n  1\n  ```\n')[0]).toContain(
      '7 This python block is inside a list, so it is shown and not run. Move it to the left margin',
    );
    expect(warnings('<!--\n```ts\n```\n-->')[0]).toContain('6 This ts block is inside a comment');
    expect(warnings('<details>\n```ts\n```\n')[0]).toContain('Put a blank line before it');
    expect(warnings('> ```ts {static}\n> ```\n- ```text\n')).toEqual([]);
  });

  it('take no more than linear time for hostile texts of half a megabyte', () => {
    const shapes = [
      '> ',
      '- ',
      '1. ',
      '```\n',
      '`',
      '```ts {',
      '<a ',
      '<!-- ',
      '$',
      '$$',
      '${',
      '${/*',
      '\\',
      '<a b="',
      '- \n',
      ' - a\n\n',
      '[',
      '`` ` ',
      '\t',
      '> - ',
      '*',
      '$a\n\n',
      '<!--\n\n',
      '${`',
      '---\n',
      'a${"\n\n',
    ];
    for (const shape of shapes) {
      const body = shape.repeat(2 ** 19 / shape.length);
      const started = performance.now();
      parse(body);
      parse(`\`\`\`ts ${body.replace(/[\n`]/g, '')}`);
      inlineParts(body);
      // A quadratic walk would take minutes.
      expect(performance.now() - started, JSON.stringify(shape)).toBeLessThan(10_000);
    }
    const large = 'Some prose with ${x} and $y$.\n\n```ts {id=a}\nconst b = 1;\n```\n\n'.repeat(40_000);
    expect(cellsOf(parse(large))).toHaveLength(40_000);
  }, 120_000);
});

describe('front matter', () => {
  const front = (yaml: string): Notebook => parseNotebook(`---\n${yaml}\n---\n\`\`\`ts\n1\n\`\`\`\n`);

  it('is read into known keys, and the rest into extra', () => {
    const { front: read, problems } = front(
      'gradus: 1\nid: u-1\ntitle: T\nopen: run\nseed: 14\npython: 3.12\npass: [{ run: r, metric: m, min: 0.9 }]\nunit: 14\nneeds: [4, 9]\nobjectives:\n  - a b\nfoo: { x: 1 }',
    );
    expect(problems).toEqual([]);
    expect(read).toEqual({
      gradus: 1,
      id: 'u-1',
      title: 'T',
      open: 'run',
      seed: 14,
      python: '3.12',
      pass: [{ run: 'r', metric: 'm', min: 0.9 }],
      unit: 14,
      needs: [4, 9],
      objectives: ['a b'],
      extra: { foo: { x: 1 } },
    });
  });

  it('reports wrong values with their line and keeps the default', () => {
    const { front: read, problems } = front('gradus: 1\nid: a/b\nopen: maybe\nseed: many\npass: [{ run: r }]');
    expect(problems.map(({ line, severity, message }) => [line, severity, message.slice(0, 4)])).toEqual([
      [3, 'warning', 'id: '],
      [4, 'warning', 'open'],
      [5, 'warning', 'seed'],
      [6, 'warning', 'pass'],
    ]);
    expect(read).toMatchObject({ id: '', open: 'wait', pass: [] });
  });

  it('makes no cells without gradus, and no fuss', () => {
    for (const text of [
      '```ts\n1\n```\n',
      '---\ntitle: a\n---\n```ts\n1\n```\n',
      '---\n---\n```ts\n```\n',
      '\n---\ngradus: 1\n---\n```ts\n```\n',
    ]) {
      const notebook = parseNotebook(text);
      expect([notebook.front, cellsOf(notebook).length, notebook.problems.length]).toEqual([undefined, 0, 0]);
    }
  });

  it('is an error where it is no YAML, of a later version, or a bomb', () => {
    const bomb = `gradus: 1\na: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]!},`.repeat(9)}]`).join('\n')}`;
    for (const [yaml, line, words] of [
      ['gradus: [1', 2, 'expected YAML'],
      ['a: 1\ngradus: 2', 3, 'later version'],
      ['gradus: yes', 2, 'Write "gradus: 1"'],
      ['- a', 2, 'key: value'],
      [bomb, 2, 'alias'],
      ['a: {\nb', 2, 'YAML'],
    ] as const) {
      const notebook = front(yaml);
      const error = frontMatterError(notebook);
      expect(error?.message).toContain(words);
      expect(error?.line).toBeGreaterThanOrEqual(line);
      expect(cellsOf(notebook)).toEqual([]);
    }
    expect(frontMatterError(front('gradus: 1\nid: a'))).toBeUndefined();
  });

  it('pollutes no prototype', () => {
    const { extra } = front('gradus: 1\n__proto__: { polluted: 1 }\nconstructor: 2').front!;
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(extra)).toBe(Object.prototype);
    const { other } = cellsOf(parse('```ts {__proto__=x constructor=y}\n```\n'))[0]!.attributes;
    expect(Object.keys(other)).toEqual(['__proto__', 'constructor']);
  });

  it('can be given already read', () => {
    const notebook = parse('a\n\n```ts\n1\n```\n');
    expect(parseCompiled(notebook.text, notebook.front)).toEqual(notebook);
  });
});

describe('attributes', () => {
  const read = (braces: string): { attributes: CellBlock['attributes']; messages: string[] } => {
    const notebook = parse(`\`\`\`ts {${braces}}\n\`\`\`\n`);
    return { attributes: cellsOf(notebook)[0]!.attributes, messages: notebook.problems.map(({ message }) => message) };
  };

  it('are read with their defaults', () => {
    expect(read('')).toEqual({ attributes: { run: 'auto', static: false, other: {} }, messages: [] });
    expect(read('id=loss run=manual hide=code name=rows exercise=dot check=c jsx=react db=sqlite')).toEqual({
      messages: [],
      attributes: {
        id: 'loss',
        run: 'manual',
        hide: 'code',
        name: 'rows',
        exercise: 'dot',
        check: 'c',
        static: false,
        other: { jsx: 'react', db: 'sqlite' },
      },
    });
  });

  it('report what is unknown or wrong, and keep the default', () => {
    expect(read('runn=manual key="a } b"')).toMatchObject({ attributes: { run: 'auto', other: { runn: 'manual', key: 'a } b' } } });
    expect(read('runn=manual').messages[0]).toMatch(/^Attribute runn is unknown\. Did you mean run\? Known are: id, run/);
    expect(read('run=sometimes')).toMatchObject({
      attributes: { run: 'auto' },
      messages: ['Attribute run: expected auto, manual, once, off, got "sometimes". It is ignored until it is changed.'],
    });
    expect(warnings('```ts {id=a\n```\n')[0]).toContain('expected a closing }');
  });
});

describe('identify', () => {
  const ids = (...names: string[]): readonly string[] =>
    identify(
      names.map((name) => {
        const [id, firstValue] = name.split('/');
        return { attributes: { ...(id && { id }), run: 'auto' as const, static: false, other: {} }, ...(firstValue && { firstValue }) };
      }),
    ).ids;

  it('takes the written id, else the first value, else a number among those without', () => {
    expect(ids('a', '/x', '/', 'b/y', '/')).toEqual(['a', 'x', 'cell-1', 'b', 'cell-2']);
  });
  it('renames the later of two that clash', () => {
    expect(ids('a', '/a', 'a', 'a-2', 'cell-1', '/')).toEqual(['a', 'a-2', 'a-3', 'a-2-2', 'cell-1', 'cell-1-2']);
  });
  it('warns only where both were written', () => {
    const warn = (body: string): number =>
      identify(cellsOf(parse(body)).map((cell) => ({ ...cell, firstValue: cell.code }))).problems.length;
    expect([
      warn('```ts {id=a}\n```\n```ts {id=a}\n```\n'),
      warn('```ts {id=a}\n```\n```ts\na\n```\n'),
      warn('```ts\na\n```\n```ts {id=a}\n```\n'),
    ]).toEqual([1, 0, 0]);
  });
});

describe('edits', () => {
  const pick = (notebook: Notebook, number: number): number => number % cellsOf(notebook).length;
  const code = fc
    .array(fc.constantFrom('a', '\n', '```', '~~~', '````', ' ', '```ts', 'x = `y`', '\t', '- '), { maxLength: 8 })
    .map((parts) => parts.join(''));
  const sources = (notebook: Notebook): string[] => cellsOf(notebook).map((cell) => notebook.text.slice(cell.start, cell.end));
  const change = (notebook: Notebook, splice: Splice): Notebook => {
    const done = applySplice(notebook, splice);
    expect(done.notebook).toEqual(parseNotebook(done.notebook.text));
    expect(applySplice(done.notebook, done.inverse).notebook).toEqual(notebook);
    return done.notebook;
  };
  const forEachCell = (test: (notebook: Notebook, index: number, code: string) => void): void => {
    fc.assert(
      fc.property(nastyNotebook, fc.nat(), code, (text, number, newCode) => {
        const notebook = parseNotebook(text);
        if (cellsOf(notebook).length > 0) test(notebook, pick(notebook, number), newCode);
      }),
      { ...seeded, numRuns: 600 },
    );
  };

  it('replace the code of one cell and no other byte', () => {
    forEachCell((notebook, index, newCode) => {
      const cell = cellsOf(notebook)[index]!;
      const edited = change(notebook, replaceCode(notebook, index, newCode));
      const after = cellsOf(edited)[index]!;
      expect(after.code.replaceAll('\r', '\n')).toBe(newCode);
      expect([after.language, after.attributes]).toEqual([cell.language, cell.attributes]);
      expect(edited.text.slice(0, cell.start)).toBe(notebook.text.slice(0, cell.start));
      expect(edited.text.slice(after.end)).toBe(notebook.text.slice(cell.end));
      expect(sources(edited).toSpliced(index, 1)).toEqual(sources(notebook).toSpliced(index, 1));
    });
  });
  it('set and remove attributes', () => {
    const set = (info: string, ...change: [string, string | true | undefined]): string => {
      const notebook = parse(`\`\`\`${info}\n1\n\`\`\`\n`);
      return applySplice(notebook, setAttribute(notebook, 0, ...change))
        .notebook.text.split('\n')[4]!
        .slice(3);
    };
    expect(set('ts', 'id', 'a')).toBe('ts {id=a}');
    expect(set('ts {run=manual  hide=code}', 'run', 'off')).toBe('ts {run=off  hide=code}');
    expect(set('ts {run=manual}', 'id', 'a b')).toBe('ts {run=manual id="a b"}');
    expect(set('ts{}', 'static', true)).toBe('ts{static}');
    expect(set('ts {id=a run=off}', 'id', undefined)).toBe('ts {run=off}');
    expect(set('ts {id=a run=off}', 'run', undefined)).toBe('ts {id=a}');
    expect(set('ts {id=a}', 'id', undefined)).toBe('ts');
    expect(set('ts {id=a}', 'run', undefined)).toBe('ts {id=a}');
  });
  it('keep CRLF, indentation and the fence, and lengthen it where needed', () => {
    const notebook = parse('  ~~~ ts {id=a}\r\n1\r\n  ~~~\r\nend');
    expect(change(notebook, replaceCode(notebook, 0, 'a\nb')).text).toBe(`${HEAD}  ~~~ ts {id=a}\r\na\r\nb\r\n  ~~~\r\nend`);
    expect(change(notebook, replaceCode(notebook, 0, '~~~')).text).toBe(`${HEAD}  ~~~~ ts {id=a}\r\n~~~\r\n  ~~~~\r\nend`);
  });
});

describe('overlay', () => {
  const fence = (words: string): string =>
    words
      .split(' ; ')
      .map((cell) => {
        const [info, code] = cell.split(':');
        return `\`\`\`ts {${info}}\n${code}\n\`\`\`\n`;
      })
      .join('\n');
  const lay = (base: string, ...over: string[]): string[] =>
    overlay(
      parse(fence(base)),
      over.map((text) => parse(fence(text))),
      ({ code }) => /\bdef (\w+)/.exec(code)?.[1],
    ).map(({ id, origin, block }) => `${id}@${origin} ${block.code}`);

  it('replaces by id and appends what is new', () => {
    expect(lay('id=a:1 ; :def b', 'id=b:2 ; id=c:3', 'id=c:4')).toEqual(['a@base 1', 'b@0 2', 'c@1 4']);
  });
  it('puts solutions in the place of starters, checks at the end, and skips wrong ones and answers', () => {
    expect(
      lay(
        'exercise=dot:def dot ; id=x:use ; exercise=dot:def more',
        'wrong=dot:def dot ; solution=dot:def dot S ; answer=dot:def dot',
        'check=dot:def dot C ; check=dot:c',
      ),
    ).toEqual(['dot@0 def dot S', 'x@base use', 'dot-2@1 def dot C', 'cell-1@1 c']);
    expect(lay('exercise=e:1 ; id=z:2', 'solution=e:3 ; solution=e:4 ; solution=f:5')).toEqual([
      'cell-1@0 3',
      'cell-2@0 4',
      'z@base 2',
      'cell-3@0 5',
    ]);
    expect(lay('exercise=e:1 ; id=z:2', 'solution=e:3', 'solution=e:4')).toEqual(['cell-1@1 4', 'z@base 2']);
  });
});

describe('prose', () => {
  const found = (markdown: string): string[] =>
    expressions(markdown).map(({ start, end, code }) => {
      expect(markdown.slice(start, end)).toBe(`\${${code}}`);
      return code;
    });
  it.each([
    ['a ${x} b ${y.toFixed(3)}', ['x', 'y.toFixed(3)']],
    ['\\${x} and \\\\${y}', ['y']],
    ['`${x}` ``a ` ${x}`` ${y}', ['y']],
    ['a ` b ${x}', ['x']],
    ['```\n${x}\n```\n\n    ${x}\n\n- ```\n  ${x}\n  ```\n\n${y}', ['y']],
    ['<!-- ${x} -->\n\na <!-- ${x} --> ${y} <b title="${x}">${z}</b>', ['y', 'z']],
    ['$a ${x}$ and $$b ${x}$$ ${y}', ['y']],
    ['it costs $5 and ${x}, or $6', ['x']],
    ['was $5, is$${x}', ['x']],
    ['${[1].map((a) => ({ b: `}${"}" + \'`\'}` })).length}', ['[1].map((a) => ({ b: `}${"}" + \'`\'}` })).length']],
    ['${ unclosed and ${x}', ['x']],
    ['${} ${ }', []],
    ['# ${a}\n> ${b}\n\n| a |\n|---|\n| ${c} |\n\n<div>${d}</div>', ['a', 'b', 'c', 'd']],
    ['a ` b\n\n${x} ` c', ['x']],
  ])('finds the expressions of %j', (markdown, expected) => expect(found(markdown)).toEqual(expected));

  it.each([
    ['$x$ and $y_1 + z$', ['x', 'y_1 + z']],
    ['$5 and $6\n\n$ x$\n\n$x $\n\n$1$2', []],
    ['$$a\nb$$ $c$', ['a\nb', 'c']],
    ['`$x$` \\$x$ $a\\$b$', ['a\\$b']],
    ['$a `b$` $', []],
  ])('finds the math of %j', (markdown, expected) => expect(inlineMath(markdown).map(({ code }) => code)).toEqual(expected));

  it('numbers the expressions of a whole file', () => {
    const notebook = parse('a\n${x}\n\n```ts\n`${y}`\n```\nb\n\n${z} ${w}\n');
    expect(proseExpressions(notebook).map(({ code, line, start }) => [code, line, notebook.text.slice(start, start + 3)])).toEqual([
      ['x', 6, '${x'],
      ['z', 13, '${z'],
      ['w', 13, '${w'],
    ]);
    expect(proseExpressions(parseNotebook('${x}'))).toEqual([]);
  });

  it('gives parts in order that do not overlap', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        let at = 0;
        for (const { start, end } of inlineParts(text)) {
          expect(start).toBeGreaterThanOrEqual(at);
          at = end;
        }
        expect(at).toBeLessThanOrEqual(text.length);
      }),
      seeded,
    );
  });
});
