/* Blocks as Markdown and back, for the clipboard and for what is brought back after its deletion: a cell is its fence with
   language and attributes, prose is itself. Pure. */

import type { Notebook } from '../../document/types.ts';
import type { FrameBlock, NewBlock } from '../../session/types.ts';

const cellLanguages: ReadonlySet<string> = new Set(['ts', 'js', 'tsx', 'html', 'py', 'python', 'sql', 'wgsl', 'sh']);

/** A block with all that its fence says. */
export function asNew(block: FrameBlock, notebook: Notebook, ids: readonly string[]): NewBlock {
  if (block.kind === 'prose') return { kind: 'prose', markdown: block.text };
  if (block.kind === 'diagram') return { kind: 'prose', markdown: fenced(block.language ?? '', block.text) };
  const place = ids.indexOf(block.id ?? '');
  const written = notebook.blocks.filter(({ kind }) => kind === 'cell')[place];
  const line = written === undefined ? '' : notebook.text.slice(written.start, notebook.text.indexOf('\n', written.start));
  const attributes = /\{(.*)\}\s*$/.exec(line)?.[1]?.trim();
  return { kind: 'cell', language: block.language ?? 'ts', code: block.text, ...(attributes ? { attributes } : {}) };
}

export function asMarkdown(blocks: readonly NewBlock[]): string {
  return `${blocks.map((block) => (block.kind === 'prose' ? block.markdown.trim() : fenced(block.language, block.code, block.attributes))).join('\n\n')}\n`;
}

function fenced(language: string, code: string, attributes?: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/^ {0,3}(`{3,})/gm)].map(([, ticks]) => ticks!.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}${attributes ? ` {${attributes}}` : ''}\n${code}${code === '' ? '' : '\n'}${fence}`;
}

/** Where two texts that stood apart are joined within `text`, as the offset of the second one's start; undefined where they are not. */
export function seamOf(text: string, first: string, second: string): number | undefined {
  const tail = first.split(/\n[ \t]*\n/).at(-1)!,
    [head = ''] = second.split(/\n[ \t]*\n/);
  if (tail === '' || head === '') return undefined;
  for (let at = text.indexOf(tail); at >= 0; at = text.indexOf(tail, at + 1)) {
    const gap = /^[ \t]*\n\s*/.exec(text.slice(at + tail.length))?.[0].length;
    if (gap !== undefined && text.startsWith(head, at + tail.length + gap)) return at + tail.length + gap;
  }
  return undefined;
}

/** Pasted text as blocks: fences of a language that runs become cells, what stands between them prose. Text without such a
    fence is one cell of `language`, as it would be typed. Front matter is left out. */
export function fromText(text: string, language: string): readonly NewBlock[] {
  const lines = text
    .replace(/\r\n?/g, '\n')
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .split('\n');
  const blocks: NewBlock[] = [];
  let prose: string[] = [],
    cells = 0;
  const endProse = (): void => {
    const markdown = prose.join('\n').replace(/^\s*\n|\s+$/g, '');
    if (markdown.trim() !== '') blocks.push({ kind: 'prose', markdown });
    prose = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const open = /^ {0,3}(`{3,}|~{3,})[ \t]*([\w-]+)?[ \t]*(?:\{(.*)\})?[ \t]*$/.exec(lines[i]!);
    if (open === null) {
      prose.push(lines[i]!);
      continue;
    }
    const [, fence = '', name = '', attributes] = open;
    const closing = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}[ \\t]*$`);
    let end = i + 1;
    while (end < lines.length && !closing.test(lines[end]!)) end++;
    if (cellLanguages.has(name) && !/(^|\s)static(\s|$)/.test(attributes ?? '')) {
      endProse();
      const code = lines.slice(i + 1, end).join('\n');
      blocks.push({ kind: 'cell', language: name, code, ...(attributes?.trim() ? { attributes: attributes.trim() } : {}) });
      cells++;
    } else prose.push(...lines.slice(i, end + 1));
    i = end;
  }
  endProse();
  return cells > 0 || blocks.length === 0 ? blocks : [{ kind: 'cell', language, code: text.replace(/\r\n?/g, '\n').replace(/\s+$/, '') }];
}
