/* The face of `optim`: optimisers, their schedulers, and averages of parameters. */

import { EMA } from './ema.ts';
import { Optimizer } from './optimizer.ts';
import { Adagrad, Adam, AdamW, Lion, RMSprop, SGD } from './optimizers.ts';
import * as lrScheduler from './schedulers.ts';

// Names that survive a bundler: they stand in messages and in the text of an optimiser.
for (const [name, value] of Object.entries({ EMA, Optimizer, Adagrad, Adam, AdamW, Lion, RMSprop, SGD, ...lrScheduler })) {
  Object.defineProperty(value, 'name', { value: name });
}

export { Adagrad, Adam, AdamW, EMA, Lion, lrScheduler, Optimizer, RMSprop, SGD };
