/* Records with optional fields, as `exactOptionalPropertyTypes` wants them: a field is there with a value, or not at all. */

/** The fields that have a value. */
export function optional<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) given[key] = value;
  return given as never;
}
