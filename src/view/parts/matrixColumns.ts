/* A matrix as where it takes the basis: columns to drag, the grid (or the unit cube) that follows, an image carried along, a slider from
   the identity to the matrix, and its numbers to type. Three dimensions are seen from the side; the view turns, depth is kept. */

import './matrixColumns.css';
import { h, s } from '../dom.ts';
import { number } from '../words.ts';
import { makeArrow } from './arrows.ts';
import { paintImage, type ImageLayer } from './layers.ts';
import type { DrawPart } from './part.ts';
import { path, type Domain, type Pair } from './plane.ts';
import { makeStage } from './stage.ts';

type Matrix = readonly (readonly number[])[];
const farthest = 12;

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    share = 1,
    yaw = 0.6,
    pitch = 0.42;
  const size = (spec.value as Matrix).length;
  const names = spec.props['names'] as readonly string[];
  const domain = spec.props['domain'] as Domain;
  const value = (): Matrix => now.value as Matrix;
  /** Between identity (0) and the matrix (1). */
  const seen = (): Matrix => value().map((row, i) => row.map((entry, j) => (1 - share) * (i === j ? 1 : 0) + share * entry));
  const change = (next: Matrix): void => {
    now = { ...now, value: next };
    moved(next);
    place();
  };
  const image = spec.props['image'] as ImageLayer | undefined;
  const carried = (context: CanvasRenderingContext2D): void => {
    const corner = (x: number, y: number): Pair => px(project(apply(seen(), [x, y])));
    if (image) paintImage(context, plane.svg, image, corner(0, 1), corner(1, 1), corner(0, 0));
  };
  const stage = makeStage({ spec, place: () => arrange(), equal: true, blank: size === 3, ...(image && { below: carried }) });
  const { plane, place } = stage;
  const lines = s('path', { class: 'moved-grid' });
  const ghost = s('path', { class: 'stroke fig-6 dashed', 'stroke-width': 1 });
  const cell = s('path', { class: 'outline fig-1' });
  plane.layer.append(lines, cell, ghost);
  const columns = names.map((name, j) => {
    const arrow = makeArrow(j + 1, { width: 2.5, short: spec.readonly ? 0 : 9 });
    const label = s('text', { class: 'name' }, name);
    plane.layer.append(arrow.element, label);
    const handle = plane.handle({
      name: `column ${name}`,
      colour: j + 1,
      snap: size === 2 ? (spec.props['snap'] as number | undefined) : undefined,
      readonly: spec.readonly,
      moved: (at) => {
        share = 1;
        if (slider) slider.value = '1';
        const column =
          size === 2
            ? at
            : lift(
                at,
                value().map((row) => row[j]!),
              );
        change(value().map((row, i) => row.map((entry, k) => (k === j ? tidy(column[i]!) : entry))));
      },
    });
    if (spec.readonly) handle.element.remove();
    return { arrow, label, handle };
  });

  // ---- three dimensions, seen from the side
  const eye = (): { readonly right: number[]; readonly up: number[]; readonly out: number[] } => ({
    right: [-Math.sin(yaw), Math.cos(yaw), 0],
    up: [-Math.sin(pitch) * Math.cos(yaw), -Math.sin(pitch) * Math.sin(yaw), Math.cos(pitch)],
    out: [Math.cos(pitch) * Math.cos(yaw), Math.cos(pitch) * Math.sin(yaw), Math.sin(pitch)],
  });
  const project = (at: readonly number[]): Pair => {
    if (size === 2) return [at[0]!, at[1]!];
    const { right, up } = eye();
    return [dot(right, at), dot(up, at)];
  };
  /** A place of the picture in space, as deep as `before` lies. */
  const lift = (at: Pair, before: readonly number[]): readonly number[] => {
    const { right, up, out } = eye();
    const deep = dot(out, before);
    return right.map((r, i) => r * at[0] + up[i]! * at[1] + out[i]! * deep);
  };
  const px = ([x, y]: Pair): Pair => [plane.x(x), plane.y(y)];
  const line = (matrix: Matrix, from: readonly number[], to: readonly number[]): string =>
    path([px(project(apply(matrix, from))), px(project(apply(matrix, to)))]);

  const arrange = (): void => {
    const matrix = seen();
    if (size === 2) {
      const grid: string[] = [];
      if (now.props['grid'] !== false)
        for (let k = -farthest; k <= farthest; k++)
          grid.push(line(matrix, [k, -farthest], [k, farthest]), line(matrix, [-farthest, k], [farthest, k]));
      lines.setAttribute('d', grid.join(''));
      const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map((at) => px(project(apply(matrix, at)))); // prettier-ignore
      cell.setAttribute('d', path(corners, true));
    } else {
      const axes = [0, 1, 2].map((i) => [0, 1, 2].map((k) => (k === i ? domain.x[1] : 0)));
      const identity = [0, 1, 2].map((i) => [0, 1, 2].map((k) => (k === i ? 1 : 0)));
      lines.setAttribute(
        'd',
        axes
          .map((axis) =>
            line(
              identity,
              axis.map((one) => -one),
              axis,
            ),
          )
          .join(''),
      );
      const edges = [0, 1, 2].flatMap((i) =>
        [[0, 0], [0, 1], [1, 0], [1, 1]].map(([a, b]) => {
          const start = [0, 0, 0];
          start[(i + 1) % 3] = a!;
          start[(i + 2) % 3] = b!;
          return [start, start.map((one, k) => (k === i ? 1 : one))] as const;
        }),
      ); // prettier-ignore
      cell.setAttribute('d', edges.map(([a, b]) => line(matrix, a, b)).join(''));
      ghost.setAttribute('d', edges.map(([a, b]) => line(identity, a, b)).join(''));
    }
    columns.forEach(({ arrow, label, handle }, j) => {
      const column = matrix.map((row) => row[j]!);
      const to = px(project(column));
      arrow.set(px([0, 0]), to);
      handle.set(
        project(column),
        value()
          .map((row, i) => `${'xyz'[i]} ${number(row[j]!)}`)
          .join(', '),
      );
      label.setAttribute('x', String(to[0] + 14));
      label.setAttribute('y', String(to[1] - 10));
    });
    fields.forEach((row, i) =>
      row.forEach((field, j) => {
        if (document.activeElement !== field) field.value = String(Number(value()[i]![j]!.toPrecision(6)));
      }),
    );
  };

  // ---- beside the picture: its numbers, the morph, the view
  const fields = value().map((row, i) =>
    row.map((_, j) => {
      const field = h('input', {
        type: 'text',
        inputmode: 'decimal',
        class: `text fig-${j + 1}`,
        'aria-label': `row ${i + 1}, column ${j + 1}`,
        autocomplete: 'off',
      });
      field.disabled = spec.readonly;
      field.addEventListener('input', () => {
        const typed = Number(field.value);
        if (field.value.trim() === '' || !Number.isFinite(typed)) return field.setAttribute('aria-invalid', 'true');
        field.removeAttribute('aria-invalid');
        change(value().map((old, r) => old.map((entry, c) => (r === i && c === j ? typed : entry))));
      });
      field.addEventListener('blur', () => {
        field.removeAttribute('aria-invalid');
        place();
      });
      return field;
    }),
  );
  const entries = h(
    'div',
    { class: 'matrix-entries', role: 'group', 'aria-label': 'Numbers of the matrix', style: `--n: ${size}` },
    ...fields.flat(),
  );
  const slide = (
    label: string,
    low: number,
    high: number,
    at: number,
    set: (to: number) => void,
  ): readonly [HTMLElement, HTMLInputElement] => {
    const input = h('input', { type: 'range', min: low, max: high, step: (high - low) / 100, value: at });
    const fillTo = (): void => input.style.setProperty('--at', `${(100 * (Number(input.value) - low)) / (high - low)}%`);
    input.addEventListener('input', () => {
      set(Number(input.value));
      fillTo();
      place();
    });
    fillTo();
    return [h('label', { class: 'matrix-slide' }, label, input), input];
  };
  const bar = h('div', { class: 'matrix-side' }, entries);
  let slider: HTMLInputElement | undefined;
  if (spec.props['morph'] === true) {
    const [labelled, input] = slide('From identity', 0, 1, 1, (to) => (share = to));
    slider = input;
    bar.append(labelled);
  }
  if (size === 3) {
    const [labelled] = slide('Turn', -180, 180, (yaw * 180) / Math.PI, (to) => (yaw = (to * Math.PI) / 180));
    bar.append(labelled, slide('Tilt', 0, 90, (pitch * 180) / Math.PI, (to) => (pitch = (to * Math.PI) / 180))[0]);
  }
  return {
    element: h('div', { class: 'matrix-part' }, plane.element, bar),
    set(next) {
      now = next;
      stage.follow(next);
      place();
    },
    table: () => ({ columns: ['', ...names], rows: value().map((row, i) => ['xyz'[i], ...row]) }),
    dispose: stage.dispose,
  };
};

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, one, i) => sum + one * b[i]!, 0);
const apply = (matrix: Matrix, at: readonly number[]): number[] => matrix.map((row) => dot(row, at));
const tidy = (value: number): number => Number(value.toFixed(3)) + 0;
