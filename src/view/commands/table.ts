/* The one table of a notebook's commands: the bar, the keys, the palette, the menus of cells and the help sheet all read it. A row says
   what a command is called and which keys it has; what it does is implemented elsewhere, often in a feature that is loaded later.
   Keys are Jupyter's and Observable's. `Mod` is Ctrl, on a Mac Cmd; two letters with a space are pressed one after the other. */

export type Group = 'Run' | 'Cells' | 'Edit' | 'Go to' | 'View' | 'Notebook';

export interface CommandRow {
  readonly id: string;
  /** Sentence case, a verb first. */
  readonly title: string;
  readonly group: Group;
  readonly keys?: readonly string[];
  /** Where its keys count: everywhere in the notebook; in command mode only (a cell itself has the focus, or nothing has); in code
      and on a cell. Default: everywhere. */
  readonly where?: 'everywhere' | 'command' | 'cell';
  /** It acts on the cell that has the focus (or on the one whose menu it was chosen from). */
  readonly cell?: true;
  /** Its keys count in cells of an exercise. */
  readonly exercise?: true;
}

const rows = [
  // ---- Run
  { id: 'run-checks', title: 'Run checks', group: 'Run', keys: ['Shift+Enter'], where: 'cell', cell: true, exercise: true },
  { id: 'run-cell', title: 'Run cell', group: 'Run', keys: ['Mod+Enter'], where: 'cell', cell: true },
  { id: 'run-on', title: 'Run cell and go on', group: 'Run', keys: ['Shift+Enter'], where: 'cell', cell: true },
  { id: 'run-insert', title: 'Run cell and add one below', group: 'Run', keys: ['Alt+Enter'], where: 'cell', cell: true },
  { id: 'run-all', title: 'Run all', group: 'Run' },
  { id: 'run-stale', title: 'Run stale', group: 'Run', keys: ['Mod+Shift+Enter'] },
  { id: 'run-above', title: 'Run all above', group: 'Run', cell: true },
  { id: 'run-below', title: 'Run this and all below', group: 'Run', cell: true },
  { id: 'stop', title: 'Stop', group: 'Run', keys: ['I I'], where: 'command' },
  { id: 'restart', title: 'Restart', group: 'Run', keys: ['0 0'], where: 'command' },

  // ---- Cells
  { id: 'insert-above', title: 'Add cell above', group: 'Cells', keys: ['A'], where: 'command', cell: true },
  { id: 'insert-below', title: 'Add cell below', group: 'Cells', keys: ['B'], where: 'command', cell: true },
  { id: 'insert-text', title: 'Add text below', group: 'Cells', keys: ['Shift+B'], where: 'command', cell: true },
  { id: 'delete', title: 'Delete cell', group: 'Cells', keys: ['D D'], where: 'command', cell: true },
  { id: 'undelete', title: 'Bring back what was deleted', group: 'Cells' },
  { id: 'duplicate', title: 'Duplicate cell', group: 'Cells', cell: true },
  { id: 'cut', title: 'Cut cell', group: 'Cells', keys: ['X'], where: 'command', cell: true },
  { id: 'copy', title: 'Copy cell', group: 'Cells', keys: ['C'], where: 'command', cell: true },
  { id: 'paste', title: 'Paste cell below', group: 'Cells', keys: ['V'], where: 'command', cell: true },
  { id: 'paste-above', title: 'Paste cell above', group: 'Cells', keys: ['Shift+V'], where: 'command', cell: true },
  { id: 'move-up', title: 'Move cell up', group: 'Cells', keys: ['Alt+ArrowUp'], where: 'command', cell: true },
  { id: 'move-down', title: 'Move cell down', group: 'Cells', keys: ['Alt+ArrowDown'], where: 'command', cell: true },
  { id: 'split', title: 'Split cell at the caret', group: 'Cells', keys: ['Mod+Shift+-'], where: 'cell', cell: true },
  { id: 'merge', title: 'Merge with the cell below', group: 'Cells', keys: ['Shift+M'], where: 'command', cell: true },
  { id: 'to-text', title: 'Make it text', group: 'Cells', keys: ['M'], where: 'command', cell: true },
  { id: 'to-code', title: 'Make it code', group: 'Cells', keys: ['Y'], where: 'command' },
  { id: 'rename', title: 'Rename cell', group: 'Cells', keys: ['F2'], where: 'cell', cell: true },
  { id: 'run-mode-auto', title: 'Run by itself', group: 'Cells', cell: true },
  { id: 'run-mode-manual', title: 'Run only when asked', group: 'Cells', cell: true },
  { id: 'run-mode-once', title: 'Run once', group: 'Cells', cell: true },
  { id: 'run-mode-off', title: 'Turn off', group: 'Cells', cell: true },
  { id: 'hide-code', title: 'Hide or show code', group: 'Cells', keys: ['H'], where: 'command', cell: true },
  { id: 'hide-output', title: 'Hide or show output', group: 'Cells', keys: ['O'], where: 'command', cell: true },
  { id: 'cell-menu', title: 'Menu of the cell', group: 'Cells', keys: ['Shift+F10', 'ContextMenu'], where: 'cell', cell: true },
  { id: 'link-cell', title: 'Copy link to cell', group: 'Cells', cell: true },

  // ---- Edit
  { id: 'undo', title: 'Undo', group: 'Edit', keys: ['Mod+Z'] },
  { id: 'undo-cell', title: 'Undo', group: 'Edit', keys: ['Z'], where: 'command' },
  { id: 'redo', title: 'Redo', group: 'Edit', keys: ['Mod+Shift+Z', 'Mod+Y'] },
  { id: 'find', title: 'Find and replace', group: 'Edit', keys: ['Mod+F'] },
  { id: 'find-cell', title: 'Find and replace', group: 'Edit', keys: ['F'], where: 'command' },
  { id: 'find-next', title: 'Find next', group: 'Edit', keys: ['Mod+G', 'F3'] },
  { id: 'find-previous', title: 'Find previous', group: 'Edit', keys: ['Mod+Shift+G', 'Shift+F3'] },
  { id: 'edit', title: 'Edit cell', group: 'Edit', keys: ['Enter'], where: 'command', cell: true },
  { id: 'edit-text', title: 'Edit the text above', group: 'Edit', cell: true },

  // ---- Go to
  { id: 'palette', title: 'Search commands, cells and steps', group: 'Go to', keys: ['Mod+K', 'Mod+Shift+P'] },
  { id: 'next', title: 'Next cell', group: 'Go to', keys: ['J', 'ArrowDown'], where: 'command' },
  { id: 'previous', title: 'Previous cell', group: 'Go to', keys: ['K', 'ArrowUp'], where: 'command' },
  { id: 'select-next', title: 'Select the next cell too', group: 'Go to', keys: ['Shift+J', 'Shift+ArrowDown'], where: 'command' },
  { id: 'select-previous', title: 'Select the cell before too', group: 'Go to', keys: ['Shift+K', 'Shift+ArrowUp'], where: 'command' },
  { id: 'select-all', title: 'Select all cells', group: 'Go to', keys: ['Mod+A'], where: 'command' },
  { id: 'leave', title: 'Leave the editor', group: 'Go to', keys: ['Escape', 'Mod+M'], where: 'cell' },
  { id: 'definition', title: 'Go to the definition', group: 'Go to', keys: ['F12'], where: 'cell', cell: true },
  { id: 'uses', title: 'List the uses', group: 'Go to', keys: ['Shift+F12'], where: 'cell', cell: true },
  { id: 'outline', title: 'Outline', group: 'Go to', keys: ['Mod+Shift+O'] },
  { id: 'next-problem', title: 'Next failed or out of date cell', group: 'Go to', keys: ['F8'] },

  // ---- View
  { id: 'graph', title: 'Dependencies of the notebook', group: 'View' },
  { id: 'fold-all-code', title: 'Hide or show all code', group: 'View' },
  { id: 'fold-all-output', title: 'Hide or show all output', group: 'View' },
  { id: 'menu', title: 'More commands', group: 'View' },
  { id: 'theme', title: 'Light or dark', group: 'View' },
  { id: 'help', title: 'All shortcuts', group: 'View', keys: ['?'], where: 'command' },
  { id: 'say-progress', title: 'Say what runs', group: 'View', keys: ['P'], where: 'command' },

  // ---- Notebook
  { id: 'save', title: 'Save', group: 'Notebook', keys: ['Mod+S'] },
  { id: 'save-cell', title: 'Save', group: 'Notebook', keys: ['S'], where: 'command' },
  { id: 'save-version', title: 'Save version', group: 'Notebook', keys: ['Mod+Shift+S'] },
  { id: 'versions', title: 'Versions', group: 'Notebook' },
  { id: 'compare-shipped', title: 'Compare with the shipped text', group: 'Notebook' },
  { id: 'reset-shipped', title: 'Go back to the shipped text', group: 'Notebook' },
  { id: 'save-copy', title: 'Save a copy', group: 'Notebook' },
  { id: 'download', title: 'Download', group: 'Notebook' },
  { id: 'show-hint', title: 'Show the next hint', group: 'View', cell: true },
  { id: 'compare-reference', title: 'Compare with the reference', group: 'View', cell: true },
  { id: 'reset-answer', title: 'Reset to the starter', group: 'Edit', cell: true },
  { id: 'export-answers', title: 'Export my answers', group: 'Notebook' },
  { id: 'print', title: 'Print', group: 'Notebook' },
  { id: 'compute', title: 'Compute on…', group: 'Notebook' },
  { id: 'notebooks', title: 'Your notebooks', group: 'Notebook' },
  { id: 'runs', title: 'Runs', group: 'Notebook' },
  { id: 'storage', title: 'Storage and settings', group: 'Notebook' },
  { id: 'share', title: 'Share', group: 'Notebook' },
] as const satisfies readonly CommandRow[];

export type CommandId = (typeof rows)[number]['id'];

export interface Command extends CommandRow {
  readonly id: CommandId;
}

export const commandTable: readonly Command[] = rows;
