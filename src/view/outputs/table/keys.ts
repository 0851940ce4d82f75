/* Keyboard and pointer in a grid: arrows, Page up and down, Home and End (with Mod to the first and last row), Shift extends the
   selection, Mod+A selects all, Mod+C copies; on a column's head Enter sorts, Alt+arrows make it narrower and wider. */

import type { At, Grid } from './grid.ts';

export interface GridActions {
  readonly rows: () => number;
  readonly columns: () => number;
  readonly sort?: (column: number) => void;
  /** By so many pixels. */
  readonly resize?: (column: number, by: number) => void;
  readonly menu?: (column: number) => void;
  readonly copy?: () => void;
  /** Space or Enter on a cell. */
  readonly press?: (at: At) => boolean;
}

export function bindKeys(grid: Grid, actions: GridActions): void {
  const { element } = grid;
  element.addEventListener('keydown', (event) => {
    if (event.target !== element) return; // a field or a button of the head
    if (pressed(grid, actions, event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  let dragging = false;
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const at = grid.placeOf(event.target);
    if (!at || at.row < 0) return;
    grid.go(at, event.shiftKey);
    dragging = true;
    if (event.shiftKey) event.preventDefault(); // no text selection
  });
  element.addEventListener('pointermove', (event) => {
    if (!dragging || event.buttons !== 1) return void (dragging = false);
    const at = grid.placeOf(event.target);
    if (!at || at.row < 0 || (at.row === grid.cursor.row && at.column === grid.cursor.column)) return;
    getSelection()?.removeAllRanges();
    grid.go(at, true);
  });
  element.addEventListener('pointerup', () => {
    dragging = false;
  });
  element.addEventListener('click', (event) => {
    const at = grid.placeOf(event.target);
    if (at && at.row >= 0 && event.pointerType === 'touch') grid.go(at);
  });
}

function pressed(grid: Grid, actions: GridActions, event: KeyboardEvent): boolean {
  const { row, column } = grid.cursor;
  const mod = event.ctrlKey || event.metaKey;
  const head = row < 0;
  const go = (toRow: number, toColumn: number): true => {
    const first = event.shiftKey && row >= 0 ? 0 : -1;
    grid.go({ row: Math.max(first, toRow), column: toColumn }, event.shiftKey && row >= 0);
    return true;
  };
  const lastRow = actions.rows() - 1,
    lastColumn = actions.columns() - 1;
  if (event.altKey) {
    if (!head || !actions.resize || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) {
      if (event.key !== 'ArrowDown' || !actions.menu) return false;
      actions.menu(column);
      return true;
    }
    actions.resize(column, event.key === 'ArrowLeft' ? -16 : 16);
    return true;
  }
  switch (event.key) {
    case 'ArrowUp':
      return go(mod ? 0 : row - 1, column);
    case 'ArrowDown':
      return go(mod ? lastRow : row + 1, column);
    case 'ArrowLeft':
      return go(row, mod ? 0 : column - 1);
    case 'ArrowRight':
      return go(row, mod ? lastColumn : column + 1);
    case 'PageUp':
      return go(Math.max(0, row - grid.page), column);
    case 'PageDown':
      return go(row + grid.page, column);
    case 'Home':
      return go(mod ? 0 : row, 0);
    case 'End':
      return go(mod ? lastRow : row, lastColumn);
    case 'Enter':
    case ' ':
      if (head && actions.sort && event.key === 'Enter') {
        actions.sort(column);
        return true;
      }
      if (head && actions.menu) {
        actions.menu(column);
        return true;
      }
      return actions.press?.({ row, column }) ?? false;
    case 'a':
      if (!mod) return false;
      grid.go({ row: 0, column: 0 });
      grid.go({ row: lastRow, column: lastColumn }, true);
      return true;
    case 'c':
      if (!mod || !actions.copy || !getSelection()?.isCollapsed) return false;
      actions.copy();
      return true;
    default:
      return false;
  }
}
