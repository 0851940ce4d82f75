/* Kernels of one's own: WGSL text becomes an asynchronous function. What it binds is read from the text itself: storage buffers take
   and give typed arrays, uniforms take numbers, typed arrays, or an object with the struct's fields. Errors of the text stand at its line.
   Groundwork for `gpu.kernel(text)` and `wgsl` cells. */

/** One thing that the text binds in group 0. */
export interface Binding {
  readonly name: string;
  readonly binding: number;
  readonly kind: 'read' | 'write' | 'uniform';
  /** The WGSL type, such as `array<vec4f>` or `f32`. */
  readonly type: string;
}

export type KernelArray = Float32Array | Int32Array | Uint32Array;
/** What a binding is given: numbers; a length for a buffer that is only written; the fields of a uniform struct. */
export type KernelArgument = KernelArray | readonly number[] | number | Readonly<Record<string, number | readonly number[]>>;

export interface KernelOptions {
  /** Workgroups to run, at most three dims. */
  readonly workgroups: number | readonly number[];
  /** Default: the only one, or `main`. */
  readonly entryPoint?: string;
}

export interface Kernel {
  /** Runs the kernel and reads back every `read_write` binding, by name. Arrays given are copied, never written. */
  (bindings: Readonly<Record<string, KernelArgument>>, options: KernelOptions): Promise<Record<string, KernelArray>>;
  readonly bindings: readonly Binding[];
  /** Milliseconds that the latest run took on the device, where it has timestamps. */
  readonly milliseconds: number | undefined;
}

