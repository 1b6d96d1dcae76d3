// Cameras of the network as they are sold: slow, odd, with a clock that jumps. Each serves on a free port of 127.0.0.1.
import { execFileSync } from 'node:child_process';
import { createSocket as createDatagramSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Serves until the test ends, whoever is still connected. */
export async function served(t: TestContext, server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
  });
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address() as AddressInfo;
  return address.port;
}

export async function httpCamera(t: TestContext, answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await served(t, createHttpServer(answer))}`;
}

/** Motion JPEG: `next` gives the picture of each turn, or undefined for none. */
export function mjpegCamera(
  t: TestContext,
  camera: {
    readonly framesPerSecond: number;
    readonly saysLength?: boolean;
    next(turn: number): Uint8Array | undefined;
  },
): Promise<string> {
  return httpCamera(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
    let turn = 0;
    const show = (): void => {
      const picture = camera.next(turn);
      turn += 1;
      if (picture === undefined) return;
      const length = camera.saysLength === false ? '' : `Content-Length: ${picture.length}\r\n`;
      response.write(`--frame\r\nContent-Type: image/jpeg\r\n${length}\r\n`);
      response.write(picture);
      response.write('\r\n');
    };
    show();
    const timer = setInterval(show, 1000 / camera.framesPerSecond);
    response.on('close', () => clearInterval(timer));
  });
}

type Video = readonly (readonly Buffer[])[];

/** H.264 of a test picture of ffmpeg, as the pictures' units. `gop` pictures from one key frame to the next. */
export function testVideo(picture: string, { frames = 16, gop = 8, filter = 'null' } = {}): Video {
  const source = `${picture}${picture.includes('=') ? ':' : '='}rate=8:duration=${frames / 8}`;
  return coded(['-f', 'lavfi', '-i', source, '-vf', filter], gop);
}

/** What a camera makes of a scene that stands still: no two pictures are the same, because its sensor is noisy. */
export function stillVideo(file: string, frames = 16): Video {
  return coded(['-loop', '1', '-framerate', '8', '-i', file, '-frames:v', String(frames), '-vf', 'scale=640:480,noise=alls=8:allf=t'], 8); // prettier-ignore
}

function coded(source: readonly string[], gop: number): Video {
  const keys = ['-g', String(gop), '-keyint_min', String(gop), '-sc_threshold', '0'];
  const coder = ['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', ...keys];
  const words = ['-nostdin', '-loglevel', 'error', ...source, ...coder, '-f', 'h264', 'pipe:1'];
  return picturesOf(execFileSync('ffmpeg', words, { maxBuffer: 2 ** 26 }));
}

/** Cuts Annex B into units and groups them: a picture ends with its slice (type 1 or 5). */
function picturesOf(stream: Buffer): Buffer[][] {
  const starts: number[] = [];
  for (let at = stream.indexOf(startCode); at >= 0; at = stream.indexOf(startCode, at + 3)) starts.push(at + 3);
  const pictures: Buffer[][] = [];
  let units: Buffer[] = [];
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    let end = next === undefined ? stream.length : next - 3;
    while (stream[end - 1] === 0) end -= 1;
    const unit = stream.subarray(start, end);
    units.push(unit);
    if (![1, 5].includes(kindOf(unit))) continue;
    pictures.push(units);
    units = [];
  }
  return pictures;
}

const startCode = Buffer.from([0, 0, 1]);
const kindOf = (unit: Uint8Array): number => (unit[0] ?? 0) & 31;

export interface RtspCamera {
  readonly framesPerSecond: number;
  /** What the session description says of the rate; some cameras lie. */
  readonly claimsPerSecond?: number;
  /** The units of each turn's picture. */
  picture(turn: number): readonly Uint8Array[];
  /** What the camera's own clock says at each turn, in seconds; by default it goes right. */
  readonly clock?: (turn: number) => number;
  /** Sends datagrams, and refuses to send over the connection. */
  readonly isUdpOnly?: boolean;
  /** Packets that are lost on the way, by number. */
  readonly isLost?: (packet: number) => boolean;
}

/** RTSP over TCP with one H.264 stream. */
export async function rtspCamera(t: TestContext, camera: RtspCamera): Promise<string> {
  const server = createServer((socket) => converse(socket, camera));
  return `rtsp://127.0.0.1:${await served(t, server)}/live`;
}

