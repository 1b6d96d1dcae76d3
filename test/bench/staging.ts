/** What staging a release takes: npm run -s bench:staging -- [MB]. The last line is JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureStaging } from '../release/large-release.ts';
import { begin, wholeNumber } from '../../scripts/entry.ts';

const { positionals } = begin({ usage: 'npm run bench:staging -- [MEGABYTES]', words: 1 });
const megabytes = wholeNumber(positionals[0], 200);
const folder = mkdtempSync(join(tmpdir(), 'doorward-staging-'));
try {
  const figures = await measureStaging(folder, megabytes * 1_000_000);
  console.log(`a release file of ${figures.fileBytes} bytes, staged in ${figures.stagedMs} ms`);
  console.log(
    JSON.stringify({
      releaseBytes: figures.unpackedBytes,
      stagedBytesWritten: figures.writtenBytes,
      stagingMemoryMb: figures.stagingMemoryMb,
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}
