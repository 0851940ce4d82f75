import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './server.mjs';

let folder: string;
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-server-'));
  for (const name of ['site/n/tour', 'site/assets', 'notes/inside']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'site/index.html'), `<html>${'map '.repeat(500)}</html>`);
  writeFileSync(join(folder, 'site/n/tour/index.html'), '<html>tour</html>');
  writeFileSync(join(folder, 'site/404.html'), '<html>No notebook called that</html>');
  writeFileSync(join(folder, 'site/assets/main-Ab12Cd34.js'), 'export {}');
  writeFileSync(join(folder, 'notes/inside/a b.csv'), 'x\n1\n');
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'notes/link.txt'));
  server = await startServer({
    root: join(folder, 'site'),
    routes: { '/headless/0/': join(folder, 'notes'), '/headless.html': join(folder, 'secret.txt') },
  });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** A request whose path is sent as it is, which fetch would tidy up. */
function raw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path, headers }, (response) => {
      let body = '';
      response.on('data', (part) => (body += part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

test('a page comes with its type, the isolation headers, and is asked for again each time', async () => {
  const { status, headers } = await raw('/');
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
  });
});

test('a hashed file may be kept for ever', async () => {
  expect((await raw('/assets/main-Ab12Cd34.js')).headers['cache-control']).toContain('immutable');
});

test('text is compressed for whoever takes it, and not sent again when it is known', async () => {
  const first = await raw('/', { 'Accept-Encoding': 'gzip' });
  expect(first.headers['content-encoding']).toBe('gzip');
  expect((await raw('/', { 'If-None-Match': String(first.headers.etag) })).status).toBe(304);
});

test('a folder leads to itself with a slash, whatever is unknown to the 404 page', async () => {
  const folder = await raw('/n/tour');
  expect([folder.status, folder.headers.location]).toEqual([308, './tour/']);
  expect((await raw('/n/tour/')).body).toContain('tour');
  const unknown = await raw('/n/nothing/');
  expect([unknown.status, unknown.body.includes('No notebook')]).toEqual([404, true]);
});

test('a private route gives files of its folder', async () => {
  expect((await raw('/headless/0/inside/a%20b.csv')).body).toBe('x\n1\n');
});

for (const path of [
  '/../secret.txt',
  '/headless/0/../secret.txt',
  '/headless/0/%2e%2e/secret.txt',
  '/headless/0/..%2fsecret.txt',
  '/headless/0/inside/..%2f..%2fsecret.txt',
  '/headless/0/link.txt',
  '/%00',
  '/headless/0/%',
]) {
  test(`${path} leads out of no folder`, async () => {
    const { status, body } = await raw(path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain('secret');
  });
}

test('without isolation the two headers are left out', async () => {
  const plain = await startServer({ root: join(folder, 'site'), isolation: false });
  const answer = await fetch(plain.url);
  expect(answer.headers.get('cross-origin-opener-policy')).toBeNull();
  expect(answer.headers.get('cross-origin-embedder-policy')).toBeNull();
  await plain.close();
});