/** A fault of WGSL text; `line` and `column` count from 1 in the text. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

interface Field {
  readonly name: string;
  readonly scalar: string;
  readonly offset: number;
  readonly count: number;
}

/** Compiles the text. Throws a KernelError with the line of its first fault. */
export async function createKernel(device: GPUDevice, text: string): Promise<Kernel> {
  const bindings = bindingsOf(text);
  device.pushErrorScope('validation'); // whoever shares the device is not to hear of it
  const module = device.createShaderModule({ code: text });
  const scope = device.popErrorScope();
  const { messages } = await module.getCompilationInfo();
  await scope;
  const fault = messages.find(({ type }) => type === 'error');
  if (fault) throw new KernelError(`line ${fault.lineNum}: ${fault.message}`, fault.lineNum, fault.linePos);
  const structs = structsOf(text);
  const entries = [...withoutComments(text).matchAll(/@compute\b[^{]*?\bfn\s+(\w+)/g)].map((match) => match[1]!);
  const pipelines = new Map<string, GPUComputePipeline>();
  let milliseconds: number | undefined;

  const run = async (given: Readonly<Record<string, KernelArgument>>, options: KernelOptions): Promise<Record<string, KernelArray>> => {
    const unknown = Object.keys(given).find((name) => !bindings.some((binding) => binding.name === name));
    if (unknown !== undefined) {
      throw new TypeError(
        `${unknown}: expected one of ${bindings.map(({ name }) => name).join(', ') || 'no bindings'}. Leave it out, or bind it in the kernel.`,
      );
    }
    if (typeof options?.workgroups !== 'number' && !Array.isArray(options?.workgroups)) {
      throw new TypeError(
        'kernel: expected { workgroups } as the second argument: a number or [x, y, z]. For one invocation a number: { workgroups: Math.ceil(n / 64) } with @workgroup_size(64).',
      );
    }
    const entry = options.entryPoint ?? (entries.includes('main') ? 'main' : entries[0]);
    if (entry === undefined || !entries.includes(entry)) {
      throw new TypeError(`kernel: expected an entry point (${entries.join(', ') || 'a function with @compute'}), got ${String(entry)}.`);
    }
    const data = bindings.map((binding) => wordsOf(binding, given[binding.name], structs));
    let pipeline = pipelines.get(entry);
    if (!pipeline) {
      const visibility = 4;
      const types = { read: 'read-only-storage', write: 'storage', uniform: 'uniform' } as const;
      const layout = device.createBindGroupLayout({
        entries: bindings.map(({ binding, kind }) => ({ binding, visibility, buffer: { type: types[kind] } })),
      });
      pipeline = await device.createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: entry },
      });
      pipelines.set(entry, pipeline);
    }
    const made: GPUBuffer[] = [];
    try {
      device.pushErrorScope('validation');
      device.pushErrorScope('out-of-memory');
      const buffer = (size: number, usage: number): GPUBuffer => {
        const created = device.createBuffer({ size: Math.max(16, Math.ceil(size / 16) * 16), usage });
        made.push(created);
        return created;
      };
      const buffers = data.map((words, i) => {
        const created = buffer(words.byteLength, bindings[i]!.kind === 'uniform' ? 0x40 | 0x8 : 0x80 | 0x8 | 0x4);
        if (words.length) device.queue.writeBuffer(created, 0, words as Uint32Array<ArrayBuffer>);
        return created;
      });
      const group = device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: bindings.map(({ binding }, i) => ({ binding, resource: { buffer: buffers[i]! } })),
      });
      const timed = device.features.has('timestamp-query');
      const queries = timed ? device.createQuerySet({ type: 'timestamp', count: 2 }) : undefined;
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass(
        queries ? { timestampWrites: { querySet: queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } } : {},
      );
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      const [x = 1, y = 1, z = 1] = typeof options.workgroups === 'number' ? [options.workgroups] : options.workgroups;
      pass.dispatchWorkgroups(x, y, z);
      pass.end();
      const outputs = bindings.flatMap((binding, i) => (binding.kind === 'write' ? [i] : []));
      const staged = outputs.map((i) => {
        const staging = buffer(data[i]!.byteLength, 0x1 | 0x8);
        encoder.copyBufferToBuffer(buffers[i]!, 0, staging, 0, data[i]!.byteLength);
        return staging;
      });
      let times: GPUBuffer | undefined;
      if (queries) {
        const resolved = buffer(16, 0x200 | 0x4); // QUERY_RESOLVE | COPY_SRC
        times = buffer(16, 0x1 | 0x8);
        encoder.resolveQuerySet(queries, 0, 2, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, times, 0, 16);
      }
      device.queue.submit([encoder.finish()]);
      const memory = await device.popErrorScope();
      const validation = await device.popErrorScope();
      if (memory) throw new RangeError(`kernel: the device has no memory for these buffers. ${memory.message}`);
      if (validation) throw new TypeError(`kernel: ${validation.message}`);
      await Promise.all([...staged, ...(times ? [times] : [])].map((staging) => staging.mapAsync(1)));
      if (times) {
        const [begin, end] = new BigUint64Array(times.getMappedRange(0, 16)) as unknown as [bigint, bigint];
        milliseconds = Number(end - begin) / 1e6;
      }
      queries?.destroy();
      return Object.fromEntries(
        outputs.map((i, j) => {
          const bytes = staged[j]!.getMappedRange().slice(0, data[i]!.byteLength);
          return [bindings[i]!.name, arrayOf(scalarOf(bindings[i]!.type), bytes)];
        }),
      );
    } finally {
      for (const created of made) created.destroy();
    }
  };
  return Object.defineProperties(run, {
    bindings: { value: bindings },
    milliseconds: { get: () => milliseconds },
  }) as unknown as Kernel;
}

