/* What PyTorch computes, on the js backend. */

import { torchSuite } from './suite.ts';

torchSuite('js');
