import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';
import type { Network } from '../system/network.ts';
import type { Random } from '../system/random.ts';

/** Recognising a large picture on a busy Pi takes seconds. */
const timeoutMs = 60_000;
const answerBytesMax = 16 * 1024 * 1024;

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/v1/people` */
  readonly path: string;
  readonly json?: unknown;
  readonly form?: PictureForm;
  readonly part?: FilePart;
}

/** A part of a file, with the headers that say which (RFC 9110, 14.4). */
export interface FilePart {
  readonly content: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A picture with the text fields around it, as multipart/form-data (RFC 7578). */
export interface PictureForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly picture: Uint8Array;
}

export type ApiResult<Body> =
  | { readonly outcome: 'answered'; readonly body: Body }
  /** The house says no, and why. `status` is HTTP's. */
  | { readonly outcome: 'refused'; readonly status: number; readonly message: string }
  | { readonly outcome: 'unreachable'; readonly message: string };

/** The web API of one appliance. */
export class ApiClient {
  readonly #parts: { readonly network: Network; readonly random: Random };
  readonly #address: string;
  readonly #socket: string | undefined;
  readonly #token: string;

  constructor(
    parts: { network: Network; random: Random },
    appliance: { address: string; token: string; socket?: string },
  ) {
    this.#parts = parts;
    this.#address = appliance.socket === undefined ? appliance.address : 'http://localhost';
    this.#socket = appliance.socket;
    this.#token = appliance.token;
  }

  /** Asks, and takes only an answer of the given shape. */
  async ask<Shape extends TSchema>(call: ApiCall, shape: Shape): Promise<ApiResult<Static<Shape>>> {
    const { body, headers } = this.#bodyOf(call);
    const answer = await this.#parts.network.request({
      url: `${this.#address}${call.path}`,
      socket: this.#socket,
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs,
      answerBytesMax,
    });
    if (answer.outcome === 'unreachable') {
      return {
        outcome: 'unreachable',
        message: `cannot reach the appliance at ${this.#socket ?? this.#address}: ${answer.reason}`,
      };
    }
    const value = parsed(answer.body);
    if (answer.status >= 400)
      return { outcome: 'refused', status: answer.status, message: messageIn(value, answer.status) };
    if (Check(shape, value)) return { outcome: 'answered', body: value };
    const message = `cannot understand the answer to ${call.method} ${call.path}: the appliance is of another release`;
    return { outcome: 'refused', status: answer.status, message };
  }

  #bodyOf(call: ApiCall): { body?: Uint8Array | string; headers: Record<string, string> } {
    if (call.form !== undefined) return multipart(call.form, this.#parts.random.id());
    if (call.part !== undefined)
      return {
        body: call.part.content,
        headers: { 'content-type': 'application/octet-stream', ...call.part.headers },
      };
    if (call.json === undefined) return { headers: {} };
    return { body: JSON.stringify(call.json), headers: { 'content-type': 'application/json' } };
  }
}

function multipart(form: PictureForm, boundary: string): { body: Uint8Array; headers: Record<string, string> } {
  const opening = (disposition: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  const fields = Object.entries(form.fields).map(([name, value]) => `${opening(`name="${name}"`)}\r\n${value}\r\n`);
  const file = `${opening('name="picture"; filename="picture"')}Content-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(fields.join('') + file),
    form.picture,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

function parsed(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Fits no shape, and so is refused with words.
  }
}

function messageIn(value: unknown, status: number): string {
  if (typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string')
    return value.message;
  return `cannot do that: the appliance answered ${status}`;
}
