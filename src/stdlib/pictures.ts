/* Blobs of images, canvases and pixels as encoded images, which take a moment. */

import type { Output } from '../output/types.ts';

/** Blobs of images, canvases and pixels as encoded images. */
export function picture(value: unknown): Promise<Output> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof Blob !== 'undefined' && value instanceof Blob) return value.type.startsWith('image/') ? encoded(value) : undefined;
  if (typeof OffscreenCanvas === 'undefined') return undefined;
  let canvas: OffscreenCanvas | undefined;
  if (value instanceof OffscreenCanvas) canvas = value;
  else if (value instanceof ImageData || value instanceof ImageBitmap) {
    canvas = new OffscreenCanvas(value.width, value.height);
    const context = canvas.getContext('2d')!;
    if (value instanceof ImageData) context.putImageData(value, 0, 0);
    else context.drawImage(value, 0, 0);
  }
  if (!canvas) return undefined;
  const { width, height } = canvas;
  return canvas.convertToBlob().then(async (blob) => ({ ...(await encoded(blob)), width, height }) as Output);
}

async function encoded(blob: Blob): Promise<Output> {
  return { kind: 'image', mime: blob.type, data: new Uint8Array(await blob.arrayBuffer()) };
}
