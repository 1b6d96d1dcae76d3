/**
 * The one way to write a value as JSON (RFC 8785): no spaces, keys in order of their UTF-16 units, numbers and texts as
 * ECMAScript writes them, absent fields left out. What it cannot hold is a fault of the program.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`cannot write ${value} as canonical JSON`);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`;
  }
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new Error(`cannot write a ${typeof value} as canonical JSON`);
  return text;
}
