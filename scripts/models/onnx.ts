// An ONNX graph as plain data, and its bytes. Field numbers: onnx/onnx.proto, IR version 8; operators: opset 17.
import { bytes, float, integer, integers, message, nested, text, type Field } from './protobuf.ts';

/** What a tensor holds. Weights and pictures are uint8, arithmetic is float32. */
export type ElementType = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64';

/** An input or output of the graph; a named dimension (`'N'`) may have any length. */
export type ValueInfo = { name: string; type: ElementType; shape: (number | string)[] };

/** A tensor that is part of the file. */
export type Constant = {
  name: string;
  shape: number[];
  data: Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;
};

/** A whole number is written as INT, an array as INTS, a text as STRING, `{ float }` as FLOAT. */
export type Attribute = number | number[] | string | { float: number };

/** One operation. */
export type Operation = {
  operator: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
};

/** A model before it is bytes; operations are in the order in which they can run. */
export type OnnxGraph = {
  name: string;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  operations: Operation[];
  constants: Constant[];
};

const irVersion = 8;
const opsetVersion = 17;
const elementTypes: Record<ElementType, number> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };
const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7 };

/** The bytes of the .onnx file; the same graph always gives the same bytes. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  return message([
    integer(1, irVersion),
    text(2, 'doorward'),
    nested(8, [integer(2, opsetVersion)]),
    nested(7, [
      ...graph.operations.map((operation) => nested(1, encodeOperation(operation))),
      text(2, graph.name),
      ...graph.constants.map((constant) => nested(5, encodeConstant(constant))),
      ...graph.inputs.map((input) => nested(11, encodeValueInfo(input))),
      ...graph.outputs.map((output) => nested(12, encodeValueInfo(output))),
    ]),
  ]);
}

function encodeOperation({ operator, inputs, outputs, attributes }: Operation): Field[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, outputs[0] ?? operator),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => nested(5, [text(1, name), ...encodeAttribute(value)])),
  ];
}

function encodeAttribute(value: Attribute): Field[] {
  if (typeof value === 'number') return [integer(3, value), integer(20, attributeTypes.integer)];
  if (typeof value === 'string') return [text(4, value), integer(20, attributeTypes.text)];
  if (Array.isArray(value)) return [...value.map((one) => integer(8, one)), integer(20, attributeTypes.integers)];
  return [float(2, value.float), integer(20, attributeTypes.float)];
}

function encodeConstant({ name, shape, data }: Constant): Field[] {
  return [
    integers(1, shape),
    integer(2, elementTypes[elementTypeOf(data)]),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

function elementTypeOf(data: Constant['data']): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Int32Array) return 'int32';
  return 'int64';
}

function encodeValueInfo({ name, type, shape }: ValueInfo): Field[] {
  const dimensions = shape.map((length) =>
    nested(1, [typeof length === 'number' ? integer(1, length) : text(2, length)]),
  );
  return [text(1, name), nested(2, [nested(1, [integer(1, elementTypes[type]), nested(2, dimensions)])])];
}
