/* The dependencies of a notebook on a canvas: edges, cells as points with their state, names where they can be read. Where things
   stand is graph-layout.ts, what the reader does graph-view.ts. */

import type { CellStatus } from '../../session/types.ts';
import { css, token } from '../outputs/theme.ts';
import type { Layout, Placed } from './graph-layout.ts';

/** What is seen of the drawing, in pixels of the page: a point of it lies at `left + x · scale`. */
export interface GraphSight {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
  readonly current: string;
  /** The cell whose edges stand out. */
  readonly lead: string;
  readonly status: (id: string) => CellStatus | undefined;
}

export function paintGraph(canvas: HTMLCanvasElement, layout: Layout, sight: GraphSight): void {
  const { scale, left, top, current, lead, status } = sight;
  const pen = canvas.getContext('2d')!;
  const ratio = devicePixelRatio,
    width = canvas.clientWidth,
    height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const ink = inkOf(document.body);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const x = (place: Placed): number => left + place.x * scale,
    y = (place: Placed): number => top + place.y * scale;
  const named = scale > 0.45;
  const edge = (from: Placed, to: Placed): void => {
    const x1 = x(from) + 7,
      y1 = y(from),
      x2 = x(to) - 7,
      y2 = y(to);
    if (Math.max(x1, x2) < 0 || Math.min(x1, x2) > width || Math.max(y1, y2) < 0 || Math.min(y1, y2) > height) return;
    const bend = Math.max(20 * scale, Math.min(80 * scale, Math.abs(x2 - x1) / 2));
    pen.moveTo(x1, y1);
    pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  };
  for (const strong of [false, true]) {
    pen.beginPath();
    pen.strokeStyle = strong ? ink.blue : ink.edge;
    pen.lineWidth = strong ? 2 : 1;
    pen.globalAlpha = strong ? 1 : 0.6;
    for (const [from, to] of layout.edges)
      if ((from === lead || to === lead) === strong) edge(layout.places.get(from)!, layout.places.get(to)!);
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.font = `13px ${getComputedStyle(canvas).getPropertyValue('--mono') || 'monospace'}`;
  pen.textBaseline = 'middle';
  for (const place of layout.places.values()) {
    const cx = x(place),
      cy = y(place);
    if (cx < -170 || cx > width + 10 || cy < -20 || cy > height + 20) continue;
    point(pen, ink, cx, cy, status(place.id));
    if (place.id === current) {
      pen.beginPath();
      pen.arc(cx, cy, 10, 0, 2 * Math.PI);
      pen.strokeStyle = ink.blue;
      pen.lineWidth = 2;
      pen.stroke();
    }
    if (!named && place.id !== lead) continue;
    const label = place.id.length > 18 ? `${place.id.slice(0, 17)}…` : place.id;
    pen.fillStyle = ink.sheet;
    pen.globalAlpha = 0.85;
    pen.fillRect(cx - 7, cy - 24, pen.measureText(label).width + 4, 15);
    pen.globalAlpha = 1;
    pen.fillStyle = place.id === lead ? ink.blue : ink.ink;
    pen.fillText(label, cx - 5, cy - 16);
  }
}

const tokens = ['ink', 'edge', 'blue', 'red', 'ochre', 'sheet'] as const;
type Ink = Readonly<Record<(typeof tokens)[number], string>>;
const inkOf = (element: Element): Ink => Object.fromEntries(tokens.map((name) => [name, css(token(element, `--${name}`))])) as Ink;

/** A cell's point, as in the page. */
function point(pen: CanvasRenderingContext2D, ink: Ink, x: number, y: number, status: CellStatus | undefined): void {
  const state = status?.state ?? 'idle';
  const tone =
    state === 'stale' ? ink.ochre : state === 'running' ? ink.blue : state === 'error' ? ink.red : state === 'done' ? ink.ink : ink.edge;
  pen.lineWidth = 1.75;
  pen.strokeStyle = pen.fillStyle = tone;
  pen.beginPath();
  if (state === 'error') {
    pen.moveTo(x - 4, y - 4);
    pen.lineTo(x + 4, y + 4);
    pen.moveTo(x + 4, y - 4);
    pen.lineTo(x - 4, y + 4);
    pen.stroke();
    return;
  }
  if (state === 'blocked' || state === 'off') {
    pen.moveTo(x - 5, y);
    pen.lineTo(x + 5, y);
    pen.stroke();
    return;
  }
  pen.arc(x, y, 5, 0, 2 * Math.PI);
  if (state === 'done') {
    pen.fill();
    return;
  }
  pen.save();
  pen.fillStyle = ink.sheet;
  pen.fill();
  pen.restore();
  pen.stroke();
  if (state === 'stale' || state === 'running' || status?.kept !== undefined) {
    pen.beginPath();
    if (status?.kept !== undefined && state === 'idle') pen.arc(x, y, 2, 0, 2 * Math.PI);
    else pen.arc(x, y, 5, Math.PI / 2, -Math.PI / 2);
    pen.fill();
  }
}
