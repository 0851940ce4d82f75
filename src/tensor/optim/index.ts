/* The face of `optim`: optimisers, their schedulers, and averages of parameters. */

import * as lrScheduler from './schedulers.ts';

export { EMA } from './ema.ts';
export { Optimizer } from './optimizer.ts';
export { Adagrad, Adam, AdamW, Lion, RMSprop, SGD } from './optimizers.ts';
export { lrScheduler };