/** What the text binds in group 0, in order. Throws where it binds what no array can be given to. */
export function bindingsOf(text: string): Binding[] {
  const found: Binding[] = [];
  const bare = withoutComments(text);
  for (const match of bare.matchAll(/((?:@\w+\s*\([^)]*\)\s*)+)var(?:<\s*(\w+)\s*(?:,\s*(\w+)\s*)?>)?\s*(\w+)\s*:\s*([^;]+);/g)) {
    const [whole, attributes, space, access, name, type] = match as unknown as [
      string,
      string,
      string | undefined,
      string | undefined,
      string,
      string,
    ];
    const line = bare.slice(0, match.index + whole.indexOf('var')).split('\n').length;
    const group = /@group\s*\(\s*(\d+)/.exec(attributes)?.[1];
    const binding = /@binding\s*\(\s*(\d+)/.exec(attributes)?.[1];
    if (binding === undefined) continue;
    if (group !== '0')
      throw new KernelError(`line ${line}: expected ${name} in @group(0), got @group(${group}). Kernels bind one group.`, line, 1);
    if (space !== 'storage' && space !== 'uniform') {
      throw new KernelError(
        `line ${line}: expected ${name} to be var<storage> or var<uniform>, textures and samplers cannot be bound here.`,
        line,
        1,
      );
    }
    found.push({
      name,
      binding: Number(binding),
      kind: space === 'uniform' ? 'uniform' : access === 'read_write' ? 'write' : 'read',
      type: type.trim(),
    });
  }
  return found.sort((a, b) => a.binding - b.binding);
}

/** Comments blanked out, lines kept. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (found) => found.replace(/[^\n]/g, ' '));
}

/** The scalar that a type is made of; f32 where the text does not say. */
function scalarOf(type: string): string {
  return /\b(?:u32|vec\du|mat)/.test(type) ? 'u32' : /\b(?:i32|vec\di)/.test(type) ? 'i32' : 'f32';
}

function arrayOf(scalar: string, bytes: ArrayBuffer): KernelArray {
  return scalar === 'u32' ? new Uint32Array(bytes) : scalar === 'i32' ? new Int32Array(bytes) : new Float32Array(bytes);
}

/** Structs of numbers and vectors, each field's place in words. */
function structsOf(text: string): Map<string, { readonly fields: readonly Field[]; readonly words: number }> {
  const structs = new Map<string, { readonly fields: readonly Field[]; readonly words: number }>();
  for (const [, struct, body] of withoutComments(text).matchAll(/struct\s+(\w+)\s*\{([^}]*)\}/g)) {
    let at = 0;
    const fields: Field[] = [];
    for (const [, name, type] of body!.matchAll(/(\w+)\s*:\s*([\w<>]+(?:\s*,\s*\d+u?\s*>)?)/g)) {
      const count = Number(/vec(\d)/.exec(type!)?.[1] ?? 1);
      const align = count === 3 ? 4 : count;
      at = Math.ceil(at / align) * align;
      fields.push({ name: name!, scalar: scalarOf(type!), offset: at, count });
      at += count;
    }
    structs.set(struct!, { fields, words: Math.ceil(at / 4) * 4 });
  }
  return structs;
}

/** The words of an argument. */
function wordsOf(binding: Binding, given: KernelArgument | undefined, structs: ReturnType<typeof structsOf>): Uint32Array {
  const { name, type, kind } = binding;
  const scalar = scalarOf(type);
  if (given === undefined)
    throw new TypeError(
      `${name}: expected ${kind === 'write' ? 'an array or a length' : 'an array'} for ${type}, got nothing. Pass { ${name} }.`,
    );
  if (typeof given === 'number') return kind === 'uniform' ? converted(scalar, [given]) : new Uint32Array(given);
  if (ArrayBuffer.isView(given)) {
    const same = arrayOf(scalar, new ArrayBuffer(0)).constructor === given.constructor;
    if (!same && !structs.has(type))
      throw new TypeError(
        `${name}: expected a ${arrayOf(scalar, new ArrayBuffer(0)).constructor.name} for ${type}, got a ${given.constructor.name}.`,
      );
    return new Uint32Array(given.buffer.slice(given.byteOffset, given.byteOffset + given.byteLength));
  }
  if (Array.isArray(given)) return converted(scalar, given as readonly number[]);
  const struct = structs.get(type);
  if (!struct) throw new TypeError(`${name}: expected numbers for ${type}, got an object.`);
  const words = new Uint32Array(struct.words);
  const fields = given as Readonly<Record<string, number | readonly number[]>>;
  for (const { name: field, scalar: kindOf, offset, count } of struct.fields) {
    const value = fields[field];
    const list = typeof value === 'number' ? [value] : value;
    if (!list || list.length !== count)
      throw new TypeError(`${name}.${field}: expected ${count === 1 ? 'a number' : `${count} numbers`}, got ${JSON.stringify(value)}.`);
    words.set(converted(kindOf, list), offset);
  }
  return words;
}

function converted(scalar: string, numbers: readonly number[]): Uint32Array {
  if (scalar === 'f32') return new Uint32Array(Float32Array.from(numbers).buffer);
  return scalar === 'i32' ? new Uint32Array(Int32Array.from(numbers).buffer) : Uint32Array.from(numbers);
}
