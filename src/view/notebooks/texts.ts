/* Texts of notebooks that the app makes: a fresh one, and one with another id or title. */

export function freshNotebook(id: string): string {
  return `---\ngradus: 1\nid: ${id}\ntitle: Untitled\n---\n\nEach cell is evaluated again when a name that it uses changes.\n\n\`\`\`ts\nconst n = 6\n\`\`\`\n\n\`\`\`ts\nn * 7\n\`\`\`\n`;
}

/** The first of `id`, `id-2`, `id-3` … that nobody has. */
export async function freeId(id: string, taken: (id: string) => Promise<boolean>): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? id : `${id}-${n}`;
    if (!(await taken(candidate))) return candidate;
  }
}

/** The same text with another value of `key` in its front matter, put behind `gradus:` where it had none. */
export function withFront(text: string, key: 'id' | 'title', value: string): string {
  const front = /^(\uFEFF?---[ \t]*\r?\n)([\s\S]*?)(\r?\n---)/.exec(text);
  if (front === null) return text;
  const [whole, open = '', yaml = '', close = ''] = front;
  // A value that goes on in indented lines is replaced with them.
  const line = new RegExp(`^${key}:[^\\r\\n]*(?:\\r?\\n[ \\t]+[^\\r\\n]*)*`, 'm');
  const next = line.test(yaml)
    ? yaml.replace(line, () => `${key}: ${value}`)
    : yaml.replace(/^gradus:[^\r\n]*/m, (first) => `${first}\n${key}: ${value}`);
  return open + next + close + text.slice(whole.length);
}

/** The same text with another id in its front matter. */
export const withId = (text: string, id: string): string => withFront(text, 'id', id);

/** A title as a YAML value: plain where that says the same, quoted else. */
export const yamlText = (text: string): string =>
  /^[\p{L}\p{N}(][^:#"'\\\n[\]{}]*$/u.test(text) && !/^(true|false|null|yes|no|on|off|y|n|[\d.eE+_-]+)$/i.test(text.trim())
    ? text
    : JSON.stringify(text);
