/* What goes through the WebGPU API, counted from outside: wraps the prototypes once, before any rival is loaded. With
   `skipWork(true)` every dispatch gets no workgroups: what remains of a step is script, validation and the queue. */

const counts = { dispatches: 0, submissions: 0, createBindGroup: 0, createBuffer: 0, writeBuffer: 0 };
let skipping = false;

function wrap(type, method, key, change = (args) => args) {
  const original = type.prototype[method];
  type.prototype[method] = function (...args) {
    counts[key]++;
    return original.apply(this, change(args));
  };
}

export function watchGpu() {
  if (typeof GPUDevice === 'undefined') return;
  wrap(GPUDevice, 'createBindGroup', 'createBindGroup');
  wrap(GPUDevice, 'createBuffer', 'createBuffer');
  wrap(GPUQueue, 'submit', 'submissions');
  wrap(GPUQueue, 'writeBuffer', 'writeBuffer');
  wrap(GPUComputePassEncoder, 'dispatchWorkgroups', 'dispatches', (args) => (skipping ? [0, 0, 0] : args));
  const indirect = GPUComputePassEncoder.prototype.dispatchWorkgroupsIndirect;
  GPUComputePassEncoder.prototype.dispatchWorkgroupsIndirect = function (...args) {
    counts.dispatches++;
    return skipping ? this.dispatchWorkgroups(0, 0, 0) : indirect.apply(this, args);
  };
}

export const skipWork = (on) => {
  skipping = on;
};

/** The counts since the last call. */
export function takeCounts() {
  const taken = { ...counts };
  for (const key of Object.keys(counts)) counts[key] = 0;
  return taken;
}
