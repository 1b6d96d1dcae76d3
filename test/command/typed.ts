import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runCommandLine } from '../../src/command/command-line.ts';
import type { StartRequest } from '../../src/appliance.ts';
import type { StartResult } from '../../src/appliance.ts';
import type { AuditAnswer, RestoreAnswer, SnapshotAnswer, Surroundings } from '../../src/command/context.ts';
import { nodeStorage } from '../../src/machine/node/node-storage.ts';
import type { NetworkRequest } from '../../src/system/network.ts';

export interface House {
  /** What the API answers, by `GET /api/v1/people`; queries are left out of the key. */
  readonly api?: Readonly<Record<string, (request: NetworkRequest) => { status: number; body: unknown }>>;
  readonly isRunning?: boolean;
  readonly start?: (request: StartRequest) => Promise<StartResult>;
  readonly audit?: AuditAnswer;
  readonly camera?: Awaited<ReturnType<Surroundings['appliance']['lookAtCamera']>>;
  readonly device?: Readonly<Record<string, unknown>>;
  /** Gets the time zones that were to be used. */
  readonly zones?: string[];
  /** What is written into the command. */
  readonly input?: string;
  /** Gets the changes of settings that were made while nothing runs. */
  readonly offline?: unknown[];
  /** Gets the model packs that were removed. */
  readonly removed?: string[];
  readonly snapshots?: readonly SnapshotAnswer[];
  readonly restored?: RestoreAnswer;
  readonly isInteractive?: boolean;
  readonly hasColour?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  readonly surroundings?: Partial<Surroundings>;
}

export interface Typed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly progress: readonly string[];
  readonly calls: readonly string[];
  /** Of the lines of `err`, where somebody said. */
  readonly priorities: readonly (number | undefined)[];
}

export function newFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorward-command-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

export function ok(body: unknown): () => { status: number; body: unknown } {
  return () => ({ status: 200, body });
}

export function no(status: number, message: string): () => { status: number; body: unknown } {
  return () => ({ status, body: { status, code: 'x', message, advice: 'y', requestId: 'z' } });
}

/** Types a command line in a house whose machine is simulated but for the disk. */
export async function type(folder: string, words: readonly string[], house: House = {}): Promise<Typed> {
  const out: string[] = [];
  const err: string[] = [];
  const progress: string[] = [];
  const calls: string[] = [];
  const marks: (number | undefined)[] = [];
  let nowMs = 0;
  const surroundings: Surroundings = {
    clock: {
      uptimeMs: () => nowMs,
      wallMs: () => Date.parse('2026-11-20T18:30:00Z') + nowMs,
      sleep: async (durationMs) => {
        nowMs += durationMs;
      },
    },
    host: {
      isRoot: false,
      architecture: 'linux-x64',
      executable: undefined,
      systemdVersion: async () => 257,
      run: async () => ({ code: 1, output: 'not in this test' }),
      setOwner: async () => {},
    },
    disk: nodeStorage,
    network: {
      async request(request) {
        const { pathname, search } = new URL(request.url);
        calls.push(`${request.method} ${pathname}${search}`);
        const answer = house.api?.[`${request.method} ${pathname}`];
        if (answer === undefined) return { outcome: 'unreachable', reason: 'connection refused' };
        const { status, body } = answer(request);
        return {
          outcome: 'answered',
          status,
          headers: {},
          body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
        };
      },
    },
    random: { fraction: () => 0.5, id: () => 'boundary', secret: (bytes) => new Uint8Array(bytes) },
    resources: {
      cpuPercent: () => 5,
      memory: () => ({ totalBytes: 4e9, availableBytes: 3e9, ownBytes: 1e8 }),
      temperatureCelsius: async () => 50,
      ownProcessorMs: () => 0,
      processors: () => 4,
      hostname: () => 'door',
    },
    terminal: {
      isInteractive: house.isInteractive ?? false,
      isRecorded: false,
      hasColour: house.hasColour ?? false,
      print: (line) => out.push(line),
      complain: (line, priority) => {
        err.push(line);
        marks.push(priority);
      },
      progress: (line) => progress.push(line),
    },
    environment: house.environment ?? {},
    workingFolder: folder,
    homeDefault: join(folder, 'home'),
    release: { version: '1.2.3', node: 'v24.21.0', modelsFolder: join(folder, 'models'), builtMs: () => undefined },
    appliance: {
      start: house.start ?? (async () => ({ outcome: 'refused', message: 'cannot start: not in this test' })),
      runCandidate: async () => ({ outcome: 'refused', message: 'no appliance has started this' }),
      fallBack: async () => ({ outcome: 'refused', mended: [], message: 'cannot fall back: nothing is installed' }),
      snapshots: async () => house.snapshots ?? [],
      restore: async (_home, before) =>
        house.restored ?? { outcome: 'refused', message: `cannot restore: no trial ${before}` },
      schemaVersion: async () => 1,
      verifyAudit: async () => house.audit ?? { outcome: 'whole', entries: 0, unsigned: 0, last: { seq: 0, hash: '' } },
      sqliteVersion: async () => '3.0.0',
      lookAtCamera: async () => house.camera ?? { outcome: 'seen', width: 1280, height: 720, durationMs: 800 },
      addPack: async () => ({ outcome: 'refused', message: 'cannot add a model pack: not in this test' }),
      removePack: async (_home, name) => {
        house.removed?.push(name);
        return { outcome: 'removed' };
      },
      deviceSettings: async () => house.device ?? {},
      changeSettings: async ({ changes }) => {
        house.offline?.push(changes);
        return { outcome: 'changed' };
      },
    },
    carriedFile: () => undefined,
    useTimeZone: (timeZone) => void house.zones?.push(timeZone),
    readInput: async () => house.input ?? '',
    findRunning: async () =>
      house.isRunning === false ? undefined : { pid: 7, address: 'http://127.0.0.1:8080', token: '' },
    signal: new AbortController().signal,
    ...house.surroundings,
  };
  const code = await runCommandLine(words, surroundings);
  const shown = progress.filter((line) => line !== '');
  return { code, out: out.join('\n'), err: err.join('\n'), progress: shown, calls, priorities: marks };
}
