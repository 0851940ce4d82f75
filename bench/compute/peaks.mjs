/* How fast this machine can be, by two loops that do nothing but fused multiply-adds in registers: WebAssembly SIMD on as many
   threads as the rivals have, and WGSL on the adapter. What a kernel reaches is judged beside them, in the same round. */

/** Independent chains: enough to fill the pipes. */
const CHAINS = 12;
const byte = (...values) => values.flat(2);
const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
const section = (id, ...content) => byte(id, leb(byte(content).length), content);

/** `run(n: i32): i32`: n rounds of CHAINS chains, four lanes each; with `f32x4.relaxed_madd`, or mul and add where that is unknown. */
export function loopModule(relaxed) {
  const get = (i) => [0x20, i];
  const set = (i) => [0x21, i];
  const [a, b, first] = [1, 2, 3];
  const splat = (bits) => byte(0x43, bits, 0xfd, 0x13); // f32.const, f32x4.splat
  const step = (i) =>
    relaxed
      ? byte(get(i), get(a), get(b), [0xfd, 0x85, 0x02], set(i))
      : byte(get(i), get(a), [0xfd, 0xe6, 0x01], get(b), [0xfd, 0xe4, 0x01], set(i));
  const chains = Array.from({ length: CHAINS }, (_, i) => first + i);
  const body = byte(
    1, // one group of locals: v128
    leb(CHAINS + 2),
    0x7b,
    byte(splat([0x00, 0x00, 0x00, 0x3f]), set(a)), // 0.5
    byte(splat([0x00, 0x00, 0x80, 0x3f]), set(b)), // 1
    byte(0x03, 0x40), // loop
    chains.map(step),
    byte(get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0), // n = n − 1; br_if 0
    0x0b,
    get(first),
    chains.slice(1).map((i) => byte(get(i), 0xfd, 0xe4, 0x01)),
    byte(0xfd, 0x1f, 0, 0xa8), // lane 0 as an integer
    0x0b,
  );
  return Uint8Array.from(
    byte(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, 1, 0x60, 1, 0x7f, 1, 0x7f),
      section(3, 1, 0),
      section(7, 1, 3, 0x72, 0x75, 0x6e, 0, 0),
      section(10, 1, leb(body.length), body),
    ),
  );
}

const perRound = CHAINS * 4 * 2;

/** The loop on `threads` threads; `measure(ms)` gives GFLOP/s over about so long. */
export async function createWasmPeak(threads) {
  const bytes = WebAssembly.validate(loopModule(true)) ? loopModule(true) : loopModule(false);
  const module = await WebAssembly.compile(bytes);
  const { run } = new WebAssembly.Instance(module).exports;
  const helpers = threads - 1;
  /** GO counts the starts, DONE the helpers that have finished; ROUNDS is what each does. */
  const control = helpers > 0 ? new Int32Array(new SharedArrayBuffer(16)) : new Int32Array(4);
  const [GO, DONE, ROUNDS] = [0, 1, 2];
  const script = `onmessage = ({ data: [module, control] }) => {
    const { run } = new WebAssembly.Instance(module).exports;
    run(2000000);
    postMessage('ready');
    for (let seen = 0; ; seen++) { Atomics.wait(control, ${GO}, seen); run(control[${ROUNDS}]); Atomics.add(control, ${DONE}, 1); }
  };`;
  const workers = [];
  for (let i = 0; i < helpers; i++) {
    const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
    workers.push(worker);
    await new Promise((resolve) => {
      worker.onmessage = resolve;
      worker.postMessage([module, control]);
    });
  }
  run(2_000_000);
  const rate = (rounds) => {
    control[ROUNDS] = rounds;
    Atomics.store(control, DONE, 0);
    const began = performance.now();
    Atomics.add(control, GO, 1);
    Atomics.notify(control, GO);
    run(rounds);
    while (Atomics.load(control, DONE) < helpers);
    return (threads * rounds * perRound) / (performance.now() - began) / 1e6;
  };
  let guess = rate(500_000);
  return {
    threads,
    measure(ms) {
      guess = rate(Math.max(100_000, Math.round((guess * 1e6 * ms) / (threads * perRound))));
      return guess;
    },
    dispose: () => workers.forEach((worker) => worker.terminate()),
  };
}

/** The WGSL loop on `device`; `measure()` resolves to GFLOP/s. */
export function createWgslPeak(device) {
  const [groups, size, rounds, chains] = [64, 64, 512, 8];
  const list = Array.from({ length: chains }, (_, i) => `x${i}`);
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<storage, read_write> out: array<vec4f>;
@compute @workgroup_size(${size}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4f(0.5 + f32(id.x) * 1e-6);
  let b = vec4f(1.0);
  ${list.map((x, i) => `var ${x} = vec4f(f32(id.x + ${i}u));`).join(' ')}
  for (var i = 0u; i < ${rounds}u; i++) { ${list.map((x) => `${x} = fma(${x}, a, b);`).join(' ')} }
  out[id.x] = ${list.join(' + ')};
}`,
  });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const buffer = device.createBuffer({ size: groups * size * 16, usage: GPUBufferUsage.STORAGE });
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] });
  return {
    async measure() {
      await device.queue.onSubmittedWorkDone();
      const began = performance.now();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(groups);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return (groups * size * rounds * chains * 4 * 2) / (performance.now() - began) / 1e6;
    },
  };
}
