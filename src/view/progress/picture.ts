/* Progress as a picture, 1,200 by 630: the course's step graph with the reader's points, and three numbers. Drawn on a canvas in the
   colours and faces of the page. */

import { standingPoint } from './words.ts';
import { isReached } from '../../course/progress.ts';
import { phases, units } from '../../course/units.ts';
import type { Progress } from '../../session/progress.ts';
import { h } from '../dom.ts';
import { plural } from '../words.ts';

const width = 1200;
const height = 630;

/** Resolves to a PNG of twice the size. */
export async function drawPicture({ standings, predictions }: Progress, now: number): Promise<Blob> {
  await document.fonts.ready;
  const canvas = h('canvas', { width: width * 2, height: height * 2 });
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no pictures here. The signed file holds the same.');
  context.scale(2, 2);
  const probe = h('span', { hidden: true });
  document.body.append(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const face = (voice: 'serif' | 'sans'): string => getComputedStyle(document.documentElement).getPropertyValue(`--${voice}`);
  const text = (
    words: string,
    x: number,
    y: number,
    size: number,
    voice: 'serif' | 'sans',
    token: string,
    align: CanvasTextAlign = 'left',
  ): void => {
    context.font = `${size}px ${face(voice)}`;
    context.fillStyle = colour(token);
    context.textAlign = align;
    context.fillText(words, x, y);
  };

  context.fillStyle = colour('paper');
  context.fillRect(0, 0, width, height);
  const reached = standings.filter((one) => one.unit.number !== undefined && isReached(one)).length;
  const passed = standings.reduce((sum, { exercises }) => sum + exercises.filter((one) => one.passed !== undefined).length, 0);
  const right = predictions.filter((one) => one.right).length;
  text('Gradus', 60, 92, 46, 'serif', 'ink');
  text(new Date(now).toLocaleDateString('en', { day: 'numeric', month: 'long', year: 'numeric' }), 60, 126, 20, 'sans', 'ink-2');
  text(`${reached} of ${plural(units.length, 'step')} reached`, 60, 180, 26, 'sans', 'ink');
  text(`${plural(passed, 'exercise')} passed`, 60, 214, 26, 'sans', 'ink');
  if (predictions.length > 0) text(`${right} of ${plural(predictions.length, 'prediction')} right`, 60, 248, 26, 'sans', 'ink');

  const byNumber = new Map(standings.map((one) => [one.unit.number, one]));
  const step = (width - 150) / (units.length + 1);
  const x = (n: number): number => 60 + (n - 0.5) * step;
  const y = (phase: number): number => 560 - (phase - 1) * 46;
  for (const phase of phases) {
    const own = units.filter((unit) => unit.phase === phase.number);
    context.strokeStyle = colour('fig-ghost');
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x(own[0]!.number), y(phase.number));
    context.lineTo(x(own.at(-1)!.number + 1), y(phase.number));
    context.stroke();
    if (phase.number > 1) text(phase.title, x(own[0]!.number) - 14, y(phase.number) + 5, 15, 'sans', 'ink-3', 'right');
    else text(phase.title, x(1) - 5, y(1) + 28, 15, 'sans', 'ink-3');
    for (const unit of own) {
      const standing = byNumber.get(unit.number);
      const point = standing === undefined ? 'ahead' : standingPoint(standing, now);
      const [cx, cy] = [x(unit.number), y(phase.number)];
      const ring = { reached: 'green', half: 'blue', due: 'ochre', ready: 'edge', ahead: 'edge' }[point];
      context.beginPath();
      context.arc(cx, cy, 4.7, 0, 2 * Math.PI);
      context.fillStyle = colour(point === 'reached' ? 'green' : 'paper');
      context.fill();
      context.strokeStyle = colour(ring);
      context.lineWidth = 1.6;
      context.stroke();
      if (point === 'half' || point === 'due') {
        context.beginPath();
        if (point === 'half') context.arc(cx, cy, 4.7, Math.PI / 2, 1.5 * Math.PI);
        else context.arc(cx, cy, 2.4, 0, 2 * Math.PI);
        context.fillStyle = colour(ring);
        context.fill();
      }
    }
  }
  text('Shows what this browser kept, not who solved it.', 60, height - 26, 14, 'sans', 'ink-3');
  probe.remove();
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('The picture could not be made. The signed file holds the same.')) : resolve(blob)),
      'image/png',
    ),
  );
}
