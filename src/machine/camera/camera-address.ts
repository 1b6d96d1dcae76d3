import type { Camera } from '../../system/camera.ts';

/** Protocols that a camera on the network may speak, and what ffmpeg may open for each. Never `file`, never `concat`. */
const rtsp = ['rtp', 'srtp', 'rtsp', 'rtsps', 'udp', 'tcp', 'tls', 'crypto'];
const http = ['http', 'https', 'tcp', 'tls', 'crypto'];

/** Silence after which ffmpeg gives up: the last resort, because the appliance knows better how often this camera speaks. */
const silenceUs = '60000000';

/** What ffmpeg is asked to open. */
export interface VideoSource {
  /** For people, without name, password and query. */
  readonly description: string;
  readonly origin?: Camera['origin'];
  /** The arguments up to and with `-i`. */
  readonly input: readonly string[];
  /** Of a camera that speaks HTTP. */
  readonly url?: URL;
  /** Of a camera on the USB. */
  readonly device?: string;
  /** Never shown. */
  readonly secrets: readonly string[];
}

/** A stream of the network, or undefined when the address is not one of rtsp, rtsps, http, https. */
export function networkVideo(address: string): VideoSource | undefined {
  const url = URL.parse(address);
  if (url === null || url.hostname === '') return undefined;
  const path = tellingPath.test(url.pathname) ? '/***' : url.pathname;
  const description = `camera ${url.protocol}//${url.host}${path}`;
  const common = { description, origin: 'sensor', secrets: secretsOf(url, address) } as const;
  switch (url.protocol) {
    case 'rtsp:':
    case 'rtsps:': {
      const options = ['-protocol_whitelist', rtsp.join(','), ...rtspOptions, '-timeout', silenceUs];
      return { ...common, input: [...liveOptions, ...options, '-i', address] };
    }
    case 'http:':
    case 'https:': {
      const options = ['-protocol_whitelist', http.join(','), '-rw_timeout', silenceUs];
      return { ...common, url, input: [...liveOptions, ...options, '-i', address] };
    }
    default:
      return undefined;
  }
}

/** Some cameras want name and password in the path: `/user=admin_password=…_channel=1.sdp`. */
const tellingPath = /pass|pwd|token|secret|key=|auth/i;

/** Nothing lost where the camera can; a camera that can only send datagrams is shown all the same. */
const rtspOptions = ['-rtsp_flags', 'prefer_tcp', '-allowed_media_types', 'video'];

/**
 * The time of a picture is the time when it came: a camera's clock may jump, stand or run back, and what is left out then
 * depends on it. No frame-wise threads, which keep pictures back; little looking at the stream before its first picture.
 */
const liveOptions = [
  '-use_wallclock_as_timestamps', '1', '-flags', 'low_delay', '-analyzeduration', '500000', '-fpsprobesize', '0',
]; // prettier-ignore

/** A camera on the USB, `/dev/video0`. */
export function usbVideo(device: string, { width, height, framesPerSecond, inputFormat }: UsbWish): VideoSource {
  const format = inputFormat === undefined ? [] : ['-input_format', inputFormat];
  const wish = ['-framerate', String(framesPerSecond), '-video_size', `${width}x${height}`, ...format];
  // The kernel's own times of the frames may be of another clock.
  const input = ['-f', 'v4l2', '-use_wallclock_as_timestamps', '1', ...wish, '-i', device];
  return { description: `camera ${device}`, origin: 'sensor', device, input, secrets: [] };
}

interface UsbWish {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly inputFormat?: string;
}

/** A video file, played in its own time, over and over. `path` is absolute, and only files may be opened from it. */
export function fileVideo(path: string): VideoSource {
  const options = ['-protocol_whitelist', 'file', '-re', '-stream_loop', '-1'];
  return { description: `video ${path}`, input: [...options, '-i', `file:${path}`], secrets: [] };
}

/** Takes everything secret out of a text of ffmpeg. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  return clean.replaceAll(/(\w+:\/\/)[^\s/@]*@/g, '$1***@');
}

/** Longest first, so that no part of one stays behind. Passwords are said both as written and as sent. */
function secretsOf(url: URL, address: string): string[] {
  const query = url.search.split(/[?&]/).map((pair) => pair.slice(pair.indexOf('=') + 1));
  const secrets = [url.password, decoded(url.password), url.search, ...query, ...query.map(decoded)];
  if (tellingPath.test(url.pathname)) secrets.push(url.pathname);
  if (secrets.some((secret) => secret !== '')) secrets.push(address, url.href);
  return secrets.filter((secret) => secret.length >= secretCharactersMin).sort((a, b) => b.length - a.length);
}

/** A single character occurs in every text; where it is a password, `redact` finds it by its place. */
const secretCharactersMin = 2;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray % stands for itself.
  }
}