function converse(socket: Socket, camera: RtspCamera): void {
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  let datagrams: { readonly socket: DatagramSocket; readonly port: number } | undefined;
  const transmit = (packet: Buffer): void => {
    if (datagrams !== undefined) datagrams.socket.send(packet, datagrams.port, '127.0.0.1');
    else
      socket.write(
        Buffer.concat([Buffer.from(['$'.charCodeAt(0), 0, packet.length >> 8, packet.length & 0xff]), packet]),
      );
  };
  socket.on('close', () => {
    clearInterval(timer);
    datagrams?.socket.close();
  });
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const request = text.slice(0, end);
      text = text.slice(end + 4);
      const [method = '', address = ''] = request.slice(request.search(/[A-Z]/)).split(' ');
      const sequence = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
      const answer = (head: string, body = ''): boolean =>
        socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${sequence}\r\n${head}\r\n${body}`);
      switch (method) {
        case 'OPTIONS':
          answer('Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n');
          break;
        case 'DESCRIBE': {
          const body = describe(camera);
          answer(
            `Content-Type: application/sdp\r\nContent-Base: ${address}/\r\nContent-Length: ${body.length}\r\n`,
            body,
          );
          break;
        }
        case 'SETUP': {
          const port = /client_port=(\d+)/.exec(request)?.[1];
          if (camera.isUdpOnly === true && port === undefined) {
            socket.write(`RTSP/1.0 461 Unsupported Transport\r\nCSeq: ${sequence}\r\n\r\n`);
            break;
          }
          if (port !== undefined) datagrams = { socket: createDatagramSocket('udp4'), port: Number(port) };
          const way =
            port === undefined ? '/TCP;unicast;interleaved=0-1' : `;unicast;client_port=${port}-${Number(port) + 1}`;
          answer(`Session: 1;timeout=60\r\nTransport: RTP/AVP${way}\r\n`);
          break;
        }
        case 'PLAY':
          answer('Session: 1\r\nRange: npt=0-\r\n');
          timer ??= play(transmit, camera);
          break;
        default:
          answer('Session: 1\r\n');
      }
    }
  });
}

function describe(camera: RtspCamera): string {
  const units = camera.picture(0);
  const sets = [7, 8].map((kind) => Buffer.from(units.find((unit) => kindOf(unit) === kind) ?? []));
  const profile = sets[0]?.subarray(1, 4).toString('hex');
  const parameters = sets.map((set) => set.toString('base64')).join(',');
  const claim = camera.claimsPerSecond === undefined ? [] : [`a=framerate:${camera.claimsPerSecond}`];
  return [
    'v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=door', 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*', 'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000', `a=fmtp:96 packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${parameters}`,
    ...claim, 'a=control:track1', '',
  ].join('\r\n'); // prettier-ignore
}

/** A unit longer than this goes in parts (RFC 6184, FU-A). */
const partBytesMax = 1300;

function play(transmit: (packet: Buffer) => void, camera: RtspCamera): NodeJS.Timeout {
  const { framesPerSecond, isLost = () => false, clock = (turn) => turn / framesPerSecond } = camera;
  let [turn, packet] = [0, 0];
  const send = (payload: Uint8Array, time: number, isLast: boolean): void => {
    const head = Buffer.alloc(12);
    head.writeUInt8(0x80);
    head.writeUInt8((isLast ? 0x80 : 0) | 96, 1);
    head.writeUInt16BE(packet & 0xffff, 2);
    head.writeUInt32BE(time, 4);
    head.writeUInt32BE(0x1234, 8);
    packet += 1;
    if (!isLost(packet)) transmit(Buffer.concat([head, payload]));
  };
  const show = (): void => {
    const ticks = Math.round(clock(turn) * 90_000);
    const time = ((ticks % 2 ** 32) + 2 ** 32) % 2 ** 32; // It wraps every thirteen hours, and may run back.
    const units = camera.picture(turn);
    for (const [index, unit] of units.entries()) {
      const isLast = index === units.length - 1;
      for (const part of partsOf(unit)) send(part.bytes, time, isLast && part.isLast);
    }
    turn += 1;
  };
  show();
  return setInterval(show, 1000 / framesPerSecond);
}

function partsOf(unit: Uint8Array): { bytes: Uint8Array; isLast: boolean }[] {
  if (unit.length <= partBytesMax) return [{ bytes: unit, isLast: true }];
  const parts: { bytes: Uint8Array; isLast: boolean }[] = [];
  for (let at = 1; at < unit.length; at += partBytesMax) {
    const isLast = at + partBytesMax >= unit.length;
    const start = at === 1 ? 0x80 : 0;
    const marks = Buffer.from([((unit[0] ?? 0) & 0xe0) | 28, start | (isLast ? 0x40 : 0) | kindOf(unit)]);
    parts.push({ bytes: Buffer.concat([marks, unit.subarray(at, at + partBytesMax)]), isLast });
  }
  return parts;
}
