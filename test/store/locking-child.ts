// Holds the database given for itself until it is killed.
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';

const [path] = process.argv.slice(2);
assert(path !== undefined);
const db = new Database(path);
db.pragma('locking_mode = EXCLUSIVE');
db.exec('BEGIN EXCLUSIVE');
process.stdout.write('locked\n');
setInterval(() => db.open, 60_000);
