import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import type { ByteSource } from '../release/byte-source.ts';
import type { Network } from '../system/network.ts';
import { httpGet, type HttpAnswer } from './http-get.ts';
import { type LookResult, type Offer, SourceFault, type UpdateSource } from './offer.ts';

const indexBytesMax = 256 * 1024;
const releasesMax = 1000;

/** `index.json` of an HTTP folder. Nothing in it is trusted but as a hint where to look: the release file is signed. */
export const releaseIndexSchema = Type.Object({
  format: Type.Literal(1),
  releases: Type.Array(
    Type.Object({
      version: Type.String({ maxLength: 100 }),
      /** A name in the same folder: no slash, so that nobody is sent elsewhere. */
      file: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$' }),
      bytes: Type.Integer({ minimum: 1 }),
      /** Of the whole release file. */
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      /** What `Node process.arch` says there; absent for every architecture. */
      architecture: Type.Optional(Type.String({ maxLength: 20 })),
    }),
    { maxItems: releasesMax },
  ),
});
export type ReleaseIndex = Static<typeof releaseIndexSchema>;

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
  readonly #network: Network;
  readonly #folder: HttpFolder;

  constructor(network: Network, folder: HttpFolder) {
    this.name = folder.url;
    this.#network = network;
    this.#folder = folder;
  }

  async look(): Promise<LookResult> {
    const { url, architecture, releaseBytesMax } = this.#folder;
    const answer = await httpGet(this.#network, { url: `${url}index.json`, bytesMax: indexBytesMax });
    if (answer.outcome === 'failed') return failedLook(answer);
    const index = parse(answer.body);
    if (!Check(releaseIndexSchema, index)) {
      const reason = 'cannot use index.json: it is not an index of releases (a log-in page of the network, perhaps)';
      return { outcome: 'failed', reason };
    }
    const fitting = index.releases.filter(
      (release) => release.bytes <= releaseBytesMax && (release.architecture ?? architecture) === architecture,
    );
    return { outcome: 'offers', offers: fitting.map((release) => this.#offer(release)) };
  }

  #offer({ version, file, bytes, sha256 }: ReleaseIndex['releases'][number]): Offer {
    const { url } = this.#folder;
    return {
      from: url,
      file: sha256,
      version,
      isOrdered: false,
      source: new RangedSource(this.#network, url + file, bytes),
    };
  }
}

/** A file on a web server, read in ranges. Remembers the file's tag, so that a file that changes in the middle is seen. */
class RangedSource implements ByteSource {
  readonly bytes: number;
  readonly #network: Network;
  readonly #url: string;
  #tag: string | undefined;

  constructor(network: Network, url: string, bytes: number) {
    this.#network = network;
    this.#url = url;
    this.bytes = bytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.bytes);
    if (end <= offset) return new Uint8Array();
    const range = { from: offset, to: end - 1 };
    const answer = await httpGet(this.#network, { url: this.#url, bytesMax: end - offset, range });
    if (answer.outcome === 'failed') throw new SourceFault(answer.reason, answer.kind, answer.retryMs);
    this.#tag ??= answer.tag;
    if (answer.tag !== undefined && answer.tag !== this.#tag)
      throw new SourceFault('cannot fetch: the file changed on the server', 'changed');
    if (answer.totalBytes !== undefined && answer.totalBytes !== this.bytes)
      throw new SourceFault(`cannot fetch: the file has ${answer.totalBytes} bytes, not ${this.bytes}`, 'changed');
    if (answer.body.length !== end - offset)
      throw new SourceFault(`cannot fetch: ${answer.body.length} bytes came instead of ${end - offset}`, 'later');
    return answer.body;
  }
}

function failedLook(answer: Extract<HttpAnswer, { outcome: 'failed' }>): LookResult {
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
