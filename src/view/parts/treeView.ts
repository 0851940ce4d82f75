/* A tree of which nodes are opened and closed and one is chosen, as the keys of a tree have it: up and down go through what is open, right
   opens or enters, left closes or leaves. */

import { h, s } from '../dom.ts';
import { layoutTree, type Branch } from '../../lab/parts/layout-tree.ts';
import type { TreeNode } from '../../lab/parts/treeView.ts';
import { number } from '../words.ts';
import './graph.css';
import type { DrawPart } from './part.ts';

interface Props {
  readonly nodes: readonly TreeNode[];
  readonly direction: 'right' | 'down';
  readonly expand: number;
  readonly probabilities?: boolean;
}

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    closed = new Set<string>(),
    drawn = new Map<number, SVGGElement>();
  const props = (): Props => now.props as unknown as Props;
  const element = h('div', { class: 'graph-box' });
  const at = (): number =>
    Math.max(
      0,
      props().nodes.findIndex(({ id }) => id === now.value),
    );
  const open = (i: number): boolean => !closed.has(props().nodes[i]!.id);
  const linesOf = ({ value, product }: TreeNode): string[] =>
    [value, ...(props().probabilities && !Number.isNaN(product) ? [number(product)] : [])].filter((one) => one !== '');
  const widthOf = (node: TreeNode): number =>
    Math.max(32, 8 * Math.max(node.label.length, ...linesOf(node).map((line) => line.length)) + 16 + (node.children.length > 0 ? 10 : 0));
  const heightOf = (node: TreeNode): number => 28 + 15 * linesOf(node).length;

  const choose = (i: number, focus = true): void => {
    // What hides it is opened.
    for (let up = props().nodes[i]!.parent; up >= 0; up = props().nodes[up]!.parent) closed.delete(props().nodes[up]!.id);
    const { id } = props().nodes[i]!;
    const changed = id !== now.value;
    now = { ...now, value: id };
    build();
    if (focus) drawn.get(i)?.focus({ preventScroll: false });
    if (changed) moved(id);
  };
  const turn = (i: number, to = !open(i)): void => {
    const { nodes } = props();
    if (nodes[i]!.children.length === 0) return;
    if (to) closed.delete(nodes[i]!.id);
    else closed.add(nodes[i]!.id);
    // The chosen node stays in sight.
    let hidden = at();
    for (let up = nodes[hidden]!.parent; up >= 0; up = nodes[up]!.parent) if (!open(up)) hidden = up;
    const focused = element.contains(document.activeElement);
    if (hidden !== at()) choose(hidden, focused);
    else {
      build();
      if (focused) drawn.get(at())?.focus();
    }
  };
  const build = (): void => {
    const { nodes, direction, probabilities } = props();
    const down = direction === 'down';
    const shown: number[] = [];
    const branch = (i: number): Branch => {
      const node = nodes[i]!;
      shown.push(i);
      return { size: (down ? widthOf(node) : heightOf(node)) + 14, children: open(i) ? node.children.map(branch) : [] };
    };
    const laid = layoutTree(branch(0));
    const levels = Math.max(...shown.map((i) => nodes[i]!.depth)) + 1;
    const thick = Array.from({ length: levels }, (_, d) =>
      Math.max(...shown.filter((i) => nodes[i]!.depth === d).map((i) => (down ? heightOf(nodes[i]!) : widthOf(nodes[i]!)))),
    );
    const starts: number[] = [];
    let edge = 4;
    for (const size of thick) {
      starts.push(edge);
      edge += size + (probabilities ? 64 : 40);
    }
    const long = edge - (probabilities ? 64 : 40) + 20,
      broad = laid.width + 2;
    const place = (k: number): readonly [number, number] => {
      const node = nodes[shown[k]!]!;
      const along = starts[node.depth]! + (down ? thick[node.depth]! / 2 : widthOf(node) / 2);
      return down ? [laid.across[k]!, along] : [along, laid.across[k]!];
    };
    const index = new Map(shown.map((i, k) => [i, k]));
    const chosen = at();
    const way = new Set<number>();
    for (let i = chosen; i >= 0; i = nodes[i]!.parent) way.add(i);
    const lines: SVGElement[] = [],
      labels: SVGElement[] = [];
    drawn = new Map();
    shown.forEach((i, k) => {
      const node = nodes[i]!;
      const [x, y] = place(k);
      const [w, t] = [widthOf(node), heightOf(node)];
      if (node.parent >= 0) {
        const parent = nodes[node.parent]!;
        const [px, py] = place(index.get(node.parent)!);
        const from = down ? [px, py + heightOf(parent) / 2] : [px + widthOf(parent) / 2, py],
          to = down ? [x, y - t / 2] : [x - w / 2, y];
        const middle = down ? (from[1]! + to[1]!) / 2 : (from[0]! + to[0]!) / 2;
        const d = down
          ? `M${from.join(' ')}C${from[0]} ${middle} ${to[0]} ${middle} ${to.join(' ')}`
          : `M${from.join(' ')}C${middle} ${from[1]} ${middle} ${to[1]} ${to.join(' ')}`;
        lines.push(s('path', { class: `edge${way.has(i) && !now.readonly ? ' near' : ''}`, d }));
        if (probabilities && !Number.isNaN(node.p))
          labels.push(s('text', { class: 'edge-label', x: (from[0]! + to[0]!) / 2, y: (from[1]! + to[1]!) / 2 + 4 }, number(node.p)));
      }
      const has = node.children.length > 0;
      const second = linesOf(node);
      const first = y - t / 2 + 18;
      const box = s(
        'g',
        { class: `node fig-${node.colour || 6}${i === chosen && !now.readonly ? ' chosen' : ''}`, 'data-colour': node.colour || undefined },
        s('rect', { class: 'touch', x: x - w / 2, y: y - Math.max(22, t / 2), width: w, height: Math.max(44, t) }),
        s('rect', { class: 'halo', x: x - w / 2 - 3, y: y - t / 2 - 3, width: w + 6, height: t + 6, rx: 5 }),
        s('rect', { class: 'box', x: x - w / 2, y: y - t / 2, width: w, height: t, rx: 3 }),
        s('text', { class: 'node-label', x, y: first, 'text-anchor': 'middle' }, node.label),
        ...second.map((line, l) => s('text', { class: 'node-value', x, y: first + 15 * (l + 1), 'text-anchor': 'middle' }, ` ${line}`)),
      );
      if (!now.readonly) {
        box.setAttribute('role', 'treeitem');
        box.setAttribute('aria-level', String(node.depth + 1));
        box.setAttribute('aria-label', [node.label, ...second].join(' '));
        box.setAttribute('aria-selected', String(i === chosen));
        box.setAttribute('tabindex', i === chosen ? '0' : '-1');
        if (has) box.setAttribute('aria-expanded', String(open(i)));
        box.addEventListener('click', () => choose(i));
        box.addEventListener('dblclick', () => turn(i));
      }
      drawn.set(i, box);
      if (has && !now.readonly) {
        const [cx, cy] = down ? [x, y + t / 2] : [x + w / 2, y];
        const toggle = s(
          'g',
          { class: 'tree-turn', 'aria-hidden': 'true' },
          s('circle', { class: 'tree-hit', r: 14, cx, cy }),
          s('circle', { class: 'tree-toggle', r: 6.5, cx, cy }),
          s('path', { class: 'tree-plus', d: `M${cx - 3} ${cy}h6${open(i) ? '' : `M${cx} ${cy - 3}v6`}` }),
        );
        toggle.addEventListener('click', (event) => {
          event.stopPropagation();
          turn(i);
        });
        box.append(toggle);
      }
    });
    const [width, height] = down ? [broad, long] : [long, broad];
    const svg = s(
      'svg',
      {
        class: 'graph tree',
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: now.readonly ? 'img' : 'tree',
        'aria-label': now.label,
      },
      ...lines,
      ...labels,
      ...drawn.values(),
    );
    element.replaceChildren(svg);
  };
  element.addEventListener('keydown', (event) => {
    if (now.readonly || event.altKey || event.ctrlKey || event.metaKey) return;
    const { nodes, direction } = props();
    const i = at();
    const node = nodes[i]!;
    const shown = [...drawn.keys()];
    const k = shown.indexOf(i);
    const enter = (): void =>
      node.children.length > 0 && !open(i) ? turn(i, true) : node.children[0] === undefined ? undefined : choose(node.children[0]);
    const leave = (): void =>
      node.children.length > 0 && open(i) && direction === 'right' ? turn(i, false) : node.parent < 0 ? undefined : choose(node.parent);
    const beside = (step: number): void => {
      const level = shown.filter((j) => nodes[j]!.depth === node.depth);
      const to = level[level.indexOf(i) + step];
      if (to !== undefined) choose(to);
    };
    const go = (step: number): void => {
      const to = shown[k + step];
      if (to !== undefined) choose(to);
    };
    const right: Readonly<Record<string, () => void>> = {
      ArrowUp: () => go(-1),
      ArrowDown: () => go(1),
      ArrowRight: enter,
      ArrowLeft: leave,
    };
    const down: Readonly<Record<string, () => void>> = {
      ArrowUp: leave,
      ArrowDown: enter,
      ArrowRight: () => beside(1),
      ArrowLeft: () => beside(-1),
    };
    const keys: Readonly<Record<string, () => void>> = {
      ...(direction === 'down' ? down : right),
      Home: () => choose(0),
      End: () => choose(shown.at(-1)!),
      Enter: () => turn(i),
      ' ': () => turn(i),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  const start = (): void => {
    const { nodes, expand } = props();
    closed = new Set(nodes.flatMap(({ id, depth, children }) => (children.length > 0 && depth >= expand ? [id] : [])));
    for (let up = nodes[at()]!.parent; up >= 0; up = nodes[up]!.parent) closed.delete(nodes[up]!.id);
  };
  start();
  build();
  const looks = (): string => JSON.stringify([props().nodes, props().direction, props().expand]);
  return {
    element,
    set(next) {
      const before = looks();
      const focused = element.contains(document.activeElement);
      const same = now.value === next.value && now.readonly === next.readonly;
      now = next;
      if (before === looks() && same) return;
      if (before !== looks()) start();
      build();
      if (focused) drawn.get(at())?.focus();
    },
    table: () => ({
      columns: ['node', 'level', 'value', ...(props().probabilities ? ['p', 'product'] : [])],
      rows: props().nodes.map(({ label, depth, value, p, product }) => [
        label,
        depth,
        value,
        ...(props().probabilities ? [Number.isNaN(p) ? '' : number(p), Number.isNaN(product) ? '' : number(product)] : []),
      ]),
    }),
  };
};
