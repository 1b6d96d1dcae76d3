import { request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { peerHeader, peerOf, textOfPeer } from '../../system/peer.ts';
import type { OpenDoor } from './door-question.ts';
import { passOn } from './passed-answer.ts';

/** Bodies and answers that are kept, of all requests together: as much as a house takes of pictures at once. */
const keptBytesMax = 24 * 1024 * 1024;
/** Who was dropped waits so long for the word that the candidate is gone; longer than whoever looks at its door. */
const droppedMsMax = 5000;
/** Of one connection alone, or for this process itself. */
const perHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'expect', 'upgrade', 'te', 'trailer']);
/** Tells the site that answers why a request comes a second time; never taken from a caller. */
const againHeader = 'doorward-again';
/** The same for both that are asked, so that the second can see what the first has done. Never taken from a caller. */
const idHeader = 'doorward-request';
const ours = new Set([againHeader, idHeader, peerHeader]);

/**
 * Why a request is asked again: nobody can have done it, for it was never passed whole; perhaps somebody has; or what was
 * sent with it is gone.
 */
type Again = 'unpassed' | 'unknown' | 'lost';

export interface RelayParts {
  readonly candidate: OpenDoor;
  /** Behind it this process answers itself. */
  readonly own: OpenDoor;
  /** A caller from that port is this process, and asks how the candidate answers. */
  isFromHere(port: number | undefined): boolean;
  /** Another part of this process asks, or a command of its owner. */
  isHouse(request: IncomingMessage): boolean;
  /** Told of each request when it is passed on, before anything of its body has come. */
  onPassed(request: IncomingMessage, response: ServerResponse): void;
  newId(): string;
}

/**
 * Passes requests on to a release on trial, and answers here what that leaves unanswered. Callers stay connected to this
 * process: the one on trial is given requests, never the socket of the door, so that whatever accepts and does not answer,
 * hangs, dies or leaves an orphan behind takes no caller with it.
 *
 * Chosen: whole requests are passed on, kept until they are answered, and a short answer is passed back whole; rejected: the
 * listening socket goes over (what was accepted dies with the candidate); passing each connection's descriptor (nobody knows
 * what was answered on it); copying bytes (needs a parser of HTTP of our own); why: the server is here, and tells where each
 * request begins and ends. What cannot be asked twice is said in web/README.md.
 */
