// node scripts/demo.ts: cuts the demo's visitors out of the face-api package's pictures into .models/demo/, once.
import path from 'node:path';

import { makeDemo } from './demo/make.ts';
import { begin } from './entry.ts';

begin({ usage: 'node scripts/demo.ts' });

const checkout = path.dirname(import.meta.dirname);

const result = await makeDemo({
  picturesFolder: path.join(checkout, 'node_modules/@vladmandic/face-api/demo'),
  folder: path.join(checkout, '.models/demo'),
  report: (file) => {
    if (process.stdout.isTTY) console.log(`demo ${file}`);
  },
});
if (result.outcome === 'missing') {
  console.error(`cannot make the demo: ${result.file} is missing: run npm ci`);
  process.exitCode = 1;
} else {
  console.log(
    `demo is ready: ${result.visitors} visitors${result.outcome === 'kept' ? '' : ', made in .models/demo/'}`,
  );
}
