import type { DecodeFailure } from '../../system/inference.ts';

/** To the process that decodes. `picture` is followed by its bytes; `go` allows what was weighed. */
export type ToDecoder = { readonly say: 'picture'; readonly bytes: number } | { readonly say: 'go' };

/** From it. `decoded` is followed by the three planes. */
export type FromDecoder =
  | { readonly say: 'ready'; readonly isLimited: boolean }
  | { readonly say: 'weighed'; readonly takesBytes: number }
  | { readonly say: 'refused'; readonly outcome: DecodeFailure; readonly message: string }
  | { readonly say: 'decoded'; readonly width: number; readonly height: number };

/** Longest side of what comes back. */
const sideMax = 1920;
const messageCharactersMax = 500;

const failures: ReadonlySet<string> = new Set<DecodeFailure>([
  'empty', 'too-large', 'not-a-picture', 'corrupt', 'animated', 'too-costly',
]); // prettier-ignore

/** What the process said, or undefined: a picture may have taken it over, and it is believed nothing that cannot be. */
export function fromDecoder(message: unknown): FromDecoder | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const said = new Map<string, unknown>(Object.entries(message));
  const [width, height] = [sideOf(said.get('width')), sideOf(said.get('height'))];
  const [takesBytes, outcome, text] = [said.get('takesBytes'), said.get('outcome'), said.get('message')];
  switch (said.get('say')) {
    case 'ready':
      return { say: 'ready', isLimited: said.get('isLimited') === true };
    case 'weighed':
      return typeof takesBytes === 'number' ? { say: 'weighed', takesBytes } : undefined;
    case 'refused':
      if (!isFailure(outcome) || typeof text !== 'string') return undefined;
      return { say: 'refused', outcome, message: text.slice(0, messageCharactersMax) };
    case 'decoded':
      return width === undefined || height === undefined ? undefined : { say: 'decoded', width, height };
    default:
      return undefined;
  }
}

function sideOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 2 && value <= sideMax && value % 2 === 0
    ? value
    : undefined;
}

function isFailure(value: unknown): value is DecodeFailure {
  return typeof value === 'string' && failures.has(value);
}
