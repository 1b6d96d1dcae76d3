// node scripts/models.ts: exports the nets of the installed face-api package to .models/, once.
import path from 'node:path';

import { exportModels } from './models/export.ts';
import { begin } from './entry.ts';

begin({ usage: 'npm run models' });

const checkout = path.dirname(import.meta.dirname);
const megabyte = 1_000_000;

const result = await exportModels({
  checkout,
  folder: path.join(checkout, '.models'),
  report: (name, { file, bytes }) => {
    if (process.stdout.isTTY)
      console.log(`${name.padEnd(20)} ${(bytes / megabyte).toFixed(2).padStart(5)} MB  ${file}`);
  },
});
if (result.outcome === 'missing') {
  const [first, ...others] = result.files;
  const rest = others.length > 0 ? ` (and ${others.length} more)` : '';
  console.error(`cannot export models: ${first}${rest} is missing: run npm ci`);
  process.exitCode = 1;
} else {
  console.log(
    `models are ready: ${result.pack.recognisers[0]?.embeddingMark}${result.outcome === 'kept' ? '' : ', exported to .models/'}`,
  );
}
