import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mobileFaceNetOrigin } from '../models/origin.ts';
import { type RecogniserWords, recogniserWords } from '../models/recognisers.ts';
import { lockedPackages } from './packages.ts';
import type { Arch } from './target.ts';

/** One package whose code or weights are in the executable. */
export interface Material {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** As npm has it: `sha512-…`. */
  readonly integrity: string;
  /** Where it lies. */
  readonly folder: string;
}

export interface MaterialsOptions {
  readonly checkout: string;
  readonly arch: Arch;
  /** Where the packages of that architecture lie. */
  readonly targetFolder: string;
  /** Paths of the files that the bundles were made of. */
  readonly bundled: readonly string[];
}

/** Packages that are carried without being bundled: native code of every architecture, what the models come from, the page's. */
const carriedWhole = ['better-sqlite3', 'onnxruntime-node', '@vladmandic/face-api', 'uqr'];

/** MobileFaceNet's package is fetched alone and holds no licence: both notices that belong to it stand here. */
const mobileFaceNet: Material = {
  name: mobileFaceNetOrigin.package,
  version: mobileFaceNetOrigin.version,
  licence: 'MIT AND Apache-2.0',
  integrity: mobileFaceNetOrigin.integrity,
  folder: join(import.meta.dirname, 'mobile-face-net'),
};

/** Everything that the executable is made of, from what was really bundled and the lock file, in the order of names. */
export function materials({ checkout, arch, targetFolder, bundled }: MaterialsOptions): readonly Material[] {
  const locked = lockedPackages(checkout);
  const target = [`node-linux-${arch}`, `@img/sharp-linux-${arch}`, `@img/sharp-libvips-linux-${arch}`];
  const places = new Map<string, string>();
  for (const path of bundled) {
    const found = /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    if (found !== undefined) places.set(found, join(checkout, found));
  }
  for (const name of carriedWhole) places.set(`node_modules/${name}`, join(checkout, 'node_modules', name));
  for (const name of target) places.set(`node_modules/${name}`, join(targetFolder, 'node_modules', name));
  const installed = [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, folder]): Material => {
      const entry = locked[key];
      if (entry?.integrity === undefined)
        throw new Error(`cannot list materials: package-lock.json does not name ${key}`);
      const name = key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const description: { license?: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const licence = entry.license ?? description.license ?? 'see its licence text';
      return { name, version: entry.version, licence, integrity: entry.integrity, folder };
    });
  return [...installed, mobileFaceNet].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

export interface Product {
  readonly version: string;
  /** When the commit was made: the same commit gives the same bytes. */
  readonly createdMs: number;
}

/** The list of materials as CycloneDX 1.6 (ECMA-424). */
export function billOfMaterials(product: Product, parts: readonly Material[]): string {
  const components = parts.map(({ name, version, licence, integrity }) => {
    const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
    const address = `pkg:npm/${encodeURIComponent(group ?? '')}${group === undefined ? '' : '/'}${short}@${version}`;
    const [, algorithm = '', digest = ''] = /^(sha\d+)-(.+)$/.exec(integrity) ?? [];
    return {
      type: 'library',
      'bom-ref': address,
      ...(group === undefined ? {} : { group }),
      name: short,
      version,
      licenses: [/^[\w.+-]+$/.test(licence) ? { license: { id: licence } } : { expression: licence }],
      hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }],
      purl: address,
    };
  });
  const own = `pkg:generic/doorward@${product.version}`;
  const nets = recogniserWords.filter(({ name }) => !name.endsWith('-reference')).map(netOf);
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(components) + own)}`,
    version: 1,
    metadata: {
      timestamp: new Date(product.createdMs).toISOString(),
      component: { type: 'application', 'bom-ref': own, name: 'doorward', version: product.version, purl: own, licenses: [{ license: { id: 'MIT' } }] }, // prettier-ignore
    },
    components: [...components, ...nets],
    dependencies: [{ ref: own, dependsOn: components.map(({ purl }) => purl) }],
  };
  return `${JSON.stringify(bill, undefined, 1)}\n`;
}

/** A recogniser: whose it is, under which terms, and on which pictures it was trained. */
function netOf({ name, licence, origin, trainedOn, density }: RecogniserWords): object {
  const datasets = [trainedOn, ...(density === undefined ? [] : [density.madeFrom])];
  return {
    type: 'machine-learning-model',
    'bom-ref': `recogniser-${name}`,
    name,
    description: origin,
    licenses: [{ license: { name: licence } }],
    modelCard: { modelParameters: { datasets: datasets.map((set) => ({ type: 'dataset', description: set })) } },
  };
}

/** A name that is the same for the same content, in the form of a random UUID. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Our licence, then that of every material, word by word. */
export function licenceTexts(checkout: string, parts: readonly Material[]): string {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  const own = readme.slice(readme.indexOf('## Licence\n') + '## Licence\n'.length).trim();
  const chapters = parts.map(({ name, version, licence, folder }) => {
    const texts = globSync('{LICEN[CS]E*,licen[cs]e*,COPYING*,NOTICE*,ThirdPartyNotices*,THIRD-PARTY-NOTICES*}', {
      cwd: folder,
    })
      .filter((file) => existsSync(join(folder, file)))
      .toSorted()
      .map((file) => readFileSync(join(folder, file), 'utf8').trim());
    const readme = join(folder, 'README.md'); // Some name the licences of their own parts there.
    const text =
      texts.length > 0
        ? texts.join('\n\n')
        : existsSync(readme)
          ? readFileSync(readme, 'utf8').trim()
          : `It carries no text.`;
    return `${name} ${version} (${licence})\n\n${text}`;
  });
  const line = `\n\n${'-'.repeat(80)}\n\n`;
  return `${['Doorward\n\n' + own, ...chapters].join(line)}\n`;
}
