/* Plans that no reader asked for: new names told to an engine that runs, and values in prose shown after a pause in typing. Without
   an engine there is nothing to do: both come with the next request. */

import type { Remote } from '../engine/remote.ts';
import type { Pipeline, PipelineOptions } from './pipeline.ts';

export interface QuietOptions extends Pick<PipelineOptions, 'commitProse'> {
  readonly remote: Pick<Remote, 'worker'>;
  readonly send: Pipeline['send'];
  /** Some expression in prose has not been analysed yet. */
  readonly isDue: () => boolean;
}

/** A pause in typing after which values in prose are shown. */
const PROSE_MS = 150;

export function createQuiet({ remote, send, commitProse, isDue }: QuietOptions): Pick<Pipeline, 'follow' | 'showProse'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    follow: () => {
      if (remote.worker) send({ run: [], stale: [] }, undefined, true);
    },
    showProse: () => {
      clearTimeout(timer);
      if (!remote.worker || !isDue()) return;
      timer = setTimeout(() => {
        void commitProse().then(
          (run) => {
            if (remote.worker && run.length > 0) send({ run, stale: [] }, undefined, true);
          },
          () => {}, // the parser could not be loaded: they are shown when cells run
        );
      }, PROSE_MS);
    },
  };
}
