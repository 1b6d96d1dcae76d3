// A TensorFlow Lite file as far as our nets need it: a FlatBuffer whose tables are found through tables of offsets.
// Numbers of fields: tensorflow/lite/schema/schema.fbs, version 3.

/** A tensor; `values` are there for those that are part of the file. */
export type TfliteTensor = { shape: number[]; values: Float32Array | Int32Array | undefined };

/** One operation: its inputs and outputs are places in `tensors`. */
export type TfliteOperation = {
  operator: TfliteOperator;
  inputs: number[];
  outputs: number[];
  /** Of convolutions only. */
  stride: number;
  padding: 'same' | 'valid';
};

export type TfliteNet = { tensors: TfliteTensor[]; operations: TfliteOperation[]; input: number; output: number };

const operators = [
  ['add', 0],
  ['convolve', 3],
  ['depthwise', 4],
  ['multiply', 18],
  ['relu', 19],
  ['reshape', 22],
  ['subtract', 41],
  ['absolute', 101],
] as const;
export type TfliteOperator = (typeof operators)[number][0];

const names: ReadonlyMap<number, TfliteOperator> = new Map(operators.map(([name, code]) => [code, name]));
const magic = 'TFL3';
/** Values of `type` of a tensor. */
const [float32, int32] = [0, 2];

/** Reads a file with one subgraph. Throws when it holds what this reader does not know. */
export function readTflite(content: Uint8Array): TfliteNet {
  const file = new FlatBuffer(content);
  if (file.text(4, 4) !== magic) throw new Error('cannot read the net: it is no TensorFlow Lite file');
  const model = file.follow(0);
  const codes = file.tables(model, 1).map((code) => file.byte(code, 0, 0));
  const buffers = file.tables(model, 4);
  const [graph, ...more] = file.tables(model, 2);
  if (graph === undefined || more.length > 0) throw new Error('cannot read the net: it has not one subgraph');
  const tensors = file.tables(graph, 0).map((tensor): TfliteTensor => {
    const [type, buffer] = [file.byte(tensor, 1, float32), buffers[file.whole(tensor, 2, 0)]];
    const bytes = buffer === undefined ? undefined : file.bytes(buffer, 0);
    return { shape: file.wholes(tensor, 0), values: bytes === undefined ? undefined : numbers(bytes, type) };
  });
  const operations = file.tables(graph, 3).map((operation): TfliteOperation => {
    const code = codes[file.whole(operation, 0, 0)];
    const operator = names.get(code ?? -1);
    if (operator === undefined) throw new Error(`cannot read the net: operator ${code} is not known`);
    const ends = { operator, inputs: file.wholes(operation, 1), outputs: file.wholes(operation, 2) };
    const isConvolution = operator === 'convolve' || operator === 'depthwise';
    if (!isConvolution) return { ...ends, stride: 1, padding: 'same' };
    const options = file.table(operation, 4);
    const stride = file.whole(options, 1, 1);
    if (stride !== file.whole(options, 2, 1))
      throw new Error('cannot read the net: a stride is not the same both ways');
    return { ...ends, stride, padding: file.byte(options, 0, 0) === 0 ? 'same' : 'valid' };
  });
  const [input, output] = [file.wholes(graph, 1)[0], file.wholes(graph, 2)[0]];
  if (input === undefined || output === undefined) throw new Error('cannot read the net: it has no input or no output');
  return { tensors, operations, input, output };
}

function numbers(bytes: Uint8Array, type: number): Float32Array | Int32Array | undefined {
  if (bytes.length === 0) return undefined;
  const copy = new Uint8Array(bytes).buffer;
  if (type === float32) return new Float32Array(copy);
  if (type === int32) return new Int32Array(copy);
  throw new Error(`cannot read the net: a tensor has type ${type}`);
}

/** Tables, vectors and numbers by their place in the file; a field that is not there has its default. */
class FlatBuffer {
  readonly #content: Uint8Array;
  readonly #view: DataView;

  constructor(content: Uint8Array) {
    this.#content = content;
    this.#view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  }

  follow(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  text(at: number, length: number): string {
    return new TextDecoder().decode(this.#content.subarray(at, at + length));
  }

  byte(table: number, field: number, byDefault: number): number {
    const at = this.#field(table, field);
    return at === undefined ? byDefault : this.#view.getInt8(at);
  }

  whole(table: number, field: number, byDefault: number): number {
    const at = this.#field(table, field);
    return at === undefined ? byDefault : this.#view.getInt32(at, true);
  }

  table(table: number, field: number): number {
    const at = this.#field(table, field);
    if (at === undefined) throw new Error(`cannot read the net: a table has no field ${field}`);
    return this.follow(at);
  }

  tables(table: number, field: number): number[] {
    return this.#elements(table, field, 4).map((at) => this.follow(at));
  }

  wholes(table: number, field: number): number[] {
    return this.#elements(table, field, 4).map((at) => this.#view.getInt32(at, true));
  }

  /** Undefined when there is no such field. */
  bytes(table: number, field: number): Uint8Array | undefined {
    const at = this.#field(table, field);
    if (at === undefined) return undefined;
    const vector = this.follow(at);
    return this.#content.subarray(vector + 4, vector + 4 + this.#view.getUint32(vector, true));
  }

  #elements(table: number, field: number, elementBytes: number): number[] {
    const at = this.#field(table, field);
    if (at === undefined) return [];
    const vector = this.follow(at);
    const count = this.#view.getUint32(vector, true);
    return Array.from({ length: count }, (_, element) => vector + 4 + element * elementBytes);
  }

  #field(table: number, field: number): number | undefined {
    const list = table - this.#view.getInt32(table, true);
    const place = 4 + 2 * field;
    if (place >= this.#view.getUint16(list, true)) return undefined;
    const offset = this.#view.getUint16(list + place, true);
    return offset === 0 ? undefined : table + offset;
  }
}
