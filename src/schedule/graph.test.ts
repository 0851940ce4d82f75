import { describe, expect, it } from 'vitest';
import { buildGraph, planAll, planCells, planEvery } from './index.ts';
import type { SourceCell } from './types.ts';

/* Notation: "a b<-a c{manual}<-a,b" is three cells that define the name they are called after; "a=x,y" defines x and y;
   "t<-a!x" also assigns x; "i=#lib:x" imports x. */
function cells(notation: string): SourceCell[] {
  return notation.split(' ').map((part) => {
    const [, id, mode, defs, uses, writes] = /^([\w-]+)(?:\{(\w+)\})?(?:=([\w,#:]+))?(?:<-([\w,]+))?(?:!(\w+))?$/.exec(part)!;
    return {
      id: id!,
      language: 'ts',
      run: (mode ?? 'auto') as SourceCell['run'],
      analysis: {
        defines: (defs ?? id!)
          .split(',')
          .map((name) =>
            name.startsWith('#')
              ? { name: name.split(':')[1]!, kind: 'value' as const, import: name, exported: false, line: 1, column: 1 }
              : { name, kind: 'value' as const, exported: false, line: 1, column: 7 },
          ),
        reads: uses?.split(',') ?? [],
        writes: writes ? [{ name: writes, line: 2, column: 3 }] : [],
        imports: [],
        code: '',
        shifts: [],
        shows: false,
        tokens: [],
      },
    };
  });
}
const graph = (notation: string) => buildGraph(cells(notation));
const problem = (notation: string, id: string) => graph(notation).cells.get(id)!.problem;
const facts =
  (known: Record<string, string> = {}) =>
  (id: string) => ({ state: (known[id] ?? 'idle') as 'idle', valued: ['done', 'stale'].includes(known[id] ?? ''), ran: id in known });

describe('graph', () => {
  it('orders cells by what they need and, where that is free, by the file', () => {
    expect(graph('c<-a b a d<-c').order).toEqual(['b', 'a', 'c', 'd']);
    expect(graph('z y x').order).toEqual(['z', 'y', 'x']);
  });

  it('knows what a cell needs and what follows from it, by way of others too', () => {
    const g = graph('a b<-a c<-b d<-a e');
    expect(planEvery(g, ['c']).run).toEqual(['a', 'b', 'c']);
    expect(planCells(g, facts({ a: 'done', b: 'done', c: 'done', d: 'done', e: 'done' }), ['a']).run).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reports a name that two cells define only where a third one reads it', () => {
    expect(problem('a=v b=v c<-v', 'a')?.message).toContain('`v` is defined here and in b.');
    expect(problem('a=v b=v c<-v', 'b')?.cells).toEqual(['a']);
    expect(problem('a=v b=v', 'a')).toBeUndefined();
    expect(graph('a=v b=v').cells.get('a')!.defines).toEqual([]);
  });

  it('takes prose that reads such a name for no cell: it makes none fail', () => {
    const prose = { ...cells('p<-v')[0]!, prose: true };
    const { cells: found } = buildGraph([...cells('a=v b=v'), prose]);
    expect([found.get('a')!.problem, found.get('b')!.problem, found.get('p')!.uses]).toEqual([undefined, undefined, []]);
  });

  it('takes the same import in two cells for one name', () => {
    const g = graph('a=#d3:max b=#d3:max c<-max');
    expect(g.cells.get('a')!.problem).toBeUndefined();
    expect(g.cells.get('c')!.uses).toEqual([{ name: 'max', cell: 'a' }]);
    expect(problem('a=#d3:max b=#lodash:max c<-max', 'a')?.name).toBe('DuplicateDefinition');
  });

  it('shows a cycle on each of its cells and leaves the others alone', () => {
    expect(problem('a<-c b<-a c<-b d<-a', 'b')?.message).toContain('b → a → c → b');
    expect(problem('a<-c b<-a c<-b d<-a', 'd')).toBeUndefined();
    expect(graph('a<-c b<-a c<-b d<-a').order).toHaveLength(4);
  });

  it("refuses to assign another cell's name and shows the way, and a name that nobody defines", () => {
    expect(problem('n t!n', 't')).toMatchObject({ name: 'ForeignAssignment', line: 2, column: 3, cells: ['n'] });
    expect(problem('n t!n', 't')?.message).toContain('mutable(');
    expect(problem('t!n', 't')?.message).toContain('No cell defines `n`');
    expect(problem('n t!n', 'n')).toBeUndefined();
    expect(problem('a=n b=n t!n', 't')).toMatchObject({ name: 'ForeignAssignment', cells: ['a'] });
  });

  it('lets an off cell define nothing and keeps private names to their cell', () => {
    expect(graph('a{off} b<-a').cells.get('b')!.uses).toEqual([]);
    expect(graph('a=_x b<-_x').cells.get('b')!.uses).toEqual([]);
    expect(problem('a{off}=v b=v c<-v', 'b')).toBeUndefined();
  });

  it('orders a chain of 20,000 cells without overflowing', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => (i ? `v${i}<-v${i - 1}` : 'v0'))
      .reverse()
      .join(' ');
    expect(graph(chain).order[19_999]).toBe('v19999');
  });
});

describe('plans', () => {
  it('run all leaves manual cells stale and once cells that have run alone', () => {
    expect(planAll(graph('a m{manual}<-a b<-m o{once}'), facts())).toEqual({ run: ['a', 'b', 'o'], stale: ['m'] });
    expect(planAll(graph('o{once} a'), facts({ o: 'done' })).run).toEqual(['a']);
  });

  it('run cell: first what it needs and does not have, then its auto dependents', () => {
    const g = graph('a b<-a c<-b m{manual}<-c x y<-x,c');
    expect(planCells(g, facts(), ['b'])).toEqual({ run: ['a', 'b', 'c', 'x', 'y'], stale: ['m'] });
    expect(planCells(g, facts({ a: 'done', x: 'done' }), ['b']).run).toEqual(['b', 'c', 'y']);
    expect(planCells(g, facts({ a: 'stale' }), ['c']).run).toContain('a');
  });

  it('run cell on what waits for a manual cell runs that one too, but not one that has a value', () => {
    const g = graph('m{manual} u<-m');
    expect(planCells(g, facts(), ['u']).run).toEqual(['m', 'u']);
    expect(planCells(g, facts({ m: 'stale' }), ['u']).run).toEqual(['u']);
  });

  it('every: all modes but off, or the named cells and all they need', () => {
    expect(planEvery(graph('a m{manual} f{off}')).run).toEqual(['a', 'm']);
    expect(planEvery(graph('a b<-a c<-b d'), ['b']).run).toEqual(['a', 'b']);
  });
});
