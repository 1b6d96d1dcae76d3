/** What standard input may hold: a setting, not a file. */
const inputBytesMax = 64 * 1024;

/** Everything that is written into this process. Rejects when that is more than a setting can be. */
export async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += part.length;
    if (bytes > inputBytesMax) throw new Error(`cannot read standard input: it is longer than ${inputBytesMax} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString();
}
