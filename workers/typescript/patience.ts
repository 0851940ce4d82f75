/* A cell whose loop keeps checkpoints is not stopped in the midst of a step, where its model may be half changed. */

/** So long a stop waits for the end of a step, ms. */
export const PATIENCE_MS = 500;
