/* Serves a built site on the loopback address, as `npm start`, `gradus run` and the browser stories need it. Node built-ins
   alone, so it works before anything is installed. Sends the isolation headers (COOP, COEP) unless told not to, compresses
   text, lets hashed files be kept for ever, and never leaves the folders that it was given: symbolic links are resolved
   before the path is judged. */

import { createServer } from 'node:http';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
};
const compressible = /^text\/|json|javascript|svg|wasm/;
const hashedName = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+(\.gz)?$/;
const hashedFolder = /^\/(assets|engine|packs|data)\//;

/** Largest total of compressed bodies kept in memory, in bytes. */
const cacheLimit = 64 << 20;

/** @typedef {{ path: string, type: string, bytes: number }} Sent a file that was sent; bytes are those of the body on the wire */

/**
 * Starts the server and resolves once it listens. `routes` maps a prefix such as `/headless/0/` to a folder (read from
 * there and nowhere above), or a single path to a file.
 * @param {{ root: string, port?: number, isolation?: boolean, routes?: Record<string, string>, log?: (sent: Sent) => void }} options
 *   port: default 0, a free one. isolation: default true, send COOP and COEP. log: told of each file sent.
 * @returns {Promise<{ url: string, port: number, routes: Record<string, string>, close(): Promise<void> }>}
 */
export async function startServer({ root, port = 0, isolation = true, routes = {}, log }) {
  const compressed = new Map();
  let cached = 0;

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': types['.txt'] });
      response.end(`The server failed: ${error instanceof Error ? error.message : error}`);
    });
  });

  async function answer(request, response) {
    const headers = {
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    };
    if (isolation) Object.assign(headers, { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(
        response,
        405,
        { ...headers, Allow: 'GET, HEAD', 'Content-Type': types['.txt'] },
        Buffer.from('Only GET and HEAD are answered here.'),
      );
    }
    const address = new URL(request.url ?? '/', 'http://localhost');
    const path = decode(address.pathname);
    if (path === undefined)
      return send(response, 400, { ...headers, 'Content-Type': types['.txt'] }, Buffer.from('This address is not well formed.'));
    const found = await locate(root, routes, path);
    if (found?.redirect) return send(response, 308, { ...headers, Location: `.${found.redirect}${address.search}` }, Buffer.alloc(0));
    if (!found) {
      const page = await readFile(join(root, '404.html')).catch(() => Buffer.from('There is nothing at this address.'));
      const type = page.includes('<html') ? types['.html'] : types['.txt'];
      return send(response, 404, { ...headers, 'Content-Type': type, 'Cache-Control': 'no-cache' }, page);
    }

    const type = types[extname(found.file).toLowerCase()] ?? 'application/octet-stream';
    const tag = `"${found.size.toString(36)}-${Math.round(found.time).toString(36)}"`;
    const forEver = hashedFolder.test(path) && hashedName.test(path);
    Object.assign(headers, {
      'Content-Type': type,
      ETag: tag,
      'Cache-Control': forEver ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    if (request.headers['if-none-match'] === tag) return send(response, 304, headers, Buffer.alloc(0));
    let body;
    if (compressible.test(type) && found.size > 1000 && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
      const key = `${found.file} ${tag}`;
      body = compressed.get(key);
      if (!body) {
        body = await promisify(gzip)(await readFile(found.file), { level: 9 });
        if (cached + body.length <= cacheLimit) {
          compressed.set(key, body);
          cached += body.length;
        }
      }
      Object.assign(headers, { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });
    } else body = await readFile(found.file);
    log?.({ path, type, bytes: body.length });
    send(response, 200, headers, body, request.method === 'HEAD');
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const bound = server.address();
  const actual = typeof bound === 'object' && bound ? bound.port : port;
  return {
    url: `http://127.0.0.1:${actual}/`,
    port: actual,
    routes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response, status, headers, body, headOnly = false) {
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.end(headOnly ? undefined : body);
}

/** The path of an address with its escapes read, or undefined where they are wrong or hide a NUL. */
function decode(pathname) {
  try {
    const path = decodeURIComponent(pathname);
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

/** The file that a path names. A folder without its final slash redirects, since its page uses relative addresses. */
async function locate(root, routes, path) {
  const [prefix, target] = Object.entries(routes).find(([route]) => (route.endsWith('/') ? path.startsWith(route) : path === route)) ?? [
    '/',
    root,
  ];
  if (!prefix.endsWith('/')) return fileAt(target);
  const name = path.slice(prefix.length);
  if (name === '' || name.endsWith('/')) return fileInside(target, `${name}index.html`);
  const found = await fileInside(target, name);
  if (found) return found;
  if (!(await fileInside(target, `${name}/index.html`))) return undefined;
  return { redirect: `/${encodeURIComponent(path.split('/').at(-1) ?? '')}/` };
}

/** `name` below `folder`, or undefined where it is missing, no plain file, or lies outside once links are followed. */
async function fileInside(folder, name) {
  const base = await realpath(folder).catch(() => undefined);
  const file = base === undefined ? undefined : await realpath(join(base, name)).catch(() => undefined);
  return base !== undefined && file !== undefined && file.startsWith(base + sep) ? fileAt(file) : undefined;
}

async function fileAt(file) {
  const facts = await stat(file).catch(() => undefined);
  return facts?.isFile() ? { file, size: facts.size, time: facts.mtimeMs } : undefined;
}
