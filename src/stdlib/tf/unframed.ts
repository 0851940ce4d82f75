/* Imported before tfjs: takes animation frames away while it loads, so that `nextFrame` (which `model.fit` awaits) is a
   message instead. A worker of a background tab gets no frames, and a training must go on there. */

const { requestAnimationFrame } = globalThis;
const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();
// tfjs looks for these two names once, when its module is evaluated.
const names = globalThis as { requestAnimationFrame?: unknown; setImmediate?: unknown };
names.requestAnimationFrame = undefined;
names.setImmediate ??= (fn: () => void) => {
  waiting.push(fn);
  port2.postMessage(null);
};

/** Gives back what was taken; called once tfjs has been evaluated. */
export function restoreFrames(): void {
  delete names.setImmediate;
  if (requestAnimationFrame) names.requestAnimationFrame = requestAnimationFrame;
}
