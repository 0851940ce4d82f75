/* Predictions of one notebook between engine and store: what was committed before, and what is committed now. Without a store they
   last as long as the session. */

import { optional } from '../base/optional.ts';
import type { KeptPredictions, Report } from '../engine/protocol.ts';
import type { Store, StoredPrediction } from '../store/types.ts';

export interface PredictionsOptions {
  readonly store: Promise<Pick<Store, 'mastery' | 'saveMastery'>> | undefined;
  /** There were none before. */
  readonly nothingStored: boolean;
  /** Id of the notebook. */
  readonly notebook: () => string;
  readonly now: () => number;
  readonly failed: (error: unknown) => void;
  /** All is kept. */
  readonly worked: () => void;
}

export interface Predictions {
  /** What an engine asks when a cell first wants to predict. */
  kept(): Promise<KeptPredictions>;
  /** Takes what was told, and keeps all that is not kept yet. Resolves also when that failed (`failed` was told). */
  record(told: Predicted[]): Promise<void>;
}

export type Predicted = Extract<Report, { kind: 'predicted' }>;

export function createPredictions({ store, nothingStored, notebook, now, failed, worked }: PredictionsOptions): Predictions {
  const own = new Map<string, StoredPrediction>();
  /** What of it no write has been acknowledged of. */
  const unsaved = new Set<StoredPrediction>();
  return {
    async kept() {
      let all: readonly StoredPrediction[] = [];
      try {
        const records = nothingStored ? [] : ((await (await store)?.mastery()) ?? []);
        all = records.filter((record): record is StoredPrediction => record.kind === 'prediction');
      } catch {
        /* the store cannot be read: what this session knows is there */
      }
      const id = notebook();
      const fresh = [...own.values()].filter(
        (one) => !all.some((other) => other.notebook === one.notebook && other.exercise === one.exercise),
      );
      const known = [...all, ...fresh];
      return {
        kept: known
          .filter((one) => one.notebook === id)
          .map(({ exercise, choice, confidence }) => ({ id: exercise.slice('predict:'.length), choice, ...optional({ confidence }) })),
        right: known.filter(({ right }) => right).length,
        total: known.length,
      };
    },
    async record(told) {
      for (const { id, question, form, choice, answer, right, confidence } of told.splice(0)) {
        const key = { notebook: notebook(), exercise: `predict:${id}` as const };
        const said = { question, choice, answer, right, time: now(), form, ...optional({ confidence }) };
        const record: StoredPrediction = { ...key, kind: 'prediction', ...said };
        own.set(id, record);
        unsaved.add(record);
      }
      try {
        for (const record of unsaved) {
          await (await store)?.saveMastery(record);
          unsaved.delete(record);
        }
        worked();
      } catch (error) {
        failed(error);
      }
    },
  };
}
