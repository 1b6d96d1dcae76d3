/** The world outside the house. Every call may fail, and says so in its result. */
export interface Network {
  request(request: NetworkRequest): Promise<NetworkResult>;
}

export interface NetworkRequest {
  readonly url: string;
  /** A unix socket that is asked instead of the address's host. */
  readonly socket?: string | undefined;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly timeoutMs: number;
  /** A longer answer is cut off and called unreachable. 0: the status is the answer, and nothing behind it is looked at. */
  readonly answerBytesMax: number;
}

export type NetworkResult =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      /** Names in small letters; a date in `retry-after` is given in seconds. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | { readonly outcome: 'unreachable'; readonly reason: string };

/** A network whose answers can also be read part by part: a release is larger than the memory that it may take. */
export interface StreamingNetwork extends Network {
  /** Begins to read an address. The body is the caller's to read or to close. */
  open(request: OpenRequest): Promise<OpenResult>;
}

export interface OpenRequest extends Pick<NetworkRequest, 'url' | 'headers'> {
  /** Until the answer begins, and again for each part of it that is read. */
  readonly timeoutMs: number;
}

export type OpenResult =
  | (Omit<Extract<NetworkResult, { outcome: 'answered' }>, 'body'> & { readonly body: OpenBody })
  | Extract<NetworkResult, { outcome: 'unreachable' }>;

/** The body of an answer that is still coming. */
export interface OpenBody {
  /** The next bytes: fewer only at the end, undefined when the connection was cut or is too slow. */
  read(bytes: number): Promise<Uint8Array | undefined>;
  close(): void;
}
