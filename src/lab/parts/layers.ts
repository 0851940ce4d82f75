/* Layers of a plane: what several parts draw below their handles, checked and in the form the page draws from.

     points    { xy: [[x, y], …] or a flat Float64Array, classes?, colour?, size?, opacity?, names? }, or a list of such, or [[x, y], …]
     segments  [{ from?, to, colour?, arrow?, dashed?, name?, width? }]      polygons  [{ points, colour?, opacity?, dashed? }]
     image     { data, shape: [rows, columns], domain?, signed? }           curves    [{ points, colour?, dashed?, name? }] */

import { isList, isNumber, isRecord, pairsOf, wrong, type Domain, type Options, type Pair } from './options.ts';

export interface PointLayer {
  /** x and y in turn. */
  readonly xy: Float64Array;
  readonly classes: Uint8Array | undefined;
  readonly colour: number;
  readonly size: number | undefined;
  readonly opacity: number | undefined;
  readonly names: readonly string[] | undefined;
}
export interface Segment {
  readonly from: Pair;
  readonly to: Pair;
  readonly colour: number;
  readonly arrow: boolean;
  readonly dashed: boolean;
  readonly name: string | undefined;
  readonly width: number | undefined;
}
export interface Outline {
  readonly points: readonly Pair[];
  readonly colour: number;
  readonly opacity: number | undefined;
  readonly dashed: boolean;
  readonly name: string | undefined;
}
export interface ImageLayer {
  readonly data: ArrayLike<number>;
  readonly shape: Pair;
  /** Where its edges lie; default: the whole plane. */
  readonly domain: Domain | undefined;
  readonly signed: boolean;
}
export interface Layers {
  readonly points?: readonly PointLayer[];
  readonly segments?: readonly Segment[];
  readonly polygons?: readonly Outline[];
  readonly curves?: readonly Outline[];
  readonly image?: ImageLayer;
}

const kinds = ['points', 'segments', 'polygons', 'curves', 'image'];

/** The option `layers` of `part`; undefined where there is none. */
export function layersIn(part: string, options: Options): Layers | undefined {
  const layers = options['layers'];
  if (layers === undefined) return undefined;
  if (!isRecord(layers)) throw wrong(part, 'layers', 'an object such as { points: [[1, 2]], segments: [{ to: [1, 2] }] }', layers);
  const unknown = Object.keys(layers).find((key) => !kinds.includes(key));
  if (unknown !== undefined) throw wrong(part, 'layers', `an object of ${kinds.join(', ')}`, unknown);
  const { points, segments, polygons, curves, image } = layers;
  return {
    ...(points === undefined ? {} : { points: pointLayers(part, points) }),
    ...(segments === undefined
      ? {}
      : { segments: recordsOf(part, 'layers.segments', segments, '{ from: [0, 0], to: [1, 2] }').map((one) => segment(part, one)) }),
    ...(polygons === undefined ? {} : { polygons: outlines(part, 'layers.polygons', polygons) }),
    ...(curves === undefined ? {} : { curves: outlines(part, 'layers.curves', curves) }),
    ...(image === undefined ? {} : { image: imageLayer(part, image) }),
  };
}

/** A palette number, 1 to 6. */
export function colourOf(part: string, option: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 6)
    throw wrong(part, option, 'a palette number from 1 to 6', value);
  return value as number;
}

/** A number for each of `count` things, from 0 to 255, for colour and shape. */
export function classesOf(part: string, option: string, value: unknown, count: number): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (
    !isList(value) ||
    value.length !== count ||
    !Array.from(value).every((one) => Number.isInteger(one) && (one as number) >= 0 && (one as number) < 256)
  )
    throw wrong(part, option, `a list of ${count} whole numbers from 0`, value, 'One for each point.');
  return Uint8Array.from(value as ArrayLike<number>);
}

function pointLayers(part: string, given: unknown): PointLayer[] {
  const option = 'layers.points';
  if (isRecord(given)) return [pointLayer(part, given)];
  if (Array.isArray(given) && given.length > 0 && given.every(isRecord)) return given.map((one) => pointLayer(part, one));
  return [pointLayer(part, { xy: given }, option)];
}

