/* A session on `text` over an engine in this process, as tests of sessions open it. */

import { analyse, analyseModule } from '../analysis/index.ts';
import { parseNotebook } from '../document/index.ts';
import { createLibrary } from '../stdlib/library.ts';
import { compileNotebook } from './compile.ts';
import { createEditing } from './editing.ts';
import { createSession } from './session.ts';
import { inProcessWorker } from './test-worker.ts';
import type { Session, SessionOptions } from './types.ts';

export function openSession(text: string, more: Partial<SessionOptions> = {}): Session {
  return createSession({
    text,
    compiled: more.compiled ?? compileNotebook(parseNotebook(text), analyse).compiled,
    editing: { make: createEditing },
    analyser: async () => ({ analyse, analyseModule }),
    createWorker: () => inProcessWorker(createLibrary),
    engine: { set: {}, headless: false, base: 'http://127.0.0.1/', packs: {} },
    services: async (call) => {
      throw new Error(`no ${call.service}`);
    },
    now: () => Date.now(),
    ...more,
  });
}
