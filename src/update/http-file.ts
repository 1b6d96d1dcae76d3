import type { ByteSource } from '../release/byte-source.ts';
import type { OpenBody, StreamingNetwork } from '../system/network.ts';
import { type HttpOpened, httpOpen } from './http-get.ts';
import { SourceFault } from './offer.ts';

/** Parts that one read may take: a server may give less than it was asked for, but not nothing again and again. */
const partsMax = 64;
/** Bytes that are passed over at a time. */
const skipBytes = 256 * 1024;

/** A whole file that is on its way, and how far it was read. */
interface WholeAnswer {
  readonly body: OpenBody;
  at: number;
}

/**
 * A file on a web server, read in ranges. Where the server gives no ranges, the whole file is read on from where it stands,
 * so that each byte comes once as long as the connection lives. Nobody asks whether two answers are of the same file
 * (servers of one name give the same file different tags): each chunk is signed.
 */
export class HttpFile implements ByteSource {
  readonly bytes: number;
  readonly #network: StreamingNetwork;
  readonly #url: string;
  #whole: WholeAnswer | undefined;

  constructor(network: StreamingNetwork, url: string, bytes: number) {
    this.#network = network;
    this.#url = url;
    this.bytes = bytes;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.bytes);
    const parts: Uint8Array[] = [];
    let at = offset;
    for (let part = 0; at < end; part += 1) {
      if (part === partsMax) throw new SourceFault('cannot fetch: the server gives too little at a time', 'later');
      const content = await this.#readPart(at, end);
      if (content.length === 0) throw new SourceFault(`cannot fetch: the answer ends at byte ${at} of ${end}`, 'later');
      parts.push(content);
      at += content.length;
    }
    return Buffer.concat(parts);
  }

  async #readPart(from: number, end: number): Promise<Uint8Array> {
    if (this.#whole !== undefined && this.#whole.at > from) this.#giveUp();
    if (this.#whole !== undefined) return this.#readOn(this.#whole, from, end);
    const answer = await httpOpen(this.#network, { url: this.#url, from, to: end - 1 });
    if (answer.outcome === 'failed') throw new SourceFault(answer.reason, answer.kind, answer.retryMs);
    if (answer.status === 206) return this.#readRange(answer, from, end);
    const { 'content-length': total, 'content-encoding': encoding = 'identity' } = answer.headers;
    if (encoding === 'identity') this.#checkTotal(total, answer.body);
    this.#whole = { body: answer.body, at: 0 };
    return this.#readOn(this.#whole, from, end);
  }

  /** It may begin earlier than it was asked to, and end sooner. */
  async #readRange({ headers, body }: HttpOpened, from: number, end: number): Promise<Uint8Array> {
    const match = /^bytes[ =]+(\d+)-(\d+)\/(\d+|\*)$/i.exec(headers['content-range']?.trim() ?? '');
    const [first, last, total] = [Number(match?.[1]), Number(match?.[2]), match?.[3]];
    if (match === null || first > from || last < from) {
      body.close();
      throw new SourceFault('cannot fetch: the server gave another part than was asked for', 'later');
    }
    this.#checkTotal(total === '*' ? undefined : total, body);
    const range: WholeAnswer = { body, at: first };
    const content = await readOn(range, from, Math.min(end, last + 1));
    body.close();
    return content ?? cut(from);
  }

  async #readOn(whole: WholeAnswer, from: number, end: number): Promise<Uint8Array> {
    const content = await readOn(whole, from, end);
    if (content === undefined || whole.at >= this.bytes) this.#giveUp();
    return content ?? cut(from);
  }

  #checkTotal(total: string | undefined, body: OpenBody): void {
    if (total === undefined || Number(total) === this.bytes) return;
    body.close();
    throw new SourceFault(`cannot fetch: the file has ${total} bytes, not ${this.bytes}`, 'changed');
  }

  #giveUp(): void {
    this.#whole?.body.close();
    this.#whole = undefined;
  }
}

/** The bytes up to the end, after those before it were passed over. */
async function readOn(answer: WholeAnswer, from: number, end: number): Promise<Uint8Array | undefined> {
  while (answer.at < from) {
    const passed = await answer.body.read(Math.min(skipBytes, from - answer.at));
    if (passed === undefined || passed.length === 0) return undefined;
    answer.at += passed.length;
  }
  const content = await answer.body.read(end - from);
  answer.at += content?.length ?? 0;
  return content;
}

function cut(at: number): never {
  throw new SourceFault(`cannot fetch: the connection was cut at byte ${at}`, 'later');
}
