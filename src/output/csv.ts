/* Comma-separated values after RFC 4180: fields with commas, quotes or line breaks are quoted, quotes doubled, lines end in CRLF.
   Data as it is: nothing is put before what a spreadsheet might take for a formula. */

export function csvLine(values: readonly unknown[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

function field(value: unknown): string {
  const text =
    value === null || value === undefined
      ? ''
      : value instanceof Date
        ? Number.isNaN(value.getTime())
          ? ''
          : value.toISOString()
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
