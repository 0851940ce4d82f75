/* Convolution as an implicit matrix product: nothing is unfolded. A tile copies the rows of its images that it needs into scratch, with their
   padding, the columns sorted by their remainder modulo the stride, so that eight neighbouring outputs read eight neighbouring floats
   for each weight; a table holds where each weight's row begins. The microkernel is gemm's, with that table in place of a stride.

   conv2d record: 4 a (matrices [groups][M, C·kH·kW]), 5 x, 6 bias or 0, 7 y; 8 images, 9 groups, 10 M rows of a (outputs of a group), 11 C inputs of
   a group, 12 H, 13 W, 14 H', 15 W', 16 kH, 17 kW, 18–19 stride, 20 padding top, 21 left, 22–23 dilation, 24–25 stuffing (rows and columns of x
   are so far apart; gradients in the input), 26 window flipped, 27 output rows of a tile.
   Weight gradients: the same with 4 g, 5 x, 7 partial sums [parts][groups][C·kH·kW][M rounded up to 8], 27 parts;
   then a record that adds the parts up: 4 partial sums, 5 dw, 6 parts, 7 groups, 8 M, 9 C·kH·kW. */

import { address, scratch, word } from '../wasm/memory';
import { storeLanes } from '../wasm/lanes';
import { packColumns, transpose4x } from '../matmul/gemm';

/** A padded row's floats: for each remainder modulo the stride, every column with it. */
@inline
function phaseWidth(p: usize): i32 {
  const reach = (word(p, 15) - 1) * word(p, 19) + (word(p, 17) - 1) * word(p, 23) + 1;
  return (reach + word(p, 19) - 1) / word(p, 19);
}

/** Copies rows `first` … of the padded image into `to` ([C][rows][stride][phaseWidth]); outside the image are zeros. */
function pad(p: usize, to: usize, x: usize, first: i32, rows: i32): void {
  const C = word(p, 11), H = word(p, 12), W = word(p, 13), sw = word(p, 19), up = word(p, 24), across = word(p, 25);
  const width = phaseWidth(p), size = width * sw;
  memory.fill(to, 0, ((<usize>(C * rows * size)) << 2) + 64);
  for (let c = 0; c < C; c++) {
    for (let r = 0; r < rows; r++) {
      const row = first + r - word(p, 20);
      if (row < 0 || row % up != 0 || row / up >= H) continue;
      const from = x + ((<usize>((c * H + row / up) * W)) << 2);
      const line = to + ((<usize>((c * rows + r) * size)) << 2);
      const left = word(p, 21);
      if (sw == 1 && across == 1) {
        const skip = max(0, -left), n = min(W - skip, width - max(0, left));
        if (n > 0) memory.copy(line + ((<usize>max(0, left)) << 2), from + ((<usize>skip) << 2), (<usize>n) << 2);
      } else {
        for (let i = 0; i < W; i++) {
          const column = i * across + left;
          if (column < 0 || column >= size) continue;
          store<f32>(line + ((<usize>((column % sw) * width + column / sw)) << 2), load<f32>(from + ((<usize>i) << 2)));
        }
      }
    }
  }
}

/** The table: where weight (c, i, j) reads, in bytes from an output's own place. */
function offsets(p: usize, table: usize, rows: i32): void {
  const C = word(p, 11), kH = word(p, 16), kW = word(p, 17), sw = word(p, 19), width = phaseWidth(p);
  for (let c = 0; c < C; c++) {
    for (let i = 0; i < kH; i++) {
      for (let j = 0; j < kW; j++) {
        const r = (word(p, 26) != 0 ? kH - 1 - i : i) * word(p, 22), q = (word(p, 26) != 0 ? kW - 1 - j : j) * word(p, 23);
        store<i32>(table, ((c * rows + r) * sw * width + (q % sw) * width + q / sw) << 2);
        table += 4;
      }
    }
  }
}

