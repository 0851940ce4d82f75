/* `tensor.data` (tensor-api.md 11). */

import { DataLoader } from './loader.ts';
import { randomSplit, Subset, TensorDataset } from './dataset.ts';

export const data = { TensorDataset, Subset, randomSplit, DataLoader };
// Names that survive a bundler: they stand in messages.
for (const [name, value] of Object.entries(data)) Object.defineProperty(value, 'name', { value: name });
