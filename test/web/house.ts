import { Access } from '../../src/access/access.ts';
import { littleCost } from '../access/open-access.ts';
import { carriedPageFile } from '../../src/machine/executable/carried-files.ts';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { HealthRegistry } from '../../src/health/registry.ts';
import { nodeClock } from '../../src/machine/node/node-clock.ts';
import { nodeDisk } from '../../src/machine/node/node-disk.ts';
import { nodeRandom } from '../../src/machine/node/node-random.ts';
import { homeAt } from '../../src/system/home.ts';
import type { Frame, FrameSink } from '../../src/system/camera.ts';
import type { Inference, Pictures } from '../../src/system/inference.ts';
import type { Log } from '../../src/system/log.ts';
import { i420Bytes, PictureMemory } from '../../src/system/pixels.ts';
import { EventStream } from '../../src/telemetry/event-stream.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { CameraFeed } from '../../src/visit/capture.ts';
import type { RingRequest, RingResult } from '../../src/visit/bell.ts';
import type { FramePush, WebParts } from '../../src/web/parts.ts';
import { buildSite } from '../../src/web/server.ts';
import type { Site } from '../../src/web/site.ts';
import { Counter } from './counter.ts';
import { Neighbours } from './neighbours.ts';
import { PlainStore } from '../fakes/plain-store.ts';
import { aCertificate } from './certificate.ts';
import { aShelf } from './shelf.ts';

/** The smallest thing that looks like a JPEG to a program that only passes it on. */
export const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  named: () => silentLog,
};
const recognition = {
  strangersPerName: 1000, strangersPerKnown: 10_000, faceWidthPxMin: 48, detailMin: 0.15, yawDegMax: 40,
  lightMax: 235, strangerDistance: 0.5, liveness: true,
}; // prettier-ignore

