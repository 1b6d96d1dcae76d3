import { absentInference } from '../machine/absent-inference.ts';
import { startInference, type StartedInference } from '../machine/onnx-inference.ts';
import type { Log } from '../system/log.ts';

/** Recognition that can be let go for a while, so that a candidate fits into the memory. */
export interface Recognition extends StartedInference {
  /** Why nobody can be recognised since the start; undefined when somebody can. */
  readonly fault: string | undefined;
  /** Gives the memory of the models back. Until `takeBack` every call is rejected. */
  letGo(): Promise<void>;
  /** Loads the models again, when they were let go. */
  takeBack(): Promise<void>;
}

/** Threads of one net's run: the other cores belong to the camera and the bell. */
const threads = 1;
const letGoMessage = 'cannot recognise: the models made room for a release on trial';

/** Starts recognition. What is missing is said, and does not stop the bell. */
export async function openRecognition(modelsFolder: string, log: Log): Promise<Recognition> {
  const started = await startInference({ modelsFolder, threads });
  const fault = started.outcome === 'started' ? undefined : started.message;
  if (fault !== undefined) log.error('nobody will be recognised', { reason: fault });
  let current = started.outcome === 'started' ? started : absentInference(started.message);
  let isLetGo = false;
  return {
    outcome: 'started',
    fault,
    inference: {
      recogniser: current.inference.recogniser,
      detect: (...asked) => current.inference.detect(...asked),
      embed: (...asked) => current.inference.embed(...asked),
    },
    pictures: {
      decode: (...asked) => current.pictures.decode(...asked),
      encode: (...asked) => current.pictures.encode(...asked),
    },
    stats: () => current.stats(),
    ping: () => current.ping(),
    restart: () => current.restart(),
    stop: () => current.stop(),
    async letGo() {
      if (isLetGo || fault !== undefined) return;
      const leaving = current;
      isLetGo = true;
      current = absentInference(letGoMessage);
      await leaving.stop();
    },
    async takeBack() {
      if (!isLetGo) return;
      const again = await startInference({ modelsFolder, threads });
      if (again.outcome !== 'started') {
        log.error('nobody will be recognised until the next start', { reason: again.message });
        return;
      }
      current = again;
      isLetGo = false;
    },
  };
}
