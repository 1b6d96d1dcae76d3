// TensorFlow Lite's arithmetic in float64, an operator at a time and as plainly as can be: the oracle of exported nets.
import type { TfliteNet, TfliteOperation } from '../../scripts/models/tflite.ts';

/** Rows, columns and channels, in that order. */
interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** What the net makes of one picture; `values` are in rows, columns, channels. */
export function runTflite(net: TfliteNet, values: Float64Array): Float64Array {
  const known = new Map<number, Tensor>();
  net.tensors.forEach(({ shape, values: fixed }, place) => {
    if (fixed !== undefined) known.set(place, { shape, values: Float64Array.from(fixed) });
  });
  known.set(net.input, { shape: net.tensors[net.input]?.shape.slice(1) ?? [], values });
  for (const operation of net.operations) {
    const inputs = operation.inputs.map((place) => known.get(place));
    const [first, second] = [inputs[0] ?? nothing, inputs[1] ?? nothing];
    const result = compute(operation, { first, second, bias: inputs[2]?.values ?? new Float64Array() });
    known.set(operation.outputs[0] ?? -1, result);
  }
  return known.get(net.output)?.values ?? new Float64Array();
}

const nothing: Tensor = { shape: [], values: new Float64Array() };

interface Inputs {
  readonly first: Tensor;
  readonly second: Tensor;
  readonly bias: Float64Array;
}

function compute(operation: TfliteOperation, inputs: Inputs): Tensor {
  const { first, second } = inputs;
  switch (operation.operator) {
    case 'relu': return { ...first, values: first.values.map((value) => Math.max(0, value)) };
    case 'absolute': return { ...first, values: first.values.map((value) => Math.abs(value)) };
    case 'subtract': return { ...first, values: first.values.map((value, at) => value - (second.values[at] ?? NaN)) };
    case 'add': return { ...first, values: first.values.map((value, at) => value + (second.values[at] ?? NaN)) };
    case 'multiply': {
      const channels = first.values.length; // The constant comes first: a number for each channel.
      return { ...second, values: second.values.map((value, at) => value * (first.values[at % channels] ?? NaN)) };
    }
    case 'reshape': return first;
    case 'convolve': return walk(operation, inputs, false);
    case 'depthwise': return walk(operation, inputs, true);
  } // prettier-ignore
}

/** A convolution; filters are [out, rows, columns, in], depthwise ones [1, rows, columns, channels]. */
function walk({ stride, padding }: TfliteOperation, { first, second, bias }: Inputs, isDepthwise: boolean): Tensor {
  const [rows = 0, columns = 0, channels = 0] = first.shape;
  const [, high = 0, wide = 0] = second.shape;
  const outs = bias.length;
  const sizeOf = (length: number, taps: number): number =>
    padding === 'same' ? Math.ceil(length / stride) : Math.floor((length - taps) / stride) + 1;
  const [toRows, toColumns] = [sizeOf(rows, high), sizeOf(columns, wide)];
  // What is missing is missing at both ends, an odd one at the far end.
  const before = (length: number, to: number, taps: number): number =>
    padding === 'same' ? Math.floor(Math.max(0, (to - 1) * stride + taps - length) / 2) : 0;
  const [above, left] = [before(rows, toRows, high), before(columns, toColumns, wide)];
  const values = new Float64Array(toRows * toColumns * outs);
  for (let place = 0; place < values.length; place++) {
    const out = place % outs;
    const column = Math.floor(place / outs) % toColumns;
    const row = Math.floor(place / outs / toColumns);
    let sum = bias[out] ?? NaN;
    for (let tap = 0; tap < high * wide; tap++) {
      const y = row * stride - above + Math.floor(tap / wide);
      const x = column * stride - left + (tap % wide);
      if (y < 0 || y >= rows || x < 0 || x >= columns) continue;
      const from = (y * columns + x) * channels;
      if (isDepthwise) sum += Number(first.values[from + out]) * Number(second.values[tap * outs + out]);
      else {
        const filter = (out * high * wide + tap) * channels;
        for (let channel = 0; channel < channels; channel++)
          sum += Number(first.values[from + channel]) * Number(second.values[filter + channel]);
      }
    }
    values[place] = sum;
  }
  return { shape: [toRows, toColumns, outs], values };
}
