import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const wrong: readonly (readonly [argv: readonly string[], port: string | undefined, words: RegExp])[] = [
  [['--fast'], undefined, /unknown argument "--fast"/],
  [['--port'], undefined, /--port: expected a port/],
  [['--port', 'eighty'], undefined, /got "eighty"/],
  [['--port=99999'], undefined, /0 to 65535/],
  [[], 'many', /PORT: expected a port/],
];
for (const [argv, port, words] of wrong) {
  test(`npm start -- ${argv.join(' ')}${port === undefined ? '' : ` with PORT=${port}`} is refused in one line with status 2`, () => {
    const { PORT: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [`${import.meta.dirname}/start.mjs`, ...argv], {
      encoding: 'utf8',
      env: port === undefined ? env : { ...env, PORT: port },
    });
    expect({ status, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ status: 2, stdout: '', lines: 1 });
    expect(stderr).toMatch(words);
    expect(stderr).toContain('npm start -- [--port N] [--no-isolation]');
  });
}
