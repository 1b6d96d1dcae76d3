#!/bin/sh
# Makes a checkout ready to run: packages, then models. Does nothing when both are there. Needs npm and its registry.
set -eu
cd "$(dirname "$0")/.."
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  echo 'installing packages (once, about a minute) ...' >&2
  # Not `npm ci`: it refuses a lock file without the packages of platforms that a registry does not carry.
  npm install --no-save --loglevel=error >&2
fi
PATH="$PWD/node_modules/.bin:$PATH"
node scripts/models.ts
node scripts/demo.ts
