/* Taking rows out of a table: what is selected, or all rows of the present order as CSV, to the clipboard or as a file. */

/** Text on the clipboard beyond which a file is the better way. */
const mostCharacters = 50_000_000;

/** Writes what `text` will be; called within the reader's press, as browsers ask. Resolves to a word for the reader. */
export async function copyText(text: Promise<string>): Promise<string> {
  try {
    if (typeof ClipboardItem === 'function' && navigator.clipboard?.write) {
      await navigator.clipboard.write([
        new ClipboardItem({ 'text/plain': text.then((whole) => new Blob([whole], { type: 'text/plain' })) }),
      ]);
    } else await navigator.clipboard.writeText(await text);
    return 'Copied';
  } catch (error) {
    const why = await text.then(
      () => '',
      (reason: Error) => reason.message,
    );
    return why || (error instanceof DOMException && error.name === 'NotAllowedError' ? 'Copying is not allowed here' : 'Copying failed');
  }
}

export function joined(parts: readonly string[]): string {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > mostCharacters) throw new Error(`${Math.round(length / 1e6)} MB are too much to copy. Download the CSV instead.`);
  return parts.join('');
}

/** Rows for a spreadsheet's clipboard: tabs between cells; what would break a line is quoted. */
export function tabbed(rows: readonly (readonly string[])[]): string {
  const field = (text: string): string => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(field).join('\t')).join('\n');
}
