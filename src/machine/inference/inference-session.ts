import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { SoundModel } from './model-file.ts';

/** A loaded net with one output; runs on the calling thread, so a call at a time. */
export interface Net {
  /** Bytes by the name of the input, with their shape. */
  run(inputs: Readonly<Record<string, NetInput>>): Promise<NetOutput>;
  close(): Promise<void>;
}

export interface NetInput {
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
}

export interface NetOutput {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/**
 * How every session runs. Spinning is off: ONNX Runtime's default keeps its threads turning after a run, which costs a
 * Pi ten times the processor time of the work itself. The arena is on: a net takes its working memory at its first run
 * and keeps it. Without, every tensor is mapped, cleared by the kernel and unmapped again, because the process has memory
 * given back at once (start-options.ts): 6,500 page faults a look instead of 50.
 */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  };
}

/** Loads an ONNX file whose bytes were checked. Rejects when ONNX Runtime refuses it. */
export async function openNet({ path, bytes, letGo }: SoundModel, threads: number): Promise<Net> {
  const session = await InferenceSession.create(bytes, sessionOptions(threads));
  letGo();
  const outputName = session.outputNames[0] ?? '';
  return {
    async run(inputs) {
      const feeds: Record<string, Tensor> = {};
      for (const [name, { bytes, shape }] of Object.entries(inputs)) feeds[name] = new Tensor('uint8', bytes, shape);
      const output = (await session.run(feeds))[outputName];
      if (!(output?.data instanceof Float32Array)) {
        throw new Error(`cannot use ${path}: its output "${outputName}" is not float32`);
      }
      return { values: output.data, shape: output.dims };
    },
    close: () => session.release(),
  };
}
