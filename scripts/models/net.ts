// A net as a list of layers whose weights are still face-api's; lowering decides how the arithmetic is written in ONNX.
import { type Attribute, type Constant, type OnnxGraph, type Operation, type ValueInfo } from './onnx.ts';
import { at, type Weight } from './weights.ts';

/** One layer. `weight` and `bias` follow `inputs` as the operator's next inputs. */
export type Layer = {
  operator: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
  weight?: Weight;
  bias?: Float64Array;
};

/** A net before lowering. */
export type Net = {
  name: string;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  layers: Layer[];
  constants: Constant[];
};

/** How a convolution walks: `same` is TensorFlow's (an odd pixel of padding goes to the end), `valid` pads nothing. */
export type Walk = { stride: number; padding: 'same' | 'valid' };

/** Collects layers; every method returns the name of the new layer's output. */
export class NetBuilder {
  readonly #net: Net;

  constructor(name: string, inputs: ValueInfo[]) {
    this.#net = { name, inputs, outputs: [], layers: [], constants: [] };
  }

  /** Any operator with one output. */
  add(operator: string, inputs: string[], attributes: Record<string, Attribute> = {}): string {
    return this.#push({ operator, inputs, attributes });
  }

  /** A convolution, depthwise if the weight has one input channel a group. */
  convolve(input: string, filter: { weight: Weight; bias?: Float64Array }, walk: Walk & { groups?: number }): string {
    const [, , height, width] = filter.weight.shape;
    const padding: Record<string, Attribute> = walk.padding === 'same' ? { auto_pad: 'SAME_UPPER' } : {};
    const attributes = {
      ...padding,
      group: walk.groups ?? 1,
      kernel_shape: [height ?? 1, width ?? 1],
      strides: [walk.stride, walk.stride],
    };
    return this.#push({ operator: 'Conv', inputs: [input], attributes, ...filter });
  }

  /** A pooling layer over `size` by `size` pixels. */
  pool(operator: 'MaxPool' | 'AveragePool', input: string, walk: Walk & { size: number }): string {
    const padding: Record<string, Attribute> = walk.padding === 'same' ? { auto_pad: 'SAME_UPPER' } : {};
    const attributes = { ...padding, kernel_shape: [walk.size, walk.size], strides: [walk.stride, walk.stride] };
    return this.#push({ operator, inputs: [input], attributes });
  }

  /** input times matrix, plus bias. */
  connect(input: string, matrix: { weight: Weight; bias?: Float64Array }): string {
    return this.#push({ operator: 'Gemm', inputs: [input], attributes: {}, ...matrix });
  }

  /** A float32 tensor in the file. */
  floats(values: ArrayLike<number>, shape: number[]): string {
    return this.#constant(new Float32Array(values), shape);
  }

  /** An int64 vector in the file: axes, pads, shapes. */
  whole(values: number[]): string {
    return this.#constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** Names the result of the last layer and closes the net. */
  finish(outputs: { from: string; info: ValueInfo }[]): Net {
    for (const { from, info } of outputs) {
      this.#net.layers.push({ operator: 'Identity', inputs: [from], outputs: [info.name], attributes: {} });
      this.#net.outputs.push(info);
    }
    return this.#net;
  }

  #push(layer: Omit<Layer, 'outputs'>): string {
    const name = `${layer.operator}_${this.#net.layers.length}`;
    this.#net.layers.push({ ...layer, outputs: [name] });
    return name;
  }

  #constant(data: Constant['data'], shape: number[]): string {
    const name = `constant_${this.#net.constants.length}`;
    this.#net.constants.push({ name, shape, data });
    return name;
  }
}

/** A graph under construction: what lowering a layer appends to. */
export type Lowered = Pick<OnnxGraph, 'operations' | 'constants'>;

/**
 * Writes a net in float32 arithmetic with its weights stored as face-api stores them. Cast, Sub and Mul turn them into
 * numbers when a session opens: ONNX Runtime folds these three, but leaves DequantizeLinear standing in the way of fusion.
 */
export function lowerToFloat(net: Net): OnnxGraph {
  const graph: Lowered = { operations: [], constants: [...net.constants] };
  for (const layer of net.layers) lowerLayerToFloat(layer, graph);
  return { name: net.name, inputs: net.inputs, outputs: net.outputs, ...graph };
}

/** Appends one layer in float32 arithmetic. */
export function lowerLayerToFloat(
  { operator, inputs, outputs, attributes, weight, bias }: Layer,
  graph: Lowered,
): void {
  const name = outputs[0] ?? operator;
  const parameters: string[] = [];
  if (weight !== undefined) parameters.push(lowerWeight(weight, `${name}.weight`, graph));
  if (bias !== undefined) {
    graph.constants.push({ name: `${name}.bias`, shape: [bias.length], data: new Float32Array(bias) });
    parameters.push(`${name}.bias`);
  }
  graph.operations.push({ operator, inputs: [...inputs, ...parameters], outputs, attributes });
}

function lowerWeight(weight: Weight, name: string, { operations, constants }: Lowered): string {
  if (weight.kind === 'plain') {
    constants.push({ name, shape: weight.shape, data: new Float32Array(weight.data) });
    return name;
  }
  const isPerChannel = weight.scale.length > 1;
  const scaleShape = isPerChannel ? [at(weight.shape, 0), ...weight.shape.slice(1).map(() => 1)] : [];
  constants.push({ name: `${name}.stored`, shape: weight.shape, data: weight.data });
  constants.push({ name: `${name}.zero`, shape: [], data: Float32Array.of(weight.zeroPoint) });
  constants.push({ name: `${name}.scale`, shape: scaleShape, data: new Float32Array(weight.scale) });
  const step = (operator: string, from: string[], to: string): Operation => {
    return { operator, inputs: from, outputs: [to], attributes: operator === 'Cast' ? { to: 1 } : {} };
  };
  operations.push(step('Cast', [`${name}.stored`], `${name}.cast`));
  operations.push(step('Sub', [`${name}.cast`, `${name}.zero`], `${name}.centred`));
  operations.push(step('Mul', [`${name}.centred`, `${name}.scale`], name));
  return name;
}
