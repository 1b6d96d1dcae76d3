import { connect, type Socket } from 'node:net';

/** A connection that says this and then waits. Whatever comes of it is no error of the test. */
export async function call(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(text);
  return socket;
}

/** Everything that comes back until the server ends the connection. */
export async function answerTo(port: number, text: string): Promise<string> {
  const socket = await call(port, text);
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => void (answer += part));
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}
