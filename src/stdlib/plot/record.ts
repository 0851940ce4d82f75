/* Calls of Observable Plot as data. `createRecorder` makes functions that only note how they were called; `encode` turns a
   noted `plot` or `legend` into a record that survives structured clone, its accessors evaluated over the mark's data:
     { $: 'call', name, args }       a mark, transform, …: call it on replay
     { $: 'spread', call, rest }     options that spread a call's result: { ...Plot.binX(…), fill: "red" }
     { $: 'ref', name }              one of Plot's own values, e.g. Plot.identity
     { $: 'data' | 'column', values} rows of a mark (cut to the fields that are named) and evaluated channels, as they are
   A function that cannot become a column (tickFormat, render, a reducer, what sees the groups of a transform) throws
   `NeedsLibrary`: then the figure is drawn in the worker. Whatever is in doubt is drawn there too, so a replayed figure
   is always the one that Plot itself would draw. */

/** A noted call. It is enumerable under `noted` in itself, so that `{ ...call }` keeps it. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
}

export const noted: unique symbol = Symbol.for('gradus.plot.call') as never;

/** Thrown where a function cannot be recorded. */
export class NeedsLibrary extends Error {}

/** Most rows and channel values of one figure; typed arrays (pixels) may hold more. */
const maxPoints = 200_000;
const maxTyped = 4_000_000;

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Options of a mark whose functions are accessors of its data. */
const channels = words(
  'x x1 x2 y y1 y2 z fx fy px py fill stroke fillOpacity strokeOpacity opacity strokeWidth r rotate length symbol text title href ariaLabel width height src weight value geometry filter',
);
/** Marks that work on their own data behind the scenes, with the channels that they evaluate on what they were given. */
const narrowMarks: Readonly<Record<string, ReadonlySet<string>>> = {
  boxX: words('x y fx fy'),
  boxY: words('x y fx fy'),
  auto: words('x y color size fx fy'),
  tree: words('path'),
  cluster: words('path'),
};
/** Transforms whose result has other data, so that only these of their channels see the rows. */
const grouping = /^(bin|group)([XYZ]?)$/;
/** Transforms whose options come second: a lone argument says what to make. */
const outputsFirst = /^(bin|group|hexbin|map|select$|window$|normalize$|find)/;
const groupChannels = words('x x1 x2 y y1 y2 z fill stroke fx fy filter');
/** Rows of these types are shapes and stay whole. */
const geoTypes = words('Feature Point MultiPoint LineString MultiLineString Polygon MultiPolygon GeometryCollection Sphere');
const treeTransforms = words('treeNode treeLink');
const none = words('');

/** The call that `value` notes, if any. */
export function callOf(value: unknown): Call | undefined {
  return typeof value === 'object' && value !== null ? (value as { [noted]?: Call })[noted] : undefined;
}

/** What `encode` knows of Plot's own values: their names, for functions and objects that may be passed on. */
export type NameOf = (value: unknown) => Call | string | undefined;

