import type { ByteSource } from '../../src/release/byte-source.ts';
import type { Network, NetworkRequest, NetworkResult } from '../../src/system/network.ts';
import { HttpSource } from '../../src/update/http-source.ts';
import type { LookResult, UpdateSource } from '../../src/update/offer.ts';

const partOfFile = 206;

/**
 * The real source of an HTTP folder. A file on a web server remembers the tag that it saw first, where nobody can look;
 * this one knows the tag too, and makes the same file again, so that a simulation can go on from any moment.
 */
export class SimulatedSource implements UpdateSource {
  readonly name: string;
  readonly #network: Network;
  /** A server that always answers: nothing that is asked of it belongs to the story. */
  readonly #quiet: (tag: string | undefined) => Network;
  /** Files that have a tag never change again. */
  readonly #tagged = new Map<string, TaggedFile>();

  constructor(network: Network, url: string, quiet: (tag: string | undefined) => Network) {
    this.name = url;
    this.#network = network;
    this.#quiet = quiet;
  }

  async look(): Promise<LookResult> {
    const wire = new Wire(this.#network);
    const result = await this.#folder(wire).look();
    if (result.outcome === 'failed') return result;
    return {
      outcome: 'offers',
      offers: result.offers.map((offer) => ({ ...offer, source: new TaggedFile(offer.source, wire) })),
    };
  }

  #folder(network: Network): HttpSource {
    return new HttpSource(network, { url: this.name, architecture: 'linux-x64', releaseBytesMax: 1e6 });
  }

  /** The file on offer when the tag that it saw first is this one, or when it was not read yet. */
  async fileWith(tag: string | undefined): Promise<TaggedFile> {
    const known = tag === undefined ? undefined : this.#tagged.get(tag);
    if (known !== undefined) return known;
    const wire = new Wire(this.#quiet(tag));
    const result = await this.#folder(wire).look();
    const offer = result.outcome === 'offers' ? result.offers[0] : undefined;
    if (offer === undefined) throw new Error('cannot make the file on offer again: nothing is on offer');
    const file = new TaggedFile(offer.source, wire);
    if (tag !== undefined) {
      await file.read(0, 1);
      this.#tagged.set(tag, file);
    }
    wire.network = this.#network;
    return file;
  }
}

/** A file on a web server, and the tag that it saw first. */
export class TaggedFile implements ByteSource {
  readonly #file: ByteSource;
  readonly #wire: Wire;
  tag: string | undefined;

  constructor(file: ByteSource, wire: Wire) {
    this.#file = file;
    this.#wire = wire;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.#wire.tag = undefined;
    try {
      return await this.#file.read(offset, length);
    } finally {
      this.tag ??= this.#wire.tag;
    }
  }
}

/** Notes the tag of the last part of a file that came. */
class Wire implements Network {
  network: Network;
  tag: string | undefined;

  constructor(network: Network) {
    this.network = network;
  }

  async request(request: NetworkRequest): Promise<NetworkResult> {
    const result = await this.network.request(request);
    if (result.outcome === 'answered' && result.status === partOfFile) this.tag = result.headers['etag'];
    return result;
  }
}
