/** Blocks of so many pixels along a side are compared: the noise of single pixels is as large as what a face shows at night. */
const blockPx = 10;
/** Mean difference of the blocks, of 255, up to which nothing has moved: with the noise of four that a sensor has at night it is 0.7. */
const differenceMax = 1.5;
const channels = 3;

/** The mean of a square RGB picture and of those of the others that show the same: noise is halved by four. */
export function averageStill(first: Uint8Array<ArrayBuffer>, others: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const side = Math.round(Math.sqrt(first.length / channels));
  const blocks = blocksOf(first, side);
  const still = others.filter((other) => differenceOf(blocks, blocksOf(other, side)) <= differenceMax);
  if (still.length === 0) return first;
  const all = [first, ...still];
  return first.map((_, at) => all.reduce((sum, one) => sum + (one[at] ?? 0), 0) / all.length + 0.5);
}

/** The mean of every whole block. */
function blocksOf(rgb: Uint8Array, side: number): Float32Array {
  const across = Math.floor(side / blockPx);
  const blocks = new Float32Array(across * across);
  for (let row = 0; row < across * blockPx; row += 1)
    for (let column = 0; column < across * blockPx; column += 1) {
      const at = (row * side + column) * channels;
      const block = Math.floor(row / blockPx) * across + Math.floor(column / blockPx);
      const value = (rgb[at] ?? 0) + (rgb[at + 1] ?? 0) + (rgb[at + 2] ?? 0);
      blocks[block] = (blocks[block] ?? 0) + value / (channels * blockPx * blockPx);
    }
  return blocks;
}

function differenceOf(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (const [at, value] of one.entries()) sum += Math.abs(value - (other[at] ?? 0));
  return sum / Math.max(1, one.length);
}
