#!/bin/sh
# Makes a checkout ready to run: packages, then models. Does nothing when both are there. Needs npm and its registry.
set -eu
cd "$(dirname "$0")/.."
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  echo 'installing packages (once, about a minute) ...' >&2
  npm ci --loglevel=error >&2
fi
PATH="$PWD/node_modules/.bin:$PATH"
node scripts/models.ts
node scripts/demo.ts
