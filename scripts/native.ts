/** Builds our own addon, as the executable carries it: node scripts/native.ts --arch x64|arm64 */
import { compileNative } from './native/compile.ts';
import { begin } from './entry.ts';

const { values } = begin({
  usage: 'node scripts/native.ts --arch x64|arm64',
  options: { arch: { type: 'string', default: process.arch } },
});
if (values.arch === 'x64' || values.arch === 'arm64') console.log(compileNative(values.arch));
else {
  console.error(`cannot build for ${values.arch}: say --arch x64 or --arch arm64`);
  process.exitCode = 2;
}
