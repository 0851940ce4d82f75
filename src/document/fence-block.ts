/* What one fence is in a notebook: a cell, a diagram, or plain code. */

import { ownText } from '../base/own-text.ts';
import { CELL_LANGUAGES, DIAGRAM_LANGUAGES, readAttributes, readInfo } from './fence-info.ts';
import type { Fence } from './scan.ts';
import type { CellBlock, DiagramBlock, Problem } from './types.ts';

/** The cell or diagram that a fence is; undefined for plain code, with a warning where it was probably meant to run. */
export function fenceBlock(text: string, fence: Fence, problems: Problem[]): CellBlock | DiagramBlock | undefined {
  const info = readInfo(ownText(fence.info));
  const { language } = info;
  const report = (message: string): void => {
    problems.push({ severity: 'warning', message, line: fence.line });
  };
  const isStatic = info.written.some(({ key }) => key === 'static') && readAttributes(info, () => {}).static;
  const { start, end, codeStart, codeEnd, line } = fence;
  const code = ownText(text.slice(codeStart, codeEnd).replaceAll('\r\n', '\n'));
  if (CELL_LANGUAGES.includes(language)) {
    if (fence.inside) {
      const remedy = fence.inside === 'an HTML block' ? 'Put a blank line before it' : 'Move it to the left margin';
      if (!isStatic)
        report(`This ${language} block is inside ${fence.inside}, so it is shown and not run. ${remedy} to run it, or mark it {static}.`);
      return undefined;
    }
    const attributes = readAttributes(info, report);
    return isStatic ? undefined : { kind: 'cell', start, end, codeStart, codeEnd, code, language, attributes, line };
  }
  if (!DIAGRAM_LANGUAGES.includes(language) || fence.inside || isStatic) return undefined;
  return { kind: 'diagram', start, end, codeStart, codeEnd, language: language as DiagramBlock['language'], code, line };
}
