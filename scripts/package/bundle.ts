import { basename, dirname, join, relative } from 'node:path';
import { readFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';
import { decoderWord } from '../../src/machine/picture/decoder-process.ts';

/** A script of the executable: the main one, or one that a thread starts with. */
export interface Script {
  /** As the executable carries it. */
  readonly name: string;
  readonly text: string;
}

export interface BundleOptions {
  readonly checkout: string;
  readonly version: string;
}

export interface Bundle {
  readonly main: Script;
  readonly threads: readonly Script[];
  /** Paths of the files that it was made of, in the checkout. */
  readonly inputs: readonly string[];
}

/** What a process starts with that decodes pictures: this executable, told so by its first word. */
const decoder = 'src/machine/picture/picture-decoder.ts';
/** What each thread starts with, and the name that its script is carried under. */
const threads = [
  decoder,
  'src/machine/inference/inference-worker.ts',
  'src/machine/picture/picture-worker.ts',
  'src/machine/process/end-with-incumbent.ts',
  'src/store/losses-thread.ts',
  'src/store/writer-thread.ts',
];
const mainEntry = 'src/main.ts';
const mainName = 'main.js';
/** Puts the loader of native libraries where packages and our own addon look for it. */
const hook = 'doorward:native';
const beginning = 'doorward:begin';
/** Modules of the build alone: nothing in `src/` works while it is imported. */
const buildModules: Readonly<Record<string, string>> = {
  [hook]: `import { nativeLibrary } from './src/machine/executable/native-libraries.ts'; globalThis.__native = nativeLibrary;`,
  [beginning]: `import { beginExecutable } from './src/machine/executable/executable-start.ts'; beginExecutable();`,
};

/** Everything in `src/` and what it imports, as one script for the main thread and one for each other thread. */
export async function bundle(options: BundleOptions): Promise<Bundle> {
  const { checkout } = options;
  const inputs = new Set<string>();
  const textOf = async (entry: string): Promise<string> => {
    const result = await build({
      ...settings(options),
      stdin: {
        // Before anything else: native libraries are loaded while modules are evaluated.
        contents: `import '${hook}';\n${entry === mainEntry ? `import '${beginning}';\n` : ''}import './${entry}';`,
        resolveDir: checkout,
        sourcefile: basename(entry),
        loader: 'ts',
      },
    });
    for (const path of Object.keys(result.metafile?.inputs ?? {})) inputs.add(path);
    return result.outputFiles?.[0]?.text ?? '';
  };
  const [main = '', ...others] = await Promise.all([mainEntry, ...threads].map(textOf));
  return {
    main: { name: mainName, text: `"use strict";${actAsDecoder}\n${main}` },
    threads: threads.map((entry, index) => ({ name: threadName(entry), text: others[index] ?? '' })),
    inputs: [...inputs],
  };
}

/**
 * Before the appliance's code is looked at: a process that decodes pictures runs the script that is carried for it, and
 * nothing else. Node runs a main script as the body of a function, so it can return.
 */
const actAsDecoder = `if(process.argv[2]===${JSON.stringify(decoderWord)}){require('node:vm').compileFunction(require('node:sea').getAsset(${JSON.stringify(threadName(decoder))},'utf8'),['require'])(require);return;}`;

function settings({ checkout, version }: BundleOptions): Parameters<typeof build>[0] {
  return {
    absWorkingDir: checkout,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs', // The main script of an executable of Node 24 cannot be a module.
    minify: true,
    keepNames: false,
    legalComments: 'none', // They are carried whole, by `doorward licences`.
    charset: 'utf8',
    logLevel: 'warning',
    tsconfigRaw: { compilerOptions: { strict: true } }, // Not what happens to lie in or above the folder.
    define: { 'import.meta.url': '__ownAddress', 'import.meta.dirname': '__ownFolder' },
    banner: {
      js: "const __ownAddress=require('node:url').pathToFileURL(process.execPath).href,__ownFolder=require('node:path').dirname(process.execPath);",
    },
    plugins: [replacements(checkout, version)],
  };
}

function threadName(entry: string): string {
  return `threads/${basename(entry, '.ts')}.js`;
}

/** A change to one file of the source, because a file of its own has neighbours and the executable has none. */
interface Replacement {
  /** Path in the checkout. */
  readonly file: string;
  readonly change: (text: string) => string;
}

/** The text with exactly one occurrence replaced. Throws when it is not there: then the package has changed. */
function replaced(file: string, text: string, [from, to]: readonly [string | RegExp, string]): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`cannot bundle ${file}: expected ${String(from)} in it once`);
  return parts.join(to);
}

function replacements(checkout: string, version: string): Plugin {
  const library = (name: string): string => `globalThis.__native(${JSON.stringify(name)})`;
  const rules: readonly Replacement[] = [
    { file: 'package.json', change: () => JSON.stringify({ version }) },
    {
      file: 'node_modules/onnxruntime-node/dist/binding.js',
      change: (text) =>
        replaced('onnxruntime-node', text, [
          /require\(`[^`]*onnxruntime_binding\.node`\)/,
          library('onnxruntime_binding.node'),
        ]),
    },
    {
      file: 'node_modules/sharp/dist/sharp.mjs',
      change: () => `export default ${library('images/sharp/lib/sharp.node')};`,
    },
    {
      file: 'node_modules/sharp/dist/utility.mjs',
      // It looks for a list of versions beside itself, and does without.
      change: (text) =>
        replaced('sharp', text, ['createRequire(import.meta.url)', '() => { throw new Error("not carried"); }']),
    },
    {
      file: 'node_modules/better-sqlite3/lib/binding.js',
      change: () => `exports.getBinding = () => ${library('better_sqlite3.node')};`,
    },
  ];
  return {
    name: 'replacements',
    setup(builder) {
      builder.onResolve({ filter: /^doorward:/ }, ({ path }) => ({ path, namespace: 'doorward' }));
      builder.onLoad({ filter: /.*/, namespace: 'doorward' }, ({ path }) => ({
        contents: buildModules[path] ?? '',
        resolveDir: checkout,
        loader: 'ts',
      }));
      builder.onLoad({ filter: /(^|\/)(package\.json|[\w-]+\.(ts|js|mjs))$/ }, async ({ path }) => {
        const file = relative(checkout, path);
        const rule = rules.find((one) => one.file === file);
        if (rule === undefined && !file.startsWith('src/')) return undefined;
        const read = await readFile(path, 'utf8');
        const text = rule === undefined ? startFromCarried(file, read) : rule.change(read);
        return { contents: text, loader: path.endsWith('.json') ? 'json' : path.endsWith('.ts') ? 'ts' : 'js' };
      });
    },
  };
}

/** A thread starts from a script that the executable carries. Throws when it carries none for it. */
function startFromCarried(file: string, text: string): string {
  if (!text.includes('new Worker(new URL(')) return text;
  const carriedFiles = relative(dirname(file), 'src/machine/executable/carried-files.ts').replace(/^(?!\.)/, './');
  const entry = /new Worker\(new URL\('\.\/([\w-]+\.ts)', import\.meta\.url\), \{/.exec(text);
  if (entry?.[1] === undefined || !threads.includes(join(dirname(file), entry[1])))
    throw new Error(`cannot bundle ${file}: it starts a thread whose script is not carried`);
  const script = `Buffer.from(carriedFile(${JSON.stringify(threadName(entry[1]))}) ?? []).toString()`;
  const imported = `import { carriedFile } from ${JSON.stringify(carriedFiles)};\n`;
  return imported + text.replace(entry[0], `new Worker(${script}, { eval: true,`);
}
