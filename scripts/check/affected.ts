/** Which files a change can reach: those whose own text, or the text of what they import, is not what it was. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import Type from 'typebox';
import { Check } from 'typebox/value';

/** `from './x.ts'`, `import('./x.ts')`, `new URL('./x.ts', …)`. */
const importPattern = /(?:from|import|URL)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/** `deep`: whatever is below the file, however far, can change what is found in it; `near`: what it imports itself. */
export type Reach = 'deep' | 'near';

/** Remembers, for each step and file, what the file and what is below it were when the step last found it sound. */
export class Affected {
  readonly #path: string;
  /** What every file depends on without importing it: libraries, compiler options, rules. */
  readonly #ground: string;
  readonly #sound: Record<string, string>;
  readonly #texts = new Map<string, { readonly hash: string; readonly imports: readonly string[] }>();

  constructor(path: string, ground: readonly string[]) {
    this.#path = path;
    this.#ground = hashOf(process.version + ground.map((name) => readFileSync(name, 'utf8')).join('\0'));
    this.#sound = readSound(path);
  }

  /** Those that the step has not found sound as they are now. */
  of(step: string, reach: Reach, files: readonly string[]): readonly string[] {
    return files.filter((file) => this.#sound[`${step} ${file}`] !== this.#nameOf(file, reach));
  }

  /** The step has found these sound, as they were when this began. */
  noteSound(step: string, reach: Reach, files: readonly string[]): void {
    for (const file of files) this.#sound[`${step} ${file}`] = this.#nameOf(file, reach);
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(this.#sound));
  }

  #nameOf(file: string, reach: Reach): string {
    const reached = new Set([file, ...this.#read(file).imports]);
    if (reach === 'deep')
      for (const name of reached) for (const imported of this.#read(name).imports) reached.add(imported);
    return hashOf(
      [this.#ground, ...[...reached].toSorted().map((name) => `${name} ${this.#read(name).hash}`)].join('\n'),
    );
  }

  #read(file: string): { readonly hash: string; readonly imports: readonly string[] } {
    const known = this.#texts.get(file);
    if (known !== undefined) return known;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const imports = [...text.matchAll(importPattern)].map(([, path = '']) => normalize(join(dirname(file), path)));
    const read = { hash: hashOf(text), imports };
    this.#texts.set(file, read);
    return read;
  }
}

/** Nothing is known to be sound where the file is missing or cut short. */
function readSound(path: string): Record<string, string> {
  try {
    const sound: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Check(Type.Record(Type.String(), Type.String()), sound) ? sound : {};
  } catch {
    return {};
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
