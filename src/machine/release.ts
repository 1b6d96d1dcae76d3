import { join } from 'node:path';
import description from '../../package.json' with { type: 'json' };

/** The release that runs: its version, the Node below it, and where its models lie. */
export const release = {
  version: description.version,
  node: process.version,
  modelsFolder: process.env['DOORWARD_MODELS'] ?? join(import.meta.dirname, '..', '..', '.models'),
} as const;
