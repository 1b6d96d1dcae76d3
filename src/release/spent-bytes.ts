/**
 * Frees the memory of bytes that were used up, when they reach to the end of it. Left to the collector such memory piles
 * up to tens of megabytes, since it counts what lies outside its heap only now and then, and then pauses the main thread.
 * For bytes that nobody else holds.
 */
export function letGo({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && byteOffset + byteLength === buffer.byteLength)
    buffer.transfer(0);
}
