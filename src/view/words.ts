/* Numbers, times and places as the interface writes them (look.md 11): 1,250 · 12 ms · 2.4 s · 3 days ago. */

const grouped = /* @__PURE__ */ new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const precise = /* @__PURE__ */ new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: true });

export function count(n: number): string {
  return grouped.format(n);
}

/** A measured number: four significant digits, exponent beyond 1e9 and below 1e-4. */
export function number(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return x.toExponential(2);
  return precise.format(x);
}

/** A duration given in ms: 12 ms, 2.4 s, 3 min 20 s. */
export function duration(ms: number): string {
  if (ms < 1) return '0 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A moment (ms since epoch) seen from `now`: relative up to a week, then the date. */
export function ago(moment: number, now: number): string {
  const seconds = Math.max(0, (now - moment) / 1000);
  const say = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'} ago`;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return say(Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return say(Math.floor(seconds / 3600), 'hour');
  if (seconds < 7 * 86_400) return say(Math.floor(seconds / 86_400), 'day');
  return new Date(moment).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** 1st, 2nd, 3rd, 4th. */
export function ordinal(n: number): string {
  const tens = n % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
