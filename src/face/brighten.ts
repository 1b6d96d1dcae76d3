/** A picture whose mean light is below this, of 255, is dark; above the darkest of its samples the mean becomes this. */
const darkMeanMax = 60;
const wantedMean = 80;
/** So many of the samples are black, and set what is taken for black: a sensor lifts it with its noise. */
const blackShare = 0.01;
/** Every so many samples are enough to know how dark it is. */
const stride = 7;
const shades = 256;
const bisections = 24;

/**
 * Lifts what a net is to see out of the dark, in place: along a logarithm from the blackest on, so that whoever stands
 * under a lamp is not burnt out as by a plain gain. A picture that is light enough stays as it is.
 */
export function brighten(samples: Uint8Array): void {
  const { black, mean } = darknessOf(samples);
  if (mean >= darkMeanMax || mean <= black) return;
  const bend = bendFor(mean - black);
  const curve = Uint8Array.from({ length: shades }, (_, value) => lifted(Math.max(0, value - black), bend));
  for (let at = 0; at < samples.length; at += 1) samples[at] = curve[samples[at] ?? 0] ?? 0;
}

function darknessOf(samples: Uint8Array): { readonly black: number; readonly mean: number } {
  const counts = new Uint32Array(shades);
  for (let at = 0; at < samples.length; at += stride) {
    const value = samples[at] ?? 0;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  const looked = Math.ceil(samples.length / stride);
  const mean = counts.reduce((sum, count, value) => sum + count * value, 0) / Math.max(1, looked);
  let black = 0;
  for (let below = 0; black < shades; black += 1) {
    below += counts[black] ?? 0;
    if (below > looked * blackShare) break;
  }
  return { black, mean };
}

function lifted(value: number, bend: number): number {
  const top = shades - 1;
  return (top * Math.log1p(bend * value)) / Math.log1p(bend * top);
}

/** How much the curve is bent that sends this mean to the wanted one. */
function bendFor(mean: number): number {
  let [low, high] = [1e-4, 10];
  for (let step = 0; step < bisections; step += 1) {
    const middle = Math.sqrt(low * high);
    if (lifted(mean, middle) < wantedMean) low = middle;
    else high = middle;
  }
  return high;
}
