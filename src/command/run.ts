/* `gradus run FILE...`: evaluates notebooks in the built app, in headless Chromium, and reports as JSON or to read.
   Everything about the arguments is judged here first, before a browser starts; the page (src/headless.ts) does the rest. */

import { dirname } from 'node:path';
import type { CellResult, Job, JobResult } from '../headless.ts';
import { type HeadlessSite, openSite } from './headless.ts';
import { type Loaded, load } from './load.ts';
import { readable } from './report.ts';
import { UsageError, pathOf, readArguments } from './usage.ts';

/** One cell of the report: what the page measured, and where the file has it. */
export interface CellRecord extends CellResult {
  readonly language: string;
  readonly line: number;
}

/** The report of one notebook, as notebook.md 4 and docs/run.schema.json describe it. */
export interface RunRecord {
  readonly notebook: string;
  readonly file: string;
  readonly backend: string;
  readonly adapter: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly cells: readonly CellRecord[];
  readonly values: unknown;
  readonly runs: readonly unknown[];
  readonly checks: readonly unknown[];
}

const backends = ['webgpu', 'wasm', 'js'] as const;

export async function run(argv: readonly string[]): Promise<number> {
  const {
    names: files,
    on,
    values,
  } = readArguments('run', argv, ['--json', '--no-isolation'], ['--backend', '--set', '--overlay', '--cells', '--timeout']);
  if (!files.length) throw new UsageError('gradus run: no FILE given. Name one or more notebooks.');
  const backend = readBackend(values.get('--backend')?.at(-1));
  const timeoutMs = readTimeout(values.get('--timeout')?.at(-1));
  const set = Object.fromEntries((values.get('--set') ?? []).map(readSetting));
  const cells = values.get('--cells')?.flatMap((list) =>
    list
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean),
  );
  if (cells && !cells.length) throw new UsageError('gradus run: --cells: expected ids of cells such as a,b, got none.');
  const loaded = files.map((file) => load('run', file, values.get('--overlay') ?? [], Object.keys(set)));
  for (const notebook of loaded) demandKnown(notebook, Object.keys(set), cells ?? []);

  const site = await openSite({ folders: loaded.map(({ file }) => dirname(pathOf(file))), isolation: !on.has('--no-isolation') });
  try {
    const records: RunRecord[] = [];
    for (const [index, notebook] of loaded.entries()) {
      const job: Job = {
        compiled: notebook.compiled,
        folder: site.folder(index),
        set,
        timeoutMs,
        ...(cells ? { cells } : {}),
        ...(backend ? { backend } : {}),
      };
      const record = assemble(notebook, await evaluate(site, job, notebook.file));
      records.push(record);
      if (!on.has('--json')) process.stdout.write(readable(record));
    }
    if (on.has('--json')) process.stdout.write(`${JSON.stringify(records.length === 1 ? records[0] : records, null, 2)}\n`);
    return records.every((record) => record.ok) ? 0 : 1;
  } finally {
    await site.close();
  }
}

async function evaluate(site: HeadlessSite, job: Job, file: string): Promise<JobResult> {
  const result = await site.ask<JobResult>('runNotebook', job, file);
  if (result.refused) throw new Error(`${file}: ${result.refused}`);
  for (const notice of result.notices as { name: string; message: string }[])
    process.stderr.write(`${file}: ${notice.name}: ${notice.message}\n`);
  return result;
}

function assemble(notebook: Loaded, result: JobResult): RunRecord {
  const places = new Map(notebook.cells.map((cell) => [cell.id, cell]));
  const cells = result.cells.map(({ id, ...rest }): CellRecord => ({
    id,
    language: places.get(id)?.language ?? 'ts',
    line: places.get(id)?.line ?? 0,
    ...rest,
  }));
  const { backend, adapter, ms, values, runs, checks } = result;
  return {
    notebook: notebook.id,
    file: notebook.file,
    backend,
    adapter,
    ok: cells.every((cell) => cell.state !== 'error'),
    ms,
    cells,
    values,
    runs,
    checks,
  };
}

/* ---- arguments ---- */

function demandKnown(notebook: Loaded, names: readonly string[], ids: readonly string[]): void {
  const name = names.find((name) => !notebook.names.has(name));
  if (name !== undefined)
    throw new UsageError(
      `gradus run: --set ${name}: no cell of ${notebook.file} defines "${name}". It defines ${listed([...notebook.names])}.`,
    );
  const id = ids.find((id) => !notebook.cells.some((cell) => cell.id === id));
  if (id !== undefined)
    throw new UsageError(
      `gradus run: --cells ${id}: ${notebook.file} has no cell "${id}". It has ${listed(notebook.cells.map((cell) => cell.id))}.`,
    );
}

function listed(names: readonly string[]): string {
  if (!names.length) return 'none';
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
}

function readBackend(text: string | undefined): Job['backend'] {
  const backend = backends.find((name) => name === text);
  if (text !== undefined && !backend) throw new UsageError(`gradus run: --backend: expected webgpu, wasm or js, got "${text}".`);
  return backend;
}

function readTimeout(text: string | undefined): number {
  const seconds = text === undefined ? 60 : Number(text);
  if (text?.trim() === '' || !(seconds > 0) || !Number.isFinite(seconds))
    throw new UsageError(`gradus run: --timeout: expected seconds above 0, got "${text}".`);
  return seconds * 1000;
}

function readSetting(text: string): [name: string, value: unknown] {
  const equals = text.indexOf('=');
  const name = text.slice(0, equals).trim();
  if (equals < 1) throw new UsageError(`gradus run: --set: expected NAME=JSON, got "${text}".`);
  try {
    return [name, JSON.parse(text.slice(equals + 1)) as unknown];
  } catch {
    throw new UsageError(
      `gradus run: --set ${name}: expected JSON behind the "=", got "${text.slice(equals + 1)}". A string needs its quotes: --set '${name}="text"'.`,
    );
  }
}
