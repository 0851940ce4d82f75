/* Which operation is lowered by what. Those that are not here are computed on the host. */

import * as elementwise from '../elementwise/webgpu.ts';
import type { OperationName } from '../operations.ts';
import type { Lowering } from './step.ts';

export const lowerings: Partial<Record<OperationName, Lowering>> = {
  unary: elementwise.unary,
  binary: elementwise.binary,
  where: elementwise.where,
  cast: elementwise.cast,
  copy: elementwise.copy,
  fill: elementwise.fill,
  fused: elementwise.fused,
};
