import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { lowerToFloat, NetBuilder } from '../../scripts/models/net.ts';
import { encodeModel } from '../../scripts/models/onnx.ts';
import { rgbInput, rgbToFloat } from '../../scripts/models/picture.ts';
import { probePack } from '../../src/appliance/probe-pack.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { manifestFor, newFolder, ownModels, writePack } from './own-pack.ts';

/** A net that tells the mean colour of a face, three numbers times these. */
function colourNet(weights: readonly number[]): Uint8Array {
  const numbers = weights.length / 3;
  const net = new NetBuilder('colour', [rgbInput('N', 112, 112)]);
  const mean = net.add('Flatten', [net.add('GlobalAveragePool', [rgbToFloat(net)])], { axis: 1 });
  const from = net.add('MatMul', [mean, net.floats(weights, [3, numbers])]);
  const info = { name: 'embeddings', type: 'float32', shape: ['N', numbers] } as const;
  return encodeModel(lowerToFloat(net.finish([{ from, info: { ...info, shape: [...info.shape] } }])));
}

test('a net that gives no numbers, too few, nothing or always the same is refused with words', async (t) => {
  const addedFolder = newFolder(t);
  const probe = (net: Uint8Array): Promise<string | undefined> => {
    writePack(join(addedFolder, 'mine'), net, manifestFor(net));
    return probePack({ folders: { modelsFolder: ownModels, addedFolder }, disk: nodeDisk, clock: nodeClock }, 'mine');
  };
  const filled = (numbers: number, value: number): readonly number[] =>
    Array.from({ length: 3 * numbers }, () => value);
  assert.equal(await probe(colourNet(filled(64, Number.NaN))), 'its embeddings hold what is no number');
  assert.match(
    String(await probe(colourNet(filled(32, 1)))),
    /its embeddings have 32 numbers, and its manifest says 64/,
  );
  assert.equal(await probe(colourNet(filled(64, 0))), 'its embeddings are all zeros');
  assert.match(String(await probe(colourNet(filled(64, 1)))), /it does not tell the visitors of the demo apart/);
  assert.match(String(await probe(Buffer.from('no net'))), /^cannot start recognition/);
});
