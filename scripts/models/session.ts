// ONNX Runtime as the exporter and its tests use it: one thread, no spinning, nothing sent home.
// A type import as a whole: `import { type … }` would load the native library before telemetry is off.
import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** Runs a model on uint8 inputs; gives its outputs by name. */
export type RunModel = (inputs: Record<string, BytesInput>) => Promise<Record<string, FloatOutput>>;

/** A uint8 tensor. */
export type BytesInput = { data: Uint8Array; shape: number[] };

/** A float32 tensor. */
export type FloatOutput = { data: Float32Array; shape: readonly number[] };

const errorsOnly = 3;

/** Opens a model from the bytes of its file. */
export async function openModel(content: Uint8Array): Promise<RunModel> {
  // Read when the native library loads: it must be set before the import.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const runtime = await import('onnxruntime-node');
  const noSpinning = { allow_spinning: '0' };
  const session: InferenceSession = await runtime.InferenceSession.create(content, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: errorsOnly,
    extra: { session: { intra_op: noSpinning, inter_op: noSpinning } },
  });
  return async (inputs) => {
    const feeds: Record<string, Tensor> = {};
    for (const [name, { data, shape }] of Object.entries(inputs))
      feeds[name] = new runtime.Tensor('uint8', data, shape);
    const outputs: Record<string, FloatOutput> = {};
    for (const [name, { data, dims }] of Object.entries(await session.run(feeds))) {
      if (!(data instanceof Float32Array)) throw new Error(`cannot read output "${name}": it is not float32`);
      outputs[name] = { data, shape: dims };
    }
    return outputs;
  };
}
