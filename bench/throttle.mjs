/* A slow line in front of a server on this machine: passes TCP on, at a rate that all connections share and with a delay each
   way. It stands below HTTP, so headers count, and it slows pages and their workers alike, which the browser's own
   emulation does not. Connections open without a round trip: a real line is slower by that. */

import { connect, createServer } from 'node:net';

/**
 * @param {{ port: number, bitsPerSecond: number, roundTripMs: number }} options
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startThrottle({ port, bitsPerSecond, roundTripMs }) {
  const bytesPerMs = bitsPerSecond / 8000;
  const sockets = new Set();
  /** When the line is free again, ms. */
  let freeAt = 0;

  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => setTimeout(() => upstream.writable && upstream.write(chunk), roundTripMs / 2));
    client.on('end', () => setTimeout(() => upstream.end(), roundTripMs / 2));
    let last = 0;
    upstream.on('data', (chunk) => {
      upstream.pause();
      // In pieces, so that connections share the line instead of waiting for each other's whole body.
      const pieces = [];
      for (let at = 0; at < chunk.length; at += 4096) pieces.push(chunk.subarray(at, at + 4096));
      const next = () => {
        const piece = pieces.shift();
        if (!piece) return upstream.resume();
        const now = performance.now();
        freeAt = Math.max(freeAt, now) + piece.length / bytesPerMs;
        setTimeout(() => {
          last = performance.now() + roundTripMs / 2;
          setTimeout(() => client.writable && client.write(piece), roundTripMs / 2);
          next();
        }, freeAt - now);
      };
      next();
    });
    upstream.on('end', () => setTimeout(() => client.end(), Math.max(0, last - performance.now()) + 5));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
