const decoder = new TextDecoder();

/** The value in a JSON file, for a schema to judge; undefined when there is no file or it is not JSON. */
export function readJson(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined; // Garbled by a cut or a bad card: as good as missing, the caller has a copy or a safe answer.
  }
}
