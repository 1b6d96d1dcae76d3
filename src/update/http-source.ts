import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import { compareVersions } from '../release/version.ts';
import type { StreamingNetwork } from '../system/network.ts';
import { HttpFile } from './http-file.ts';
import { httpGet, type HttpFailure } from './http-get.ts';
import type { LookResult, Offer, UpdateSource } from './offer.ts';

/** Some ten thousand releases. */
const indexBytesMax = 4 * 1024 * 1024;
/** The newest of them that fit are offered. */
const offersMax = 100;

const releaseSchema = Type.Object({
  version: Type.String({ maxLength: 100 }),
  /** A name in the same folder: no slash, so that nobody is sent elsewhere. */
  file: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$' }),
  bytes: Type.Integer({ minimum: 1 }),
  /** Of the whole release file. */
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** What `Node process.arch` says there; absent for every architecture. */
  architecture: Type.Optional(Type.String({ maxLength: 20 })),
});

/** `index.json` of an HTTP folder. Nothing in it is trusted but as a hint where to look: the release file is signed. */
export const releaseIndexSchema = Type.Object({ format: Type.Literal(1), releases: Type.Array(releaseSchema) });
export type ReleaseIndex = Static<typeof releaseIndexSchema>;
/** One entry that is of another kind does not spoil the others. */
const looseIndexSchema = Type.Object({ format: Type.Literal(1), releases: Type.Array(Type.Unknown()) });

/** Where an HTTP folder is and who asks. */
export interface HttpFolder {
  /** Ends in a slash. */
  readonly url: string;
  readonly architecture: string;
  readonly releaseBytesMax: number;
}

/** An HTTP folder with an index: any static web server. Files are fetched in ranges, so that memory stays bounded. */
export class HttpSource implements UpdateSource {
  readonly name: string;
  readonly isNear = false;
  readonly #network: StreamingNetwork;
  readonly #folder: HttpFolder;

  constructor(network: StreamingNetwork, folder: HttpFolder) {
    this.name = folder.url;
    this.#network = network;
    this.#folder = folder;
  }

  async look(): Promise<LookResult> {
    const { url, architecture, releaseBytesMax } = this.#folder;
    const answer = await httpGet(this.#network, { url: `${url}index.json`, bytesMax: indexBytesMax });
    if (answer.outcome === 'failed') return failedLook(answer);
    const index = parse(answer.body);
    if (!Check(looseIndexSchema, index)) {
      const reason = 'cannot use index.json: it is not an index of releases (a log-in page of the network, perhaps)';
      return { outcome: 'failed', reason };
    }
    const known = index.releases.filter((entry) => Check(releaseSchema, entry));
    if (known.length === 0 && index.releases.length > 0)
      return { outcome: 'failed', reason: 'cannot use index.json: none of its entries describes a release' };
    const fitting = known
      .filter((release) => release.bytes <= releaseBytesMax && (release.architecture ?? architecture) === architecture)
      .toSorted((one, other) => compareVersions(other.version, one.version))
      .slice(0, offersMax);
    return { outcome: 'offers', offers: fitting.map((release) => this.#offer(release)) };
  }

  #offer({ version, file, bytes, sha256 }: ReleaseIndex['releases'][number]): Offer {
    const { url } = this.#folder;
    return {
      from: url,
      file: sha256,
      version,
      isOrdered: false,
      source: new HttpFile(this.#network, url + file, bytes),
    };
  }
}

function failedLook(answer: HttpFailure): LookResult {
  const { reason, retryMs } = answer;
  return { outcome: 'failed', reason, ...(retryMs === undefined ? {} : { retryMs }) };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined; // Not JSON: the schema says so.
  }
}