/** 4 by 8 outputs: a packed [k][4], b's rows at the table's offsets. */
function block4x8(k: i32, a: usize, b: usize, table: usize, c: usize, cr: usize, more: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (more) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + cr);
    c11 = v128.load(c + cr, 16);
    c20 = v128.load(c + 2 * cr);
    c21 = v128.load(c + 2 * cr, 16);
    c30 = v128.load(c + 3 * cr);
    c31 = v128.load(c + 3 * cr, 16);
  }
  for (; k > 0; k--) {
    const at = b + <usize>load<u32>(table);
    table += 4;
    const b0 = v128.load(at), b1 = v128.load(at, 16);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.add(f32x4.mul(x, b0), c00);
    c01 = f32x4.add(f32x4.mul(x, b1), c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(f32x4.mul(x, b0), c10);
    c11 = f32x4.add(f32x4.mul(x, b1), c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(f32x4.mul(x, b0), c20);
    c21 = f32x4.add(f32x4.mul(x, b1), c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(f32x4.mul(x, b0), c30);
    c31 = f32x4.add(f32x4.mul(x, b1), c31);
    a += 16;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + cr, c10);
  v128.store(c + cr, c11, 16);
  v128.store(c + 2 * cr, c20);
  v128.store(c + 2 * cr, c21, 16);
  v128.store(c + 3 * cr, c30);
  v128.store(c + 3 * cr, c31, 16);
}

/** Packs `k` steps of `rows` ≤ 4 rows of a into [k][4]; missing rows repeat the last. */
function packRows(to: usize, a: usize, ar: usize, k: i32, rows: i32): void {
  const d1 = rows > 1 ? ar : 0, d2 = d1 + (rows > 2 ? ar : 0), d3 = d2 + (rows > 3 ? ar : 0);
  for (; k >= 4; k -= 4) {
    transpose4x(to, v128.load(a), v128.load(a + d1), v128.load(a + d2), v128.load(a + d3), 16);
    to += 64;
    a += 16;
  }
  for (; k > 0; k--) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(a + d1), 4);
    store<f32>(to, load<f32>(a + d2), 8);
    store<f32>(to, load<f32>(a + d3), 12);
    to += 16;
    a += 4;
  }
}

/** 8 by 4 outputs at the end of a row: a and `below` packed [k][4]. */
function block8x4(k: i32, a: usize, below: usize, b: usize, table: usize, c: usize, more: bool): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  if (more) {
    c0 = v128.load(c);
    c1 = v128.load(c, 32);
    c2 = v128.load(c, 64);
    c3 = v128.load(c, 96);
    c4 = v128.load(c, 128);
    c5 = v128.load(c, 160);
    c6 = v128.load(c, 192);
    c7 = v128.load(c, 224);
  }
  for (; k > 0; k--) {
    const b0 = v128.load(b + <usize>load<u32>(table));
    table += 4;
    c0 = f32x4.add(f32x4.mul(v128.load_splat<f32>(a), b0), c0);
    c1 = f32x4.add(f32x4.mul(v128.load_splat<f32>(a, 4), b0), c1);
    c2 = f32x4.add(f32x4.mul(v128.load_splat<f32>(a, 8), b0), c2);
    c3 = f32x4.add(f32x4.mul(v128.load_splat<f32>(a, 12), b0), c3);
    c4 = f32x4.add(f32x4.mul(v128.load_splat<f32>(below), b0), c4);
    c5 = f32x4.add(f32x4.mul(v128.load_splat<f32>(below, 4), b0), c5);
    c6 = f32x4.add(f32x4.mul(v128.load_splat<f32>(below, 8), b0), c6);
    c7 = f32x4.add(f32x4.mul(v128.load_splat<f32>(below, 12), b0), c7);
    a += 16;
    below += 16;
  }
  v128.store(c, c0);
  v128.store(c, c1, 32);
  v128.store(c, c2, 64);
  v128.store(c, c3, 96);
  v128.store(c, c4, 128);
  v128.store(c, c5, 160);
  v128.store(c, c6, 192);
  v128.store(c, c7, 224);
}

