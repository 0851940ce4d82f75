/* Predictions of one notebook between engine and store: what was committed before, and what is committed now. Without a store they
   last as long as the session. */

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
}

export interface Predictions {
  /** What an engine asks when a cell first wants to predict. */
  kept(): Promise<KeptPredictions>;
  record(report: Extract<Report, { kind: 'predicted' }>): Promise<void>;
}

export function createPredictions({ store, nothingStored, notebook, now, failed }: PredictionsOptions): Predictions {
  const own = new Map<string, StoredPrediction>();
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
        kept: known.filter((one) => one.notebook === id).map(({ exercise, choice }) => ({ id: exercise.slice('predict:'.length), choice })),
        right: known.filter(({ right }) => right).length,
        total: known.length,
      };
    },
    async record({ id, question, form, choice, answer, right }) {
      const record: StoredPrediction = {
        notebook: notebook(),
        exercise: `predict:${id}`,
        kind: 'prediction',
        question,
        choice,
        answer,
        right,
        time: now(),
        form,
      };
      own.set(id, record);
      try {
        await (await store)?.saveMastery(record);
      } catch (error) {
        failed(error);
      }
    },
  };
}