function pointLayer(part: string, { xy, classes, colour, size, opacity, names }: Options, option = 'layers.points.xy'): PointLayer {
  const flat =
    ArrayBuffer.isView(xy) || (Array.isArray(xy) && xy.length > 0 && typeof xy[0] === 'number')
      ? Float64Array.from(xy as ArrayLike<number>)
      : Float64Array.from(pairsOf(part, option, xy).flat());
  if (flat.length % 2 !== 0) throw wrong(part, option, 'x and y in turn, so an even count', flat.length, 'Or write [[x, y], …].');
  const words = Array.isArray(names) ? names.map(String) : undefined;
  return {
    xy: flat,
    classes: classesOf(part, 'layers.points.classes', classes, flat.length / 2),
    colour: colourOf(part, 'layers.points.colour', colour, 1),
    size: positive(part, 'layers.points.size', size),
    opacity: positive(part, 'layers.points.opacity', opacity),
    names: words,
  };
}

function segment(part: string, { from, to, colour, arrow, dashed, name, width }: Options): Segment {
  return {
    from: from === undefined ? [0, 0] : pairOf(part, 'layers.segments.from', from),
    to: pairOf(part, 'layers.segments.to', to),
    colour: colourOf(part, 'layers.segments.colour', colour, 6),
    arrow: arrow === true,
    dashed: dashed === true,
    name: name === undefined ? undefined : String(name),
    width: positive(part, 'layers.segments.width', width),
  };
}

const outlines = (part: string, option: string, given: unknown): Outline[] =>
  recordsOf(part, option, given, '{ points: [[0, 0], [1, 0], [1, 1]] }').map(({ points, colour, opacity, dashed, name }) => ({
    points: pairsOf(part, `${option}.points`, points),
    colour: colourOf(part, `${option}.colour`, colour, 1),
    opacity: positive(part, `${option}.opacity`, opacity),
    dashed: dashed === true,
    name: name === undefined ? undefined : String(name),
  }));

/** An image of numbers from 0 to 1 (bytes: 0 to 255), or signed ones about 0. */
export function imageLayer(part: string, given: unknown, option = 'layers.image'): ImageLayer {
  if (!isRecord(given)) throw wrong(part, option, '{ data, shape: [rows, columns] }', given);
  const { data, shape, domain, signed } = given;
  if (!isList(shape) || shape.length !== 2 || !Array.from(shape).every((one) => Number.isInteger(one) && (one as number) > 0))
    throw wrong(part, `${option}.shape`, '[rows, columns]', shape);
  const [rows, columns] = Array.from(shape) as [number, number];
  if (!isList(data) || data.length !== rows * columns)
    throw wrong(
      part,
      `${option}.data`,
      `a list of ${rows} × ${columns} = ${rows * columns} numbers`,
      isList(data) ? `${data.length} numbers` : data,
    );
  const area = isRecord(domain) && isList(domain['x']) && isList(domain['y']) ? (domain as unknown as Domain) : undefined;
  const scale = data instanceof Uint8Array || data instanceof Uint8ClampedArray ? 1 / 255 : 1;
  return {
    data: Float32Array.from(data as ArrayLike<number>, (value) => value * scale),
    shape: [rows, columns],
    domain: area,
    signed: signed === true,
  };
}

export function pairOf(part: string, option: string, value: unknown): Pair {
  if (!isList(value) || value.length !== 2 || !isNumber(value[0]) || !isNumber(value[1]))
    throw wrong(part, option, 'a point [x, y]', value);
  return [value[0], value[1]];
}

function recordsOf(part: string, option: string, given: unknown, example: string): readonly Options[] {
  if (!Array.isArray(given) || !given.every(isRecord)) throw wrong(part, option, `a list such as [${example}]`, given);
  return given;
}

function positive(part: string, option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (!isNumber(value) || value <= 0) throw wrong(part, option, 'a number above 0', value);
  return value;
}
