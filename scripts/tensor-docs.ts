/* The table of operations (src/tensor/table.ts) in words, for docs/tensor.md: one line a row, section by section. */

import type { Operation } from '../src/tensor/table.ts';

const titles: Readonly<Record<string, string>> = {
  '2': 'In place, and types',
  '7.1': 'Making tensors',
  '7.2': 'Elementwise',
  '7.3': 'Reductions and scans',
  '7.4': 'Shape',
  '7.5': 'Index, sort, count',
  '7.6': 'Products',
  '7.7': 'nn.functional: layers and activations',
  '7.8': 'nn.functional: losses',
  '7.11': 'Quantised',
};

/** Where a function is found: `tensor.sum`, `nn.functional.linear`, and whether it is a method. */
function places({ where }: Operation): string {
  return [where.includes('f') ? 'tensor' : '', where.includes('m') ? 'method' : '', where.includes('n') ? 'nn.functional' : '']
    .filter(Boolean)
    .join(', ');
}

/** Markdown tables of all rows. */
export function tableInWords(operations: readonly Operation[]): string {
  const sections = [...new Set(operations.map(({ section }) => section))];
  return sections
    .map((section) => {
      const rows = operations
        .filter((operation) => operation.section === section)
        .map(
          (operation) =>
            `| \`${operation.signature.replaceAll('|', '\\|')}\` | ${places(operation)} | ${operation.differentiable ? '∇' : ''} | ${operation.kernels.join(' ')} |`,
        );
      return `## ${titles[section] ?? section}\n\n| call | found as | gradient | kernels |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
    })
    .join('\n');
}
