/** The world outside the house. Every call may fail, and says so in its result. */
export interface Network {
  request(request: NetworkRequest): Promise<NetworkResult>;
}

export interface NetworkRequest {
  readonly url: string;
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