/** The call as a cloneable record. Throws `NeedsLibrary`, or an Error when there is too much data. */
export function encode(call: Call, nameOf: NameOf): unknown {
  const rows = new Map<unknown, { $: 'data'; values: unknown }>();
  const arrays = new Map<unknown, unknown>();
  const fields = namesIn(call);
  let points = 0;

  const encodeCall = ({ name, args }: Call, data?: ArrayLike<unknown> | null, allowed: ReadonlySet<string> = none): unknown => {
    if (isMark(name)) return { $: 'call', name, args: encodeMark(name, args) };
    const options = args.at(-1);
    const inner = (isPlain(options) || callOf(options)) && (args.length > 1 || !outputsFirst.test(name)) ? args.length - 1 : args.length;
    const within = treeTransforms.has(name)
      ? words('path')
      : grouping.test(name)
        ? new Set([...groupChannels, ...Object.keys(Object(args.length > 1 ? args[0] : {}))])
        : allowed;
    return {
      $: 'call',
      name,
      args: args.map((arg, at) => {
        if (at === inner) return encodeOptions(arg as object, data, within);
        const first = at === 0 && (name === 'filter' || (name === 'sort' && typeof arg === 'function' && arg.length === 1));
        return first && typeof arg === 'function' && !callOf(options) ? column(arg, data) : encodeAny(arg);
      }),
    };
  };

  const encodeMark = (name: string, args: readonly unknown[]): unknown[] => {
    const dataless =
      /^(frame|sphere|graticule|hexgrid)$/.test(name) ||
      (args.length === 1 && /^(raster|contour|axis|grid)/.test(name) && !isData(args[0]));
    if (dataless) return args.map((arg) => encodeAny(arg));
    const [data, options, ...rest] = args;
    const values = toArray(data);
    const allowed = /^(axis|grid)/.test(name) ? none : (narrowMarks[name] ?? channels);
    const encoded = [/^geo$/.test(name) || !values ? encodeWhole(data) : encodeRows(data, values)];
    if (args.length > 1)
      encoded.push(isPlain(options) || callOf(options) ? encodeOptions(options as object, values, allowed) : encodeAny(options));
    return [...encoded, ...rest.map((arg) => encodeAny(arg))];
  };

  /** Options of a mark or transform, with the rows that its accessors see. */
  const encodeOptions = (options: object, data: ArrayLike<unknown> | null | undefined, allowed: ReadonlySet<string>): unknown => {
    const call = callOf(options);
    const within = call && changesData(call) ? none : allowed;
    const rest: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(options)) {
      if (key === 'channels' && isPlain(value) && allowed.has('x'))
        rest[key] = Object.fromEntries(Object.entries(value).map(([name, channel]) => [name, encodeChannel(channel, data)]));
      else if (within.has(key) || (key === 'sort' && within.has('filter') && typeof value === 'function' && value.length === 1))
        rest[key] = encodeChannel(value, data);
      else rest[key] = encodeAny(value);
    }
    if (!call) return rest;
    const made = encodeCall(call, data, allowed);
    return Object.keys(rest).length ? { $: 'spread', call: made, rest } : made;
  };

  const encodeChannel = (value: unknown, data: ArrayLike<unknown> | null | undefined): unknown => {
    if (nameOf(value)) return encodeAny(value);
    if (typeof value === 'function') return column(value, data);
    if (isPlain(value) && typeof value['transform'] === 'function') {
      if (!data) throw new NeedsLibrary();
      const { transform, ...rest } = value as { transform: (data: unknown) => ArrayLike<unknown> };
      return { ...(encodeAny(rest) as object), value: keep(transform(data)) };
    }
    if (isPlain(value) && 'value' in value)
      return { ...(encodeAny({ ...value, value: undefined }) as object), value: encodeChannel(value['value'], data) };
    return encodeAny(value);
  };

  const column = (accessor: unknown, data: ArrayLike<unknown> | null | undefined): unknown => {
    if (nameOf(accessor)) return encodeAny(accessor);
    if (!data) throw new NeedsLibrary();
    return keep(Array.from(data, accessor as (row: unknown, index: number) => unknown));
  };

  /** Values as they are, counted. */
  const keep = (values: unknown): unknown => {
    const known = arrays.get(values);
    if (known) return known;
    const list = toArray(values);
    if (!list) return encodeAny(values);
    count(list);
    const made = { $: 'column', values: ArrayBuffer.isView(list) ? list : Array.from(list, (item) => cloneable(item)) };
    arrays.set(values, made);
    return made;
  };

  const count = (values: ArrayLike<unknown>): void => {
    if (ArrayBuffer.isView(values) ? values.length > maxTyped : (points += values.length) > maxPoints * 4 || values.length > maxPoints) {
      throw new Error(
        `Plot: ${values.length.toLocaleString('en')} points are more than a figure takes (${maxPoints.toLocaleString('en')}). Take every nth one, or group them before plotting.`,
      );
    }
  };

  /** A mark's rows, each cut to the fields that the figure names. The same rows give the same record, for facets. */
  const encodeRows = (data: unknown, values: ArrayLike<unknown>): unknown => {
    const known = rows.get(data);
    if (known) return known;
    count(values);
    const made = {
      $: 'data' as const,
      values: ArrayBuffer.isView(values)
        ? values
        : Array.from(values, (row) => {
            if (typeof row !== 'object' || row === null || row instanceof Date) return cloneable(row);
            if (Array.isArray(row) || ArrayBuffer.isView(row) || geoTypes.has((row as { type?: unknown }).type as string))
              return cloneable(row);
            const cut: Record<string, unknown> = {};
            for (const field of fields) if (field in row) cut[field] = cloneable((row as Record<string, unknown>)[field]);
            return cut;
          }),
    };
    rows.set(data, made);
    return made;
  };

  const encodeWhole = (data: unknown): unknown => (data === undefined || data === null ? data : { $: 'data', values: cloneable(data) });

  /** Options that hold no accessors: everything but functions passes. */
  const encodeAny = (value: unknown): unknown => {
    const name = nameOf(value);
    if (name) return typeof name === 'string' ? { $: 'ref', name } : encodeCall(name);
    if (typeof value === 'function' || typeof value === 'symbol') throw new NeedsLibrary();
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (callOf(value)) return encodeOptions(value, undefined, none);
    if (Array.isArray(value))
      return value.length > 100 && !value.some((item) => typeof item === 'object' || typeof item === 'function')
        ? keep(value)
        : value.map((item) => encodeAny(item));
    if (ArrayBuffer.isView(value)) return keep(value);
    if (value instanceof Set || value instanceof Map) return keep([...value]);
    if (!isPlain(value)) throw new NeedsLibrary();
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeAny(item)]));
  };

  const [options, ...others] = call.args;
  if (call.name !== 'plot' || !isPlain(options)) return encodeCall(call);
  const facet = options['facet'];
  const facetData = isPlain(facet) ? toArray(facet['data']) : undefined;
  const encodedFacet =
    isPlain(facet) && facetData
      ? {
          facet: {
            ...(encodeOptions({ ...facet, data: undefined }, facetData, words('x y')) as object),
            data: encodeRows(facet['data'], facetData),
          },
        }
      : {};
  return {
    $: 'call',
    name: 'plot',
    args: [
      { ...(encodeAny({ ...options, ...(facetData ? { facet: undefined } : {}) }) as object), ...encodedFacet },
      ...others.map((arg) => encodeAny(arg)),
    ],
  };
}

