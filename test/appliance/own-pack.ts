// A model pack as an owner makes one: a folder with a manifest and a net.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export const ownModels = join(import.meta.dirname, '..', '..', '.models');

/** A folder that is gone when the test is over. */
export function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-packs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A manifest that is right but for what a test says otherwise. */
export function manifestFor(net: Uint8Array, otherwise: object = {}): object {
  return {
    name: 'mine', model: { file: 'net.onnx', sha256: createHash('sha256').update(net).digest('hex') },
    embeddingMark: 'somebody-elses', chip: 'arcface', numbers: 64, isMirrored: false, length: 1, unlike: 1,
    licence: 'CC0-1.0', origin: 'a test', trainedOn: 'nothing', ...otherwise,
  }; // prettier-ignore
}

export function writePack(folder: string, net: Uint8Array, manifest: object | string = manifestFor(net)): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'net.onnx'), net);
  writeFileSync(join(folder, 'manifest.json'), typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
  return folder;
}

/** One of the release's own packs under another name. */
export function writeOwnPackAs(folder: string, pack: string, name: string): string {
  const { recognisers } = JSON.parse(readFileSync(join(ownModels, 'manifest.json'), 'utf8')) as {
    recognisers: readonly {
      readonly name: string;
      readonly model: { readonly file: string; readonly sha256: string };
    }[];
  };
  const found = recognisers.find((one) => one.name === pack);
  if (found === undefined) throw new Error(`there is no pack ${pack}`);
  const net = readFileSync(join(ownModels, found.model.file));
  return writePack(folder, net, { ...found, name, model: { file: 'net.onnx', sha256: found.model.sha256 } });
}
