import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { problemsOf } from '../course/exercises.ts';
import { units } from '../course/units.ts';
import { parseNotebook } from '../document/index.ts';
import { main } from './main.ts';
import { unitFiles } from './new.ts';
import { readUnit } from './unit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-new-'));
  vi.stubEnv('INIT_CWD', folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function gradus(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const status = await main(argv).finally(() => {
    stdout.mockRestore();
    stderr.mockRestore();
  });
  return { status, out, err };
}

test('a new unit has three files, its row of the map, and passes `check`', async () => {
  const { status, out } = await gradus('new', 'unit', '3', 'units');
  expect(status).toBe(0);
  expect(out).toContain(join('units', '03-eigen-pca'));
  const made = readUnit('test', join(folder, 'units/03-eigen-pca'));
  expect(made.front).toMatchObject({ id: 'eigen-pca', unit: 3, phase: 1, needs: [1, 2], title: 'Vector Spaces & Eigenvalues', seed: 3 });
  expect(made.stray).toEqual([]);
  const checked = await gradus('check', 'units', '--json');
  expect(checked.status).toBe(0);
  expect(JSON.parse(checked.out)[0]).toMatchObject({ notebook: 'eigen-pca', ok: true, problems: [] });
});

test('what is left to write is named by the rules of `test`', async () => {
  await gradus('new', 'unit', 'matrices-determinants', '.');
  const said = problemsOf(readUnit('test', join(folder, '02-matrices-determinants'))).map(({ message }) => message);
  expect(said).toEqual([
    expect.stringMatching(/^Objective “TODO .* is still a TODO/),
    expect.stringContaining('Exercise first-one has no check'),
    expect.stringContaining('Exercise first-one has no reference'),
    expect.stringContaining('Exercise first-one has no wrong answer'),
    expect.stringContaining('Hint 1 of exercise first-one is still a TODO'),
  ]);
});

test('capstones go by their label; nothing that is there is written over', async () => {
  expect((await gradus('new', 'unit', 'c1', '.')).status).toBe(0);
  const path = join(folder, 'c1-capstone-tool/notebook.md');
  writeFileSync(path, 'mine');
  const again = await gradus('new', 'unit', 'C1', '.');
  expect([again.status, readFileSync(path, 'utf8')]).toEqual([2, 'mine']);
  expect(again.err).toMatch(/c1-capstone-tool has its notebook.md, .* already\. Nothing was written\./);
});

test('every row of the map makes a sound notebook', () => {
  for (const unit of units) {
    const { 'notebook.md': text } = unitFiles(unit);
    const { front, problems } = parseNotebook(text!);
    expect([unit.id, problems, front]).toMatchObject([
      unit.id,
      [],
      { id: unit.id, title: unit.title, unit: unit.number, needs: [...unit.needs] },
    ]);
  }
});
