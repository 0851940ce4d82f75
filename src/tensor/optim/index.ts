/* The face of `optim`: optimisers, their schedulers, and averages of parameters. */

import { apart, apartClasses, joined } from '../../base/apart.ts';
import { EMA } from './ema.ts';
import { Optimizer } from './optimizer.ts';
import { Adagrad, Adam, AdamW, Lion, RMSprop, SGD } from './optimizers.ts';
import { lrScheduler } from './schedulers.ts';

export const optim = joined(
  apartClasses('optim', { Adagrad, Adam, AdamW, EMA, Lion, Optimizer, RMSprop, SGD }),
  apart('optim', { lrScheduler }),
);