/** A house to knock at: the real camera feed, events, metrics and health around people and pictures made up here. */
export class House {
  readonly home = homeAt(mkdtempSync(join(tmpdir(), 'doorward-web-')));
  readonly neighbours = new Neighbours();
  readonly counter = new Counter(join(this.home.root, 'incoming'));
  /** Why nobody answers for updates; then `counter` is not asked. */
  updateRefusal: string | undefined;
  readonly events = new EventStream(nodeClock, () => undefined);
  readonly health = new HealthRegistry(nodeClock);
  access = new Access({
    store: new PlainStore(),
    clock: nodeClock,
    random: nodeRandom,
    disk: nodeDisk,
    home: this.home,
    chronicle: { record: async () => undefined },
    log: silentLog,
    loopback: 'open',
    cost: littleCost,
  });
  readonly rings: RingRequest[] = [];
  /** Who has looked at pictures of what. */
  readonly looks: string[] = [];
  readonly pushed: Uint8Array[] = [];
  readonly security: string[] = [];
  /** How often garbage was collected. */
  collected = 0;
  readonly logged: { message: string; context: unknown }[] = [];
  /** Of what was logged: what somebody would be woken for. */
  readonly errors: { message: string; context: unknown }[] = [];
  encodes = 0;
  ringAnswer: RingResult = { outcome: 'ringing', visitId: 'visit-1', joined: false };
  push: FramePush | undefined;
  inference: Inference = { recogniser: 'test', detect: async () => [], embed: async () => new Float32Array(128) };
  pictures: Pictures = {
    decodeOwn: (bytes) => this.pictures.decode(bytes),
    decode: async (bytes) => {
      if (bytes.byteLength === 0) return { outcome: 'empty', message: 'cannot read the picture: it is empty' };
      if (bytes[0] !== 0xff) return { outcome: 'not-a-picture', message: 'cannot read the picture: it is none' };
      return {
        outcome: 'decoded',
        picture: { width: 64, height: 36, pixels: new SharedArrayBuffer(i420Bytes(64, 36)) },
      };
    },
    signsOf: async () => [],
    encode: async () => {
      this.encodes += 1;
      return jpeg;
    },
  };
  readonly #stop = new AbortController();
  #sink: FrameSink | undefined;
  readonly camera = new CameraFeed({
    camera: {
      description: 'a test',
      stream: (sink, signal) => {
        this.#sink = sink;
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ outcome: 'ended' })));
      },
    },
    clock: nodeClock,
    random: nodeRandom,
    events: { emit: () => undefined },
    log: silentLog,
    settings: { ringFrames: 3, ringBytesMax: 50_000_000, stallMs: 60_000 },
  });
  readonly #running: Promise<void>;

  constructor() {
    mkdirSync(join(this.home.visits, 'visit-1'), { recursive: true });
    mkdirSync(this.home.people, { recursive: true });
    for (const name of [
      'visits/visit-1/frame-0.jpg',
      'visits/visit-1/thumbnail.jpg',
      'people/face-1.jpg',
      'secret.jpg',
    ])
      writeFileSync(join(this.home.root, name), jpeg);
    this.health.register({
      name: 'system_resources',
      isNeeded: true,
      check: () => ({ status: 'healthy', message: 'fine' }),
    });
    this.#running = this.camera.run(this.#stop.signal);
  }

  /** A new frame of the camera. */
  show(frame: Partial<Omit<Frame, 'sequence'>> = {}): void {
    const { width = 64, height = 36, capturedMs = nodeClock.uptimeMs() } = frame;
    const pixels = frame.pixels ?? new SharedArrayBuffer(i420Bytes(width, height));
    this.#sink?.deliver({ width, height, pixels, capturedMs });
  }

  parts(): WebParts {
    const metrics = new Metrics({
      clock: nodeClock,
      build: { version: '1.2.3', node: 'test', recogniser: 'test' },
      gauges: () => ({ knownFaces: 2 }),
    });
    const { neighbours } = this;
    return {
      version: '1.2.3',
      ownNames: ['door', 'door.local', 'bell.example.org'],
      access: this.access,
      ownerToken: 'token of the owner',
      certificates: aCertificate(this.home.tls, { log: silentLog }),
      looks: { lookedAt: ({ kind }, resource) => void this.looks.push(`${kind} ${resource}`) },
      home: this.home,
      settings: {
        web: { address: '127.0.0.1', port: 0 },
        recognition,
        household: { timeZone: 'Asia/Tokyo' },
      },
      clock: nodeClock,
      random: nodeRandom,
      disk: nodeDisk,
      log: this.#log(),
      read: neighbours,
      bell: {
        ring: async (request) => {
          this.rings.push(request);
          return this.ringAnswer;
        },
        visitsUnderWay: 0,
      },
      camera: this.camera,
      cameraDescription: 'a test',
      pageFile: carriedPageFile,
      push: this.push,
      household: neighbours,
      pictureMemory: new PictureMemory(),
      gallery: neighbours,
      selfTest: neighbours.selfTest,
      inference: this.inference,
      pictures: this.pictures,
      events: this.events,
      metrics: {
        httpRequest: (request) => metrics.httpRequest(request),
        securityEvent: (event) => this.security.push(event.eventType),
        text: () => metrics.text(),
      },
      health: this.health,
      settingsBook: neighbours,
      packs: aShelf(),
      updateDesk: () => this.updateRefusal ?? this.counter,
      collectYoung: () => void (this.collected += 1),
      sendTestNotification: async () => ['log', 'webhook'],
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    rmSync(this.home.root, { recursive: true, force: true, maxRetries: 5 }); // Whoever was cut off may still write its last part.
  }

  #log(): Log {
    const keep = (message: string, context: unknown): void => void this.logged.push({ message, context });
    const fail = (message: string, context: unknown): void => {
      keep(message, context);
      this.errors.push({ message, context });
    };
    const log: Log = { debug: keep, info: keep, warn: keep, error: fail, named: () => log };
    return log;
  }
}

/** A house and its site, both gone at the end of the test. */
export async function openHouse(
  t: TestContext,
  prepare: (house: House) => void = () => undefined,
): Promise<{ house: House; site: Site }> {
  const house = new House();
  prepare(house);
  const site = await buildSite(house.parts());
  t.after(async () => {
    await site.close();
    await house.close();
  });
  return { house, site };
}

/** A form with these fields; a value of bytes becomes a file. */
export function formOf(fields: Readonly<Record<string, string | Uint8Array>>): {
  payload: Buffer;
  headers: Record<string, string>;
} {
  const mark = 'test-form-boundary';
  const parts = Object.entries(fields).map(([name, value]) => {
    const file = typeof value === 'string' ? '' : '; filename="a.jpg"\r\nContent-Type: image/jpeg';
    const head = `--${mark}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')]);
  });
  const payload = Buffer.concat([...parts, Buffer.from(`--${mark}--\r\n`)]);
  return { payload, headers: { 'content-type': `multipart/form-data; boundary=${mark}` } };
}