/** A tile is one group of one image, `word 27` output rows of it. */
export function conv2d(p: usize, tile: i32): void {
  const groups = word(p, 9), M = word(p, 10), C = word(p, 11), outH = word(p, 14), outW = word(p, 15), block = word(p, 27);
  const blocks = (outH + block - 1) / block;
  const y0 = (tile % blocks) * block, group = (tile / blocks) % groups, image = tile / blocks / groups;
  const lines = min(block, outH - y0), rows = (block - 1) * word(p, 18) + (word(p, 16) - 1) * word(p, 22) + 1;
  const K = C * word(p, 16) * word(p, 17);
  const corner = scratch(), table = corner + 256, packed = table + <usize>((K * 4 + 63) & ~63), padded = packed + <usize>((M + 3) & ~3) * <usize>(K * 4);
  const x = address(p, 5) + (<usize>((image * groups + group) * C) * <usize>(word(p, 12) * word(p, 13)) << 2);
  pad(p, padded, x, y0 * word(p, 18), rows);
  offsets(p, table, rows);
  const a = address(p, 4) + (<usize>(group * M) * <usize>K << 2), ar = (<usize>K) << 2;
  for (let i = 0; i < M; i += 4) packRows(packed + <usize>i * ar, a + <usize>i * ar, ar, K, min(4, M - i));
  const plane = (<usize>(outH * outW)) << 2;
  const y = address(p, 7) + <usize>((image * groups + group) * M) * plane;
  const lineStep = (<usize>(word(p, 18) * phaseWidth(p) * word(p, 19))) << 2;
  const bias = address(p, 6);
  for (let line = 0; line < lines; line++) {
    for (let j = 0; j < outW; j += 8) {
      const columns = min(8, outW - j);
      const b = padded + <usize>line * lineStep + ((<usize>j) << 2);
      const c = y + ((<usize>((y0 + line) * outW + j)) << 2);
      const narrow = columns <= 4;
      for (let i = 0; i < M; i += narrow ? 8 : 4) {
        const left = min(narrow ? 8 : 4, M - i);
        const whole = left == 4 && columns == 8;
        let to = c + plane * <usize>i;
        for (let k = 0; k < K; k += 256) {
          const shift = (<usize>k) << 2;
          const weights = packed + <usize>i * ar + 4 * shift;
          if (narrow) {
            block8x4(min(256, K - k), weights, left > 4 ? weights + 4 * ar : weights, b, table + shift, corner, k > 0);
            continue;
          }
          // Two calls keep the function a function: inlined here, its sums would not stay in registers.
          if (whole) block4x8(min(256, K - k), weights, b, table + shift, to, plane, k > 0);
          else block4x8(min(256, K - k), weights, b, table + shift, corner, 32, k > 0);
        }
        if (!whole) copyCorner(corner, to, plane, left, columns);
        if (bias != 0) {
          for (let r = 0; r < left; r++, to += plane) {
            const value = load<f32>(bias + ((<usize>(group * M + i + r)) << 2));
            for (let q = 0; q < columns; q++) store<f32>(to + ((<usize>q) << 2), load<f32>(to + ((<usize>q) << 2)) + value);
          }
        }
      }
    }
  }
}

function copyCorner(from: usize, to: usize, step: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    storeLanes(to, v128.load(from), columns);
    if (columns > 4) storeLanes(to + 16, v128.load(from, 16), columns - 4);
    from += 32;
    to += step;
  }
}

