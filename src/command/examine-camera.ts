import Type from 'typebox';
import { Value } from 'typebox/value';
import { explainSettings, maskedValue } from '../settings/explain.ts';
import type { LoadedSettings } from '../settings/load.ts';
import type { CommandContext, Running } from './context.ts';
import type { Finding } from './finding.ts';
import { isReachable } from './reach.ts';

const answerMsMax = 3000;
const answerBytesMax = 65_536;
const whatToDo = 'look at the camera and its cable, or mend the setting camera.source';

/** What the appliance says of its own camera. */
const statusAnswer = Type.Object({
  camera: Type.Object({ state: Type.String(), reason: Type.Union([Type.String(), Type.Null()]) }),
});

/**
 * Does the camera give pictures. It is opened and one is taken; where an appliance runs, which may have it for itself
 * alone, that one is asked.
 */
export async function examineCamera(
  context: CommandContext,
  loaded: LoadedSettings,
  running: Running | undefined,
): Promise<readonly Finding[]> {
  const { source } = loaded.settings.camera;
  const isAnother = Object.keys(context.settingFlags).some((key) => key.startsWith('camera.'));
  const isAsked = running !== undefined && isReachable(running) && !isAnother && source !== 'none';
  if (isAsked) return [await askRunning(context, running)];
  if (source === 'demo' || source === 'push' || source === 'none') return [good('camera', source)];
  const setting = explainSettings(loaded).find(({ key }) => key === 'camera.source');
  const shown = setting === undefined ? '' : String(maskedValue(setting));
  context.terminal.progress('looking at the camera…');
  const look = await context.appliance.lookAtCamera(loaded.settings.camera, context.signal);
  const ffmpeg = needsFfmpeg(source) ? [await examineFfmpeg(context)] : [];
  if (look.outcome === 'failed') return [mend('camera', look.reason, whatToDo), ...ffmpeg];
  const seconds = (look.durationMs / 1000).toFixed(1);
  return [good('camera', `${shown}: a picture of ${look.width}x${look.height} after ${seconds} s`), ...ffmpeg];
}

async function askRunning({ network }: CommandContext, { address, socket, token }: Running): Promise<Finding> {
  const answer = await network.request({
    url: `${socket === undefined ? address : 'http://localhost'}/api/v1/status`,
    socket,
    method: 'GET',
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    timeoutMs: answerMsMax,
    answerBytesMax,
  });
  const advice = 'see doorward status';
  if (answer.outcome !== 'answered' || answer.status !== 200)
    return {
      name: 'camera',
      verdict: 'advice',
      message: 'the running doorward does not say how its camera is',
      advice,
    };
  const status: unknown = JSON.parse(Buffer.from(answer.body).toString());
  if (!Value.Check(statusAnswer, status))
    return { name: 'camera', verdict: 'advice', message: 'cannot read the answer', advice };
  const { state, reason } = status.camera;
  if (state === 'flowing' && reason === null) return good('camera', 'gives pictures to the running doorward');
  const message = reason ?? `the running doorward has no picture: its camera is ${state}`;
  const isWaiting = state === 'starting' || state === 'flowing'; // For a sender, or for a picture that is new.
  return { name: 'camera', verdict: isWaiting ? 'advice' : 'mend', message, advice: whatToDo };
}

/** A stream, a file and a USB camera are opened by it; single pictures and motion JPEG are not. */
function needsFfmpeg(source: string): boolean {
  return !/^(folder:|https?:)/i.test(source);
}

async function examineFfmpeg({ disk, environment }: CommandContext): Promise<Finding> {
  for (const folder of (environment['PATH'] ?? '').split(':').filter((one) => one.startsWith('/'))) {
    const entries = await disk.list(folder).catch(() => []); // What may not be looked at cannot be used either.
    if (entries.some(({ name }) => name === 'ffmpeg')) return good('ffmpeg', `${folder}/ffmpeg`);
  }
  return mend('ffmpeg', 'cannot find ffmpeg, which opens this camera', 'install it: sudo apt install ffmpeg');
}

function good(name: string, message: string): Finding {
  return { name, verdict: 'good', message };
}

function mend(name: string, message: string, advice: string): Finding {
  return { name, verdict: 'mend', message, advice };
}
