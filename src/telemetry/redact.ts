/** What the owner has set and marked as secret. The marks are those of the settings' schema. */
export interface Secrets {
  /** Of fields whose value is never written down: `webhookSecret`. */
  readonly names: ReadonlySet<string>;
  /** Never written down, wherever they stand. */
  readonly values: readonly string[];
}

export const noSecrets: Secrets = { names: new Set(), values: [] };

/** Words in the name of a field of other programs and protocols whose value is never written down. */
const secretName = /password|passphrase|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key/i;
/** The user part of an address (RFC 3986, 3.2.1): rtsp://ada:lovelace@door.local/1 */
const urlCredentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]+@/gi;
/** A secret inside a text: `token=…`, `Authorization: Bearer …`. */
const namedSecret =
  /\b(password|secret|token|authorization|api[-_]?key)(["']?\s*[=:]\s*["']?(?:bearer\s+|basic\s+)?)[^\s"'&,;]+/gi;

const depthMax = 6;
const entriesMax = 50;
const textCharactersMax = 4000;
const hidden = '[hidden]';

/** The text without secrets, without passwords in addresses and without named secrets, cut to a bearable length. */
export function redactText(text: string, { values }: Secrets = noSecrets): string {
  let known = text.slice(0, textCharactersMax);
  for (const value of values) known = known.replaceAll(value, hidden);
  const clean = known.replace(urlCredentials, `$1${hidden}@`).replace(namedSecret, `$1$2${hidden}`);
  return text.length > textCharactersMax ? `${clean}… (${text.length} characters)` : clean;
}

/** A copy as plain, small JSON: secrets hidden, arrays of numbers (faces!) named by their length, depth and width bounded. */
export function redact(value: unknown, secrets: Secrets = noSecrets, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value, secrets);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : redactObject(value, secrets, depth);
    case 'undefined':
      return undefined;
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
  }
}

function redactObject(value: object, secrets: Secrets, depth: number): unknown {
  if (value instanceof Error) return redactText(`${value.name}: ${value.message}`, secrets);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return `[${value.byteLength} bytes]`;
  if (depth >= depthMax) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, entriesMax).map((entry) => redact(entry, secrets, depth + 1));
  const isSecret = (name: string): boolean => secrets.names.has(name) || secretName.test(name);
  const entries = Object.entries(value).slice(0, entriesMax);
  return Object.fromEntries(
    entries.map(([name, entry]) => [
      name,
      isSecret(name) && entry !== undefined ? hidden : redact(entry, secrets, depth + 1),
    ]),
  );
}
