import { describe, expect, test } from 'vitest';
import type { ModuleText } from '../engine/protocol.ts';
import { fakeHost } from './fake-host.ts';
import { createModules } from './modules.ts';

const module = (code: string, imports: ModuleText['imports'] = []): ModuleText => ({ code, imports, reads: [], shifts: [] });
const from = (source: string, ...names: string[]): ModuleText['imports'][number] => ({
  source,
  bindings: names.map((name) => ({ imported: name, local: name })),
  line: 1,
  column: 1,
});

function open(files: Record<string, ModuleText> = {}, load: (url: string) => Promise<Record<string, unknown>> = async (url) => ({ url })) {
  const host = fakeHost({}, (call) => {
    const file = call.service === 'module' ? files[call.name] : undefined;
    if (!file) throw new Error('there is no such file');
    return file;
  });
  const importModule = createModules(host, { '@observablehq/plot': async () => ({ plot: 'Plot' }) }, undefined, load);
  const evaluation = host.evaluation();
  return { evaluation, files, get: (source: string) => importModule(source, evaluation) };
}

describe('files', () => {
  test('are evaluated once for each text, with what they import', async () => {
    const { get, files } = open({
      './a.ts': module('const a = { n: b + 1 };\nreturn {a}', [from('./lib/b.ts', 'b')]),
      './lib/b.ts': module('return {b: c * 2}', [from('../c.ts', 'c')]),
      './c.ts': module('return {c: 3}'),
    });
    const first = await get('./a.ts');
    expect(first).toEqual({ a: { n: 7 } });
    expect((await get('././a.ts'))['a']).toBe(first['a']);
    files['./a.ts'] = module('return {a: 1}');
    expect(await get('./a.ts')).toEqual({ a: 1 });
  });

  test('never lie above the notebook, form no cycle, and export what is asked', async () => {
    const { get } = open({
      './x.ts': module('', [from('./y.ts', 'y')]),
      './y.ts': module('', [from('./x.ts', 'x')]),
      './z.ts': module('', [from('./e.ts', 'nope')]),
      './e.ts': module('return {}'),
    });
    await expect(get('../secret.ts')).rejects.toThrow(/nothing above the notebook's folder/);
    await expect(get('./a/../../secret.ts')).rejects.toThrow(/nothing above/);
    await expect(get('./x.ts')).rejects.toThrow('./x.ts → ./y.ts → ./x.ts');
    await expect(get('./z.ts')).rejects.toThrow('./e.ts exports no `nope`');
    await expect(get('./missing.ts')).rejects.toThrow('no such file');
  });
});

describe('packages', () => {
  test('bundled ones come from their pack, others from the network at their version', async () => {
    const { get, evaluation } = open();
    expect(await get('npm:@observablehq/plot@0.6.17')).toEqual({ plot: 'Plot' });
    expect(await get('npm:d3@7.9.0')).toEqual({ url: 'https://cdn.jsdelivr.net/npm/d3@7.9.0/+esm' });
    expect(await get('npm:@scope/x@1.0.0/lib/y.js')).toEqual({ url: 'https://cdn.jsdelivr.net/npm/@scope/x@1.0.0/lib/y.js/+esm' });
    expect(await get('https://example.org/m.js')).toEqual({ url: 'https://example.org/m.js' });
    expect(evaluation.outputs).toEqual([]);
    await get('npm:d3');
    expect(evaluation.outputs).toMatchObject([{ kind: 'log', level: 'warn' }]);
  });

  test('say what to do when they cannot be had', async () => {
    const { get } = open({}, async () => {
      throw new TypeError('Failed to fetch');
    });
    await expect(get('npm:d3@7.9.0')).rejects.toThrow(
      /npm:d3@7\.9\.0: the module could not be loaded from cdn\.jsdelivr\.net \(Failed to fetch\)\. Check/,
    );
    await expect(get('gradus:nothing')).rejects.toThrow(/gradus:nothing: this version does not have this module/);
    await expect(get('lodash')).rejects.toThrow(/did you mean npm:lodash/);
    await expect(get('npm:')).rejects.toThrow(/expected npm:name@1\.2\.3/);
  });
});
