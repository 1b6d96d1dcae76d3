/** The checkout as a release carries it here: one script for the process and one for each of its threads. Starts fast. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

const checkout = join(import.meta.dirname, '..', '..');
/** Where the process starts, below the directory of the release. */
export const entryScript = 'main.js';
/** Scripts of their own beside it: of threads, and of the process that decodes pictures. */
const threads = [
  'src/machine/inference/inference-worker',
  'src/machine/picture/picture-decoder',
  'src/machine/picture/picture-worker',
  'src/machine/process/end-with-incumbent',
  'src/store/losses-thread',
  'src/store/writer-thread',
];
/** Libraries that are loaded from files of their own: the installation lends the checkout's. */
const libraries = ['onnxruntime-node', 'sharp', 'better-sqlite3'];

/** A fault that somebody could make: in `file`, `from` becomes `to`. */
export interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Writes the scripts and the page into the directory; what is missing is the package.json with the version. */
export async function bundleInto(directory: string, patches: readonly Patch[]): Promise<void> {
  const planted = new Set<Patch>();
  await build({
    absWorkingDir: checkout,
    entryPoints: ['src/main.ts', ...threads.map((name) => `${name}.ts`)].map((file) => ({
      in: file,
      out: file === 'src/main.ts' ? 'main' : file.slice(0, -'.ts'.length),
    })),
    outdir: directory,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: libraries,
    banner: {
      js: [
        `import { createRequire as __createRequire } from 'node:module';`,
        `const require = __createRequire(import.meta.url);`,
        `const __release = import.meta.dirname.replace(/\\/src\\/[\\w/-]+$/, '');`,
      ].join(''),
    },
    logLevel: 'error',
    plugins: [placesInRelease(patches, planted)],
  });
  for (const patch of patches) assert.ok(planted.has(patch), `cannot plant a fault: ${patch.file} has changed`);
  cpSync(join(checkout, 'src', 'ui'), join(directory, 'src', 'ui'), { recursive: true });
}

/** Files of the checkout find their neighbours where the release has them. */
function placesInRelease(patches: readonly Patch[], planted: Set<Patch>): Plugin {
  return {
    name: 'places-in-release',
    setup(builder) {
      builder.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        const file = relative(checkout, path);
        let contents = readFileSync(path, 'utf8');
        for (const patch of patches.filter((each) => each.file === file)) {
          if (contents.includes(patch.from)) planted.add(patch);
          contents = contents.replace(patch.from, () => patch.to);
        }
        contents = contents
          .replaceAll(/'(\.\/[\w-]+)\.ts', import\.meta\.url/g, `'$1.js', import.meta.url`)
          .replaceAll(/import\.meta\.dirname, '([\w-]+)\.ts'/g, `import.meta.dirname, '$1.js'`)
          .replaceAll('import.meta.url', `('file://' + __release + '/${file}')`)
          .replaceAll('import.meta.dirname', `(__release + '/${dirname(file)}')`);
        return { contents, loader: 'ts' };
      });
      builder.onLoad({ filter: /\/package\.json$/ }, ({ path }) => {
        if (path !== join(checkout, 'package.json')) return undefined;
        const contents = `import { readFileSync } from 'node:fs';
          export default JSON.parse(readFileSync(__release + '/package.json', 'utf8'));`;
        return { contents, loader: 'js' };
      });
    },
  };
}
