// The few kinds of protobuf field that an ONNX file needs, written; nothing is ever read.
// https://protobuf.dev/programming-guides/encoding/

/** A list of encoded fields; `message` joins them to the bytes of one message. */
export type Field = Uint8Array;

const wireVarint = 0;
const wireBytes = 2;
const wireFloat = 5;

/** An int64, int32 or enum field. Negative numbers take ten bytes, as the encoding demands. */
export function integer(field: number, value: number): Field {
  return message([varint((field << 3) | wireVarint), varint(value)]);
}

/** A float field: four bytes, little-endian. */
export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return message([varint((field << 3) | wireFloat), bytes]);
}

/** A bytes field, or a nested message that is already encoded. */
export function bytes(field: number, value: Uint8Array): Field {
  return message([varint((field << 3) | wireBytes), varint(value.length), value]);
}

/** A string field, UTF-8. */
export function text(field: number, value: string): Field {
  return bytes(field, new TextEncoder().encode(value));
}

/** A repeated integer field, packed. */
export function integers(field: number, values: readonly number[]): Field {
  return bytes(field, message(values.map(varint)));
}

/** A nested message field from its own fields. */
export function nested(field: number, fields: readonly Field[]): Field {
  return bytes(field, message(fields));
}

/** The bytes of a message: its fields, one after another. */
export function message(fields: readonly Field[]): Uint8Array {
  const all = new Uint8Array(fields.reduce((sum, one) => sum + one.length, 0));
  let offset = 0;
  for (const one of fields) {
    all.set(one, offset);
    offset += one.length;
  }
  return all;
}

function varint(value: number): Uint8Array {
  const encoded: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    encoded.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...encoded, Number(rest)]);
}
