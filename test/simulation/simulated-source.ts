import type { ByteSource } from '../../src/release/byte-source.ts';
import type { OpenBody, OpenResult, StreamingNetwork } from '../../src/system/network.ts';
import { HttpFile } from '../../src/update/http-file.ts';
import { HttpSource } from '../../src/update/http-source.ts';
import type { LookResult, Offer, UpdateSource } from '../../src/update/offer.ts';

/**
 * The real source of an HTTP folder. A file on a web server may keep its answer open from one read to the next, where
 * nobody can look; here each read is of a file that has just been found, so that a simulation can go on from any moment.
 */
export class SimulatedSource implements UpdateSource {
  readonly name: string;
  readonly isNear = false;
  readonly #network: StreamingNetwork;

  constructor(network: StreamingNetwork, url: string) {
    this.name = url;
    this.#network = network;
  }

  async look(): Promise<LookResult> {
    const folder = { url: this.name, architecture: 'linux-x64', releaseBytesMax: 1e6 };
    const result = await new HttpSource(this.#network, folder).look();
    if (result.outcome === 'failed') return result;
    const found = ({ version, source: { bytes } }: Offer): ByteSource => ({
      bytes,
      read: (offset, length) =>
        new HttpFile(this.#network, `${this.name}${version}.release`, bytes).read(offset, length),
    });
    return { outcome: 'offers', offers: result.offers.map((offer) => ({ ...offer, source: found(offer) })) };
  }
}

/** An answer that has come as a whole, read part by part. */
export function opened(result: Awaited<ReturnType<StreamingNetwork['request']>>): OpenResult {
  return result.outcome === 'answered' ? { ...result, body: openBody(result.body) } : result;
}

function openBody(content: Uint8Array): OpenBody {
  let at = 0;
  return {
    async read(bytes) {
      const part = content.slice(at, at + bytes);
      at += part.length;
      return part;
    },
    close: () => undefined,
  };
}
