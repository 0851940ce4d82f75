import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchDataset } from '../engine/datasets.ts';
import type { DatasetManifest } from '../engine/protocol.ts';
import { openDataset } from './dataset.ts';
import type { Evaluation, Host } from './host.ts';

const data = join(import.meta.dirname, '../../public/data');

const manifest: DatasetManifest = {
  name: 'tiny',
  source: 'made here',
  licence: 'MIT',
  parts: [
    { path: ['train', 'images'], dtype: 'uint8', offset: 0, byteLength: 8, shape: [2, 2, 2] },
    { path: ['train', 'labels'], dtype: 'uint8', offset: 8, byteLength: 2, shape: [2] },
    { path: ['rows'], dtype: 'json', offset: 10, byteLength: 7 },
  ],
};
const bytes = Buffer.concat([Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), Buffer.from('[1,"2"]')]);

let server: Server;
let base = '';
const files = new Map<string, { body: Buffer; type?: string }>();
beforeAll(async () => {
  server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    const path = join(data, (request.url ?? '').replace('/full/data/', ''));
    if (file) response.writeHead(200, file.type ? { 'content-encoding': file.type } : {}).end(file.body);
    else if (request.url?.startsWith('/full/') && existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  files.set('/data/index.json', {
    body: Buffer.from(JSON.stringify({ tiny: { file: 'tiny.bin.gz', manifest }, cut: { file: 'cut.bin.gz', manifest } })),
  });
  files.set('/data/tiny.bin.gz', { body: gzipSync(bytes) });
  files.set('/data/cut.bin.gz', { body: gzipSync(bytes.subarray(3)) });
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function engine(root: string): { host: Host; evaluation: Evaluation; asked: string[] } {
  const asked: string[] = [];
  const host = {
    service: (call: { name: string }) => {
      asked.push(call.name);
      return fetchDataset(root, call.name);
    },
    lend: <T>(_: Evaluation, wait: Promise<T>) => wait,
  } as unknown as Host;
  return { host, evaluation: {} as Evaluation, asked };
}

describe('dataset', () => {
  test('gives typed arrays with shape, source and licence', async () => {
    const { host, evaluation } = engine(base);
    expect(await openDataset(host, evaluation, 'tiny')).toEqual({
      name: 'tiny',
      source: 'made here',
      licence: 'MIT',
      rows: [1, '2'],
      train: { images: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), labels: new Uint8Array([9, 10]), shape: [2, 2, 2] },
    });
  });

  test('takes a pack that the browser has already gunzipped', async () => {
    files.set('/data/tiny.bin.gz', { body: gzipSync(bytes), type: 'gzip' });
    const { host, evaluation } = engine(base);
    expect(await openDataset(host, evaluation, 'tiny')).toHaveProperty('train.shape', [2, 2, 2]);
    files.set('/data/tiny.bin.gz', { body: gzipSync(bytes) });
  });

  test('is asked for once an engine, and again after it failed', async () => {
    const { host, evaluation, asked } = engine(base);
    const [a, b] = await Promise.all([openDataset(host, evaluation, 'tiny'), openDataset(host, evaluation, 'tiny')]);
    expect(a).toBe(b);
    await expect(openDataset(host, evaluation, 'cut')).rejects.toThrow('should have 17 bytes, 14 arrived');
    await expect(openDataset(host, evaluation, 'cut')).rejects.toThrow('14 arrived');
    expect(asked).toEqual(['tiny', 'cut', 'cut']);
  });

  test('lists the names when there is none of that name', async () => {
    const { host, evaluation } = engine(base);
    await expect(openDataset(host, evaluation, 'toString')).rejects.toThrow('dataset: there is no "toString". There is "tiny", "cut".');
  });

  test('says which address failed', async () => {
    await expect(fetchDataset(`${base}nowhere/`, 'tiny')).rejects.toThrow('404');
  });

  test.skipIf(!existsSync(join(data, 'index.json')))('mnist holds 60,000 and 10,000 digits with their labels', async () => {
    const { host, evaluation } = engine(`${base}full/`);
    const set = (await openDataset(host, evaluation, 'mnist')) as unknown as Record<
      'train' | 'test',
      { images: Uint8Array; labels: Uint8Array; shape: number[] }
    >;
    expect(set.train.shape).toEqual([60000, 28, 28]);
    expect(set.test.shape).toEqual([10000, 28, 28]);
    expect(set.train.images.length).toBe(60000 * 784);
    expect([...set.train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...set.test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect(set.train.images.subarray(0, 784).reduce((sum, ink) => sum + ink, 0)).toBe(27525);
  });
});
