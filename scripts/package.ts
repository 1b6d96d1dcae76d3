/** npm run package -- --arch x64|arm64: makes the single executable, and the folder of its release. */
import { makeExecutable } from './package/executable.ts';
import { measure } from './package/measure.ts';
import { isArch } from './package/target.ts';
import { dirname } from 'node:path';
import { begin } from './entry.ts';

const { values } = begin({
  usage: 'npm run package -- --arch x64|arm64 [--version VERSION] [--out DIR] [--no-measure]',
  options: {
    arch: { type: 'string' },
    version: { type: 'string' },
    out: { type: 'string' },
    'no-measure': { type: 'boolean', default: false },
  },
});
if (!isArch(values.arch)) {
  console.error('cannot package: say --arch x64 or --arch arm64');
  process.exitCode = 2;
} else {
  const checkout = dirname(import.meta.dirname);
  const made = await makeExecutable({
    checkout,
    arch: values.arch,
    ...(values.version === undefined ? {} : { version: values.version }),
    ...(values.out === undefined ? {} : { out: values.out }),
  });
  if (!values['no-measure']) console.log(JSON.stringify(await measure(made.path)));
}
