import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelNames } from '../../src/machine/inference/model-pack.ts';
import { carriedLibrary } from '../../src/machine/executable/native-libraries.ts';
import type { NativeLibraries } from '../../src/system/native-libraries.ts';

/** Files of the checkout that the executable carries as they are, besides the models. */
const carriedPatterns = [
  'src/ui/*.{html,css,js,svg}', 'node_modules/uqr/dist/index.mjs', 'src/telemetry/*.{json,yaml}', 'systemd/*',
  '.models/demo/*',
]; // prettier-ignore

/** Names and the files that they come from. */
export function carriedFrom(checkout: string): ReadonlyMap<string, string> {
  const found = carriedPatterns.flatMap((pattern) => globSync(pattern, { cwd: checkout }));
  const { models: nets, recognisers } = modelPackOf(checkout);
  const files = [...Object.values(nets), ...recognisers.map(({ model }) => model)];
  const models = files.map(({ file }) => `.models/${file}`);
  return new Map([...found, ...models].map((name) => [name, join(checkout, name)]));
}

interface Named {
  readonly file: string;
}

interface Pack {
  readonly models: Readonly<Record<string, Named>>;
  readonly recognisers: readonly { readonly name: string; readonly model: Named }[];
}

export const modelsManifest = '.models/manifest.json';

/** The pack of the checkout, without the models that only tests and benches load. */
export function modelPackOf(checkout: string): Pack {
  const pack: Pack = JSON.parse(readFileSync(join(checkout, modelsManifest), 'utf8'));
  const models = Object.fromEntries(Object.entries(pack.models).filter(([name]) => modelNames.has(name)));
  return { ...pack, models, recognisers: pack.recognisers.filter(({ name }) => !name.endsWith('-reference')) };
}

/** The list of the native libraries, and the name of their content. */
export function librariesOf(files: ReadonlyMap<string, string>): NativeLibraries {
  const libraries = [...files].map(([name, path]) => {
    const content = readFileSync(path);
    return { name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  const id = createHash('sha256').update(JSON.stringify(libraries)).digest('hex').slice(0, idLength);
  return { id, libraries };
}

const idLength = 16;

export function carriedLibraries(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].map(([name, path]) => [carriedLibrary(name), path]));
}