export class RequestRelay {
  readonly #parts: RelayParts;
  readonly #underWay = new Set<Passage>();
  /** The last request of each connection: whoever sends several at once has them passed on one after the other. */
  readonly #lines = new WeakMap<IncomingMessage['socket'], Promise<void>>();
  #keptBytes = 0;
  #isRecalled = false;
  #isLeaving = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
  }

  /** Takes one request. It is answered in any case. */
  pass(request: IncomingMessage, response: ServerResponse): void {
    const before = this.#lines.get(request.socket);
    const over = new Promise<void>((resolve) => response.once('close', resolve));
    this.#lines.set(request.socket, over);
    if (before === undefined) this.#begin(request, response);
    else void before.then(() => response.destroyed || this.#begin(request, response));
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const patience = new AbortController();
    const passage = new Passage(request, response, {
      id: this.#parts.newId(),
      peer: textOfPeer({ ...peerOf(request.socket), isHouse: this.#parts.isHouse(request) }),
      isLeaving: () => this.#isLeaving,
      mayKeep: (bytes) => this.#mayKeep(bytes),
      letGo: (bytes) => (this.#keptBytes -= bytes),
      onDropped: () => this.#onDropped(passage, patience.signal),
    });
    this.#underWay.add(passage);
    response.once('close', () => {
      this.#underWay.delete(passage);
      this.#keptBytes -= passage.keptBytes;
      passage.leave();
      patience.abort();
    });
    if (this.#isRecalled) this.#askHere(passage);
    else {
      this.#parts.onPassed(request, response);
      passage.ask(this.#parts.candidate, undefined);
    }
  }

  /** The candidate has the door no more: what it has not got whole, and what it drops from now on, is answered here. */
  recall(): void {
    this.#isRecalled = true;
    for (const passage of this.#underWay) if (passage.isDropped || passage.isOnItsWay) this.#askHere(passage);
  }

  /** The candidate is gone: whatever it has not begun to answer is answered here. */
  recallAll(): void {
    for (const passage of this.#underWay) if (passage.isUnanswered) this.#askHere(passage);
  }

  /** Every caller is told to connect anew after this answer, and streams end. */
  sayFarewell(): void {
    this.#isLeaving = true;
    for (const passage of this.#underWay) passage.endStream();
  }

  /** While the candidate has the door it waits: whoever looks at the door from here must see that nobody answers. */
  #onDropped(passage: Passage, signal: AbortSignal): void {
    if (this.#isRecalled) return this.#askHere(passage);
    if (this.#parts.isFromHere(passage.port)) return passage.cut();
    const late = setTimeout(() => passage.isDropped && this.#askHere(passage), droppedMsMax);
    signal.addEventListener('abort', () => clearTimeout(late), { once: true });
  }

  #askHere(passage: Passage): void {
    passage.ask(this.#parts.own, passage.reason);
  }

  #mayKeep(bytes: number): boolean {
    if (this.#keptBytes + bytes > keptBytesMax) return false;
    this.#keptBytes += bytes;
    return true;
  }
}

interface PassageParts {
  readonly id: string;
  /** Who asks; only this process can know it. */
  readonly peer: string;
  isLeaving(): boolean;
  mayKeep(bytes: number): boolean;
  letGo(bytes: number): void;
  onDropped(): void;
}

/** One request, until its answer has gone out. */
class Passage {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #parts: PassageParts;
  /** What came of the body; undefined when it was too much to keep. */
  #kept: Buffer[] | undefined = [];
  #isWhole = false;
  #asked: ClientRequest | undefined;
  #endStream: (() => void) | undefined;
  #isHere = false;
  /** Whoever is asked gets the body too. */
  #isFed = true;
  keptBytes = 0;
  isDropped = false;

  constructor(request: IncomingMessage, response: ServerResponse, parts: PassageParts) {
    this.#request = request;
    this.#response = response;
    this.#parts = parts;
    request.on('data', (bytes: Buffer) => this.#take(bytes));
    request.once('end', () => {
      this.#isWhole = true;
      if (this.#isFed) this.#asked?.end();
    });
    request.on('error', () => this.leave());
  }

  /** Nobody over there has all of it, and nothing has come back. */
  get isOnItsWay(): boolean {
    return this.isUnanswered && !this.#isWhole;
  }

  get isUnanswered(): boolean {
    return !this.#isHere && !this.#response.headersSent;
  }

  get reason(): Again {
    if (this.#kept === undefined) return 'lost';
    return this.#isWhole ? 'unknown' : 'unpassed';
  }

  ask(door: OpenDoor, again: Again | undefined): void {
    this.leave();
    this.isDropped = false;
    this.#isHere = again !== undefined;
    const asked = this.#open(door, again);
    if (asked === undefined) return;
    this.#asked = asked;
    let hasAnswer = false;
    asked.once('response', (answer) => {
      hasAnswer = true; // Its end is told by the answer itself from now on.
      this.#endStream = passOn(answer, {
        request: this.#request,
        response: this.#response,
        isLeaving: () => this.#parts.isLeaving(),
        mayKeep: (bytes) => this.#mayKeep(bytes),
        onCut: () => this.#onCut(asked),
      });
      if (this.#parts.isLeaving()) this.endStream();
    });
    asked.on('error', () => undefined); // Told by `close`.
    asked.once('close', () => hasAnswer || this.#onCut(asked));
    asked.on('drain', () => this.#request.resume());
    this.#isFed = again !== 'lost';
    if (this.#isFed) for (const bytes of this.#kept ?? []) asked.write(bytes);
    if (this.#isWhole || !this.#isFed) asked.end();
    this.#request.resume();
  }

  get port(): number | undefined {
    return this.#request.socket.remotePort;
  }

  cut(): void {
    this.#response.destroy();
  }

  /** Stops asking. */
  leave(): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.destroy();
  }

  endStream(): void {
    this.#endStream?.();
  }

  #open(createConnection: OpenDoor, again: Again | undefined): ClientRequest | undefined {
    const { method, url } = this.#request;
    const { id, peer } = this.#parts;
    const headers = [idHeader, id, peerHeader, peer, ...headersOf(this.#request, again)];
    try {
      return ask({ createConnection, method, path: url, headers, setHost: false });
    } catch {
      this.#response.writeHead(400, { connection: 'close' }).end(); // Node reads addresses that it does not write.
      return undefined;
    }
  }

  #take(bytes: Buffer): void {
    if (this.#kept !== undefined && this.#mayKeep(bytes.length)) this.#kept.push(bytes);
    else this.#letGo();
    if (this.#isFed && this.#asked?.write(bytes) === false) this.#request.pause();
  }

  /** It was too much: the others may have the memory. */
  #letGo(): void {
    this.#kept = undefined;
    this.#parts.letGo(this.keptBytes);
    this.keptBytes = 0;
  }

  #mayKeep(bytes: number): boolean {
    if (!this.#parts.mayKeep(bytes)) return false;
    this.keptBytes += bytes;
    return true;
  }

  #onCut(asked: ClientRequest): void {
    if (asked !== this.#asked || this.#response.writableEnded || this.#response.destroyed) return;
    this.#asked = undefined;
    this.#request.resume();
    if (this.#response.headersSent || this.#isHere) return void this.#response.destroy();
    this.isDropped = true;
    this.#parts.onDropped();
  }
}

/** As the caller has sent them, with those of this connection left out. A length or chunks are the body's own. */
function headersOf(request: IncomingMessage, again: Again | undefined): string[] {
  const { rawHeaders } = request;
  const headers = [...(again === undefined ? [] : [againHeader, again]), ...hostFor(request)];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [rawHeaders[at], rawHeaders[at + 1]];
    const isOurs = perHop.has(name.toLowerCase()) || ours.has(name.toLowerCase());
    if (!isOurs && !(again === 'lost' && isOfBody(name))) headers.push(name, value);
  }
  return headers;
}

/** Simple watchers speak HTTP/1.0 and name no host; what is passed on is HTTP/1.1, which has to. */
function hostFor({ headers, httpVersion, method }: IncomingMessage): readonly string[] {
  const isSimpleReader = httpVersion === '1.0' && headers.host === undefined && (method === 'GET' || method === 'HEAD');
  return isSimpleReader ? ['host', 'localhost'] : [];
}

function isOfBody(name: string): boolean {
  return name.toLowerCase() === 'content-length' || name.toLowerCase() === 'transfer-encoding';
}