/** Does `call`, or one that its options come from, replace the rows? */
function changesData(call: Call): boolean {
  return (
    grouping.test(call.name) ||
    treeTransforms.has(call.name) ||
    call.args.some((arg) => {
      const inner = callOf(arg);
      return inner !== undefined && changesData(inner);
    })
  );
}

const otherCalls = words(
  'plot legend marks bin binX binY group groupX groupY groupZ hexbin map mapX mapY window windowX windowY normalize normalizeX normalizeY shiftX shiftY select selectFirst selectLast selectMaxX selectMaxY selectMinX selectMinY stackX stackX1 stackX2 stackY stackY1 stackY2 treeNode treeLink dodgeX dodgeY centroid geoCentroid pointer pointerX pointerY filter reverse sort shuffle transform initializer find interpolatorBarycentric interpolatorRandomWalk',
);

/** Every mark function is recorded; the rest of Plot's functions give values and need the library. */
export function isMark(name: string): boolean {
  return marks.has(name);
}
export function isRecorded(name: string): boolean {
  return marks.has(name) || otherCalls.has(name);
}
const marks = words(
  'area areaX areaY arrow auto axisX axisY axisFx axisFy gridX gridY gridFx gridFy barX barY bollinger bollingerX bollingerY boxX boxY cell cellX cellY contour crosshair crosshairX crosshairY delaunayLink delaunayMesh hull voronoi voronoiMesh density differenceX differenceY dot dotX dotY circle hexagon frame geo sphere graticule hexgrid image line lineX lineY linearRegressionX linearRegressionY link raster rect rectX rectY ruleX ruleY text textX textY tickX tickY tip tree cluster vector vectorX vectorY spike waffleX waffleY',
);

/** The rows of what Plot takes as data, or undefined where it is not a list (nothing, or GeoJSON). */
function toArray(data: unknown): ArrayLike<unknown> | undefined {
  if (data === null || data === undefined || (typeof data === 'string' && data.length > maxPoints)) return undefined;
  if (Array.isArray(data) || (ArrayBuffer.isView(data) && !(data instanceof DataView))) return data as unknown as ArrayLike<unknown>;
  if (typeof data === 'object' && 'type' in data) return undefined;
  if (typeof data === 'string' || typeof (data as Iterable<unknown>)[Symbol.iterator] === 'function' || 'length' in Object(data))
    return Array.from(data as ArrayLike<unknown>);
  return undefined;
}

function isData(value: unknown): boolean {
  return toArray(value) !== undefined;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** All strings in the options of a figure: among them are the fields that it reads. */
function namesIn(root: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      found.add(value);
      found.add(value.replace(/^-/, ''));
    }
    if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) return;
    seen.add(value);
    const call = callOf(value) ?? (isPlain(value) && Array.isArray(value['args']) ? (value as unknown as Call) : undefined);
    if (call && isMark(call.name)) {
      visit(call.args.slice(1));
      if (isPlain(call.args[0])) visit(call.args[0]);
    } else if (call) visit(call.args);
    if (Array.isArray(value)) {
      if (value.length <= 1000) value.forEach(visit);
    } else if (isPlain(value)) for (const key of Object.keys(value)) if (key !== 'data') visit(value[key]);
  };
  visit(root);
  return found;
}

/** A copy that structured clone takes: functions and symbols become undefined, instances plain objects. */
function cloneable(value: unknown, depth = 0): unknown {
  if (typeof value === 'function' || typeof value === 'symbol' || depth > 16) return undefined;
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((item) => cloneable(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cloneable(item, depth + 1)]));
}
