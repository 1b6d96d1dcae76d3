/** Chance, so that a test can choose it. */
export interface Random {
  /** Uniform in [0, 1). For jitter, never for secrets. */
  fraction(): number;
  /** A random UUID, version 4 (RFC 9562). */
  id(): string;
  /** Bytes fit for a key. */
  secret(bytes: number): Uint8Array;
}
