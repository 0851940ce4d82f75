/* Runs as files out and in, over the store, with the texts of the notebooks that they ran in: curves are read a few runs at a time, so a thousand runs do not stand in memory twice. */

import type { Store } from '../../store/types.ts';
import { plural } from '../words.ts';
import { curvesCsv, curvesHead, runJson, runsCsv } from './export.ts';
import { readRuns } from './import.ts';
import type { Row } from './rows.ts';

export interface File_ {
  readonly parts: readonly string[];
  readonly name: string;
  readonly type: string;
}

const atOnce = 8;

/** The file that Export gives. */
export async function fileOf(what: 'json' | 'runs' | 'curves', rows: readonly Row[], store: Store): Promise<File_> {
  const curves = await store.curves();
  const parts: string[] = [];
  const steps = new Map<string, number>();
  const written = new Set<string>();
  for (let i = 0; i < rows.length; i += atOnce) {
    const some = rows.slice(i, i + atOnce);
    const found = await curves.of(some.map(({ run }) => run.id));
    for (const [k, row] of some.entries()) {
      const metrics = found[k] ?? {};
      if (what === 'json') {
        const { hash, text: own } = row.run.environment;
        const key = `${row.run.notebook}\n${hash ?? own}`;
        const text = written.has(key) ? undefined : await store.runText(row.run);
        if (text !== undefined) written.add(key);
        parts.push(parts.length === 0 ? '[\n' : ',\n', runJson(row, metrics, text));
      }
      if (what === 'curves') parts.push(curvesCsv(row, metrics));
      if (what === 'runs') steps.set(row.run.id, Math.max(0, ...Object.values(metrics).map((metric) => (metric.steps.at(-1) ?? -1) + 1)));
    }
  }
  if (what === 'json') return { parts: [...(parts.length === 0 ? ['['] : parts), '\n]\n'], name: 'runs.json', type: 'application/json' };
  if (what === 'curves') return { parts: [curvesHead, ...parts], name: 'curves.csv', type: 'text/csv' };
  return { parts: [runsCsv(rows, (id) => steps.get(id))], name: 'runs.csv', type: 'text/csv' };
}

export interface Taken {
  readonly ids: readonly string[];
  /** What came of it, in a sentence. */
  readonly words: string;
}

/** Takes in the runs of a file. Rejects, with nothing changed, where it is none. */
export async function takeFile(file: Blob, store: Store): Promise<Taken> {
  const { incoming, texts, known, renewed } = readRuns(await file.text(), await store.runs());
  if (incoming.length > 0) await (await store.curves()).add(incoming, texts);
  const words = [
    incoming.length === 0 ? 'No run is new.' : `${plural(incoming.length, 'run')} imported.`,
    known > 0 ? `${plural(known, 'run is', 'runs are')} here already.` : '',
    renewed > 0 ? `${plural(renewed, 'id was', 'ids were')} taken and ${renewed === 1 ? 'is' : 'are'} new now.` : '',
  ];
  return { ids: incoming.map(({ run }) => run.id), words: words.filter(Boolean).join(' ') };
}
