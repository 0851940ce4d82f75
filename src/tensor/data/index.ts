/* `tensor.data` (tensor-api.md 11). */

import { apartClasses } from '../../base/apart.ts';
import { DataLoader } from './loader.ts';
import { randomSplit, Subset, TensorDataset } from './dataset.ts';

export const data = apartClasses('data', { TensorDataset, Subset, randomSplit, DataLoader });
