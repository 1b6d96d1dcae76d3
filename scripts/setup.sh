#!/bin/sh
# Makes a checkout ready to run: packages, then models. Does nothing when both are there. Needs npm and its registry.
set -eu
cd "$(dirname "$0")/.."
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  # npm leaves out, without a word, packages that want a newer Node than the one it runs on: here those of pictures and lint.
  if [ "$(node -p 'Number(process.versions.node.split(".")[0])')" -lt 20 ]; then
    echo "cannot install packages: npm runs on Node $(node --version): it takes Node 20.9 or newer, from nodejs.org or Debian 13" >&2
    exit 1
  fi
  echo 'installing packages (once, about a minute) ...' >&2
  # Not `npm ci`: it refuses a lock file without the packages of platforms that a registry does not carry.
  npm install --no-save --loglevel=error >&2
fi
PATH="$PWD/node_modules/.bin:$PATH"
node scripts/models.ts
node scripts/demo.ts
