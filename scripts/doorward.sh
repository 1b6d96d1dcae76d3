#!/bin/sh
# Starts doorward from a checkout, in the words of src/machine/process/start-options.ts, which says why; a test holds them to
# it. Compiled code is kept between starts of commands alone: Node holds all that it has read of it in memory, 14 MB for as
# long as a bell runs.
here=$(cd "$(dirname "$0")/.." && pwd)
export PATH="$here/node_modules/.bin:$PATH"
[ "${1:-}" = run ] || export NODE_COMPILE_CACHE="$here/node_modules/.cache/doorward"
export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=65536
exec node --max-semi-space-size=1 --optimize-for-size --expose-gc "$here/src/main.ts" "$@"
