/* What was judged of a learner's answers, by notebook and exercise. A write reads first, in the same transaction: two tabs that
   judge at once count two attempts. */

import type { Connection } from './connection.ts';
import { isAnswer } from './records.ts';
import { prefixRange } from './schema.ts';
import type { Store, StoredAnswer } from './types.ts';

type Answers = Pick<Store, 'answer' | 'answers' | 'saveAnswer'>;

export function createAnswers({ read, write }: Connection, sound: (records: readonly unknown[]) => StoredAnswer[]): Answers {
  return {
    answer: (notebook, exercise) =>
      read(async (database) => {
        const record: unknown = await database.get('answers', [notebook, exercise]);
        return record === undefined ? undefined : sound([record])[0];
      }),

    answers: (notebook) =>
      read(async (database) => sound(await database.getAll('answers', notebook === undefined ? undefined : prefixRange(notebook)))),

    saveAnswer: async (notebook, exercise, change) => {
      let stored: StoredAnswer | undefined;
      await write(['answers'], 'strict', async (transaction) => {
        const answers = transaction.objectStore('answers');
        const record: unknown = await answers.get([notebook, exercise]);
        stored = { ...change(isAnswer(record) ? record : undefined), notebook, exercise };
        await answers.put(stored);
      });
      return stored!;
    },
  };
}
