/* Where the built site lies, seen from the built command (`build/gradus.mjs`) and from a test of its sources alike. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder: the nearest one above this file with a package.json. */
export const root: string = nearest(dirname(fileURLToPath(import.meta.url)));

function nearest(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || above === folder ? folder : nearest(above);
}
