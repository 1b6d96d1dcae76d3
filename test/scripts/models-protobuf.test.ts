import assert from 'node:assert/strict';
import test from 'node:test';

import { encodeModel } from '../../scripts/models/onnx.ts';
import { bytes, float, integer, integers, nested, text } from '../../scripts/models/protobuf.ts';

// The first three are the examples of https://protobuf.dev/programming-guides/encoding/.
const examples: [string, Uint8Array, string][] = [
  ['an integer above 127 takes a second byte', integer(1, 150), '089601'],
  ['a string carries its length', text(2, 'testing'), '120774657374696e67'],
  ['a nested message carries its length', nested(3, [integer(1, 150)]), '1a03089601'],
  ['repeated integers are packed', integers(6, [3, 270, 86942]), '3206038e029ea705'],
  ['a negative integer takes ten bytes', integer(1, -1), '08ffffffffffffffffff01'],
  ['zero is written', integer(1, 0), '0800'],
  ['a field above 15 takes a second byte of tag', integer(20, 1), 'a00101'],
  ['a float is little-endian', float(2, 1), '150000803f'],
  ['an empty list of bytes is written', bytes(9, new Uint8Array()), '4a00'],
  ['text is UTF-8', text(1, 'ü'), '0a02c3bc'],
];

for (const [promise, encoded, expected] of examples) {
  test(promise, () => assert.equal(Buffer.from(encoded).toString('hex'), expected));
}

test('a graph is written with its dynamic batch, its attributes and its weights', () => {
  const encoded = Buffer.from(
    encodeModel({
      name: 'scale',
      inputs: [{ name: 'pixels', type: 'uint8', shape: ['N', 3] }],
      outputs: [{ name: 'values', type: 'float32', shape: ['N', 3] }],
      operations: [{ operator: 'LeakyRelu', inputs: ['x'], outputs: ['y'], attributes: { alpha: { float: 0.1 } } }],
      constants: [{ name: 'factor', shape: [2], data: Float32Array.of(1, 2) }],
    }),
  ).toString('hex');
  const expected = {
    'IR version 8': '0808',
    'opset 17': '42021011',
    'dimension N, then 3': '0a03' + '12014e' + '0a02' + '0803',
    'alpha = 0.1 of type FLOAT': '0a05616c706861' + '15cdcccc3d' + 'a00101',
    'factor = [1, 2] of type FLOAT': '0a0102' + '1001' + '4206666163746f72' + '4a08' + '0000803f00000040',
  };
  for (const [part, hex] of Object.entries(expected)) assert.ok(encoded.includes(hex), `no ${part}`);
});
