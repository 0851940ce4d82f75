/* KaTeX for formulas that the build has not drawn: prose of a reader's own notebooks and Markdown outputs. */

import './styles/katex.css';
import katex from 'katex';

export function renderFormula(tex: string, display: boolean): string {
  return katex.renderToString(tex, {
    displayMode: display,
    output: 'htmlAndMathml',
    throwOnError: true,
    strict: false,
    trust: false,
    maxExpand: 1000,
    maxSize: 40,
  });
}
