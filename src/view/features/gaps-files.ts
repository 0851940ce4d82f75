/* The cell for a file that was dropped between cells. A small text or picture goes into the notebook itself, so that it is there next
   time and for whoever gets the notebook; of a large one the cell asks for the file with an input. */

const textBytes = 20_000,
  pictureBytes = 40_000;

export interface CellForFile {
  readonly code: string;
  readonly says: string;
}

/** `taken`: names that are defined already. */
export async function cellForFile(file: File, taken: ReadonlySet<string>): Promise<CellForFile> {
  const name = nameFor(file.name, taken);
  const kind = /\.json$/i.test(file.name)
    ? 'json'
    : /\.(csv|tsv)$/i.test(file.name)
      ? 'csv'
      : /^image\//.test(file.type)
        ? 'picture'
        : 'text';
  if (kind === 'picture' && file.size <= pictureBytes) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    return {
      code: `const ${name} = 'data:${file.type};base64,${data}'
html\`<img src="\${${name}}" alt="\${${quoted(file.name)}}">\``,
      says: `${file.name} stands in the new cell.`,
    };
  }
  if (kind !== 'picture' && file.size <= textBytes) {
    const text = await file.text();
    if (!text.includes('\0')) return { code: codeOf(kind, name, text, file.name), says: `${file.name} stands in the new cell.` };
  }
  const read =
    kind === 'json'
      ? `JSON.parse(await ${name}File.text())`
      : kind === 'csv'
        ? rowsOf(`(await ${name}File.text())`, separatorOf(file.name))
        : kind === 'text'
          ? `await ${name}File.text()`
          : `${name}File`;
  const ending = /\.\w+$/.exec(file.name)?.[0] ?? '';
  return {
    code: `const ${name}File = view(Inputs.file({ label: ${quoted(file.name)}${ending === '' ? '' : `, accept: ${quoted(ending)}`}, required: true }))\nconst ${name} = ${read}\n${name}`,
    says: `${file.name} is too large to stand in the notebook. Run the new cell and choose the file there.`,
  };
}

function codeOf(kind: 'json' | 'csv' | 'text', name: string, text: string, file: string): string {
  if (kind === 'json') {
    try {
      JSON.parse(text);
      return `const ${name} = ${text.trim()}\n${name}`;
    } catch {
      /* then it is kept as text */
    }
  }
  const literal = `\`${text
    .replace(/\r\n?/g, '\n')
    .replace(/[\\`]|\$\{/g, '\\$&')
    .trimEnd()}\``;
  return kind === 'csv' ? `const ${name} = ${rowsOf(literal, separatorOf(file))}\n${name}` : `const ${name} = ${literal}\n${name}`;
}

const separatorOf = (file: string): string => (/\.tsv$/i.test(file) ? '\\t' : ',');

/** Code that reads a table: numbers as such, quotes as RFC 4180 has them. */
function rowsOf(text: string, separator: string): string {
  return `(() => {
  const [names = [], ...rows] = ${text}.split(/\\r?\\n/).filter(Boolean).map((line) =>
    [...line.matchAll(/(?:^|${separator})(?:"((?:[^"]|"")*)"|([^${separator}]*))/g)].map(([, quoted, plain = '']) =>
      quoted !== undefined ? quoted.replaceAll('""', '"') : plain.trim() !== '' && !isNaN(+plain) ? +plain : plain))
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])))
})()`;
}

/** A name from a file's name: `my-data.csv` is `myData`. */
export function nameFor(file: string, taken: ReadonlySet<string>): string {
  const words = file
    .replace(/\.[^.]*$/, '')
    .split(/[^\p{L}\p{N}_$]+/u)
    .filter(Boolean);
  const joined =
    words
      .map((word, i) => (i === 0 ? word.charAt(0).toLowerCase() + word.slice(1) : word.charAt(0).toUpperCase() + word.slice(1)))
      .join('') || 'data';
  const name = /^\p{N}/u.test(joined) ? `data${joined}` : joined;
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}${n}`;
    if (!taken.has(candidate) && !reserved.has(candidate)) return candidate;
  }
}

/** No names of variables, and names that cells would rather keep. */
const reserved = new Set(
  (
    'arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally ' +
    'for from function get if implements import in instanceof interface let new null of package private protected public return set static ' +
    'super switch this throw true try typeof undefined var void while with yield ' +
    'Array Boolean Date File Infinity Inputs JSON Map Math NaN Number Object Promise Set String ' +
    'display file html md nn table tensor view'
  ).split(' '),
);

/** As a string of code in one line. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replace(/[\n\r\u2028\u2029]/g, ' ')}'`;