/** A tile is one group and a part of the images: Σ over their pixels of patch · g, as [weights][outputs]. */
export function conv2dWeightGrad(p: usize, tile: i32): void {
  const images = word(p, 8), groups = word(p, 9), M = word(p, 10), C = word(p, 11), outH = word(p, 14), outW = word(p, 15), parts = word(p, 27);
  const part = tile / groups, group = tile % groups;
  const K = C * word(p, 16) * word(p, 17), wide = (M + 7) & ~7;
  const rows = (outH - 1) * word(p, 18) + (word(p, 16) - 1) * word(p, 22) + 1;
  const room = scratch(), table = room + 128, panel = table + <usize>((K * 4 + 63) & ~63), padded = panel + (<usize>(outW * 8) << 2);
  const step = (<usize>wide) << 2;
  const sums = address(p, 7) + <usize>tile * <usize>K * step;
  memory.fill(sums, 0, <usize>K * step);
  offsets(p, table, rows);
  const plane = (<usize>(outH * outW)) << 2;
  const lineStep = (<usize>(word(p, 18) * phaseWidth(p) * word(p, 19))) << 2;
  for (let image = part; image < images; image += parts) {
    const unit = <usize>(image * groups + group);
    pad(p, padded, address(p, 5) + (unit * <usize>C * <usize>(word(p, 12) * word(p, 13)) << 2), 0, rows);
    const g = address(p, 4) + unit * <usize>M * plane;
    for (let line = 0; line < outH; line++) {
      const b = padded + <usize>line * lineStep;
      for (let j = 0; j < M; j += 8) {
        packColumns(panel, g + <usize>j * plane + ((<usize>(line * outW)) << 2), 4, plane, outW, min(8, M - j));
        for (let k = 0; k < K; k += 4) {
          const left = min(4, K - k), at = table + ((<usize>k) << 2);
          const a0 = b + <usize>load<u32>(at);
          const a1 = left > 1 ? b + <usize>load<u32>(at, 4) : a0, a2 = left > 2 ? b + <usize>load<u32>(at, 8) : a0, a3 = left > 3 ? b + <usize>load<u32>(at, 12) : a0;
          const to = sums + <usize>k * step + ((<usize>j) << 2);
          if (left == 4) rowsTimesPanel(outW, a0, a1, a2, a3, panel, to, step);
          else {
            for (let r = 0; r < left; r++) memory.copy(room + <usize>(r * 32), to + <usize>r * step, 32);
            rowsTimesPanel(outW, a0, a1, a2, a3, panel, room, 32);
            for (let r = 0; r < left; r++) memory.copy(to + <usize>r * step, room + <usize>(r * 32), 32);
          }
        }
      }
    }
  }
}

/** c (4 by 8) += four rows of n adjacent floats · panel [n][8]. */
function rowsTimesPanel(n: i32, a0: usize, a1: usize, a2: usize, a3: usize, b: usize, c: usize, cr: usize): void {
  let c00 = v128.load(c), c01 = v128.load(c, 16), c10 = v128.load(c + cr), c11 = v128.load(c + cr, 16);
  let c20 = v128.load(c + 2 * cr), c21 = v128.load(c + 2 * cr, 16), c30 = v128.load(c + 3 * cr), c31 = v128.load(c + 3 * cr, 16);
  for (; n > 0; n--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += 32;
    let a = v128.load_splat<f32>(a0);
    c00 = f32x4.add(f32x4.mul(a, b0), c00);
    c01 = f32x4.add(f32x4.mul(a, b1), c01);
    a0 += 4;
    a = v128.load_splat<f32>(a1);
    c10 = f32x4.add(f32x4.mul(a, b0), c10);
    c11 = f32x4.add(f32x4.mul(a, b1), c11);
    a1 += 4;
    a = v128.load_splat<f32>(a2);
    c20 = f32x4.add(f32x4.mul(a, b0), c20);
    c21 = f32x4.add(f32x4.mul(a, b1), c21);
    a2 += 4;
    a = v128.load_splat<f32>(a3);
    c30 = f32x4.add(f32x4.mul(a, b0), c30);
    c31 = f32x4.add(f32x4.mul(a, b1), c31);
    a3 += 4;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + cr, c10);
  v128.store(c + cr, c11, 16);
  v128.store(c + 2 * cr, c20);
  v128.store(c + 2 * cr, c21, 16);
  v128.store(c + 3 * cr, c30);
  v128.store(c + 3 * cr, c31, 16);
}

/** dw [groups·M][K] = the sum of the parts, transposed. */
export function conv2dWeightSum(p: usize, tile: i32): void {
  const parts = word(p, 6), groups = word(p, 7), M = word(p, 8), K = word(p, 9), wide = (M + 7) & ~7;
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < M; i++) {
      for (let k = 0; k < K; k++) {
        let sum: f32 = 0;
        for (let part = 0; part < parts; part++) sum += load<f32>(address(p, 4) + ((<usize>(((part * groups + group) * K + k) * wide + i)) << 2));
        store<f32>(address(p, 5) + ((<usize>((group * M + i) * K + k)) << 2), sum);
      }
    }
  }
}
