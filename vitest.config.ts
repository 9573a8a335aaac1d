import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { RetriedReporter } from './src/dev/retried-reporter.ts';

/**
 * In CI, real sockets, real kills, and deadlines share a machine with others: what fails there is tried once more, and
 * named, because it wants mending. A counterexample that a property test found is no matter of chance. On a
 * developer's machine a failure is a failure.
 */
const net = {
  retry: { count: 1, condition: /^(?!Property failed)/ },
  reporters: ['default', new RetriedReporter(process.env['GATEBENCH_RETRIED'])],
};

// Hundreds of threads and programs load the same modules: they are compiled, and stripped of their types, once.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

// What tests write is gone in a moment: where memory has a file system with room for it, no disk is waited for.
const inMemory = '/dev/shm';
if (existsSync(inMemory)) {
  const { bavail, bsize } = statfsSync(inMemory);
  if (bavail * bsize > 2 ** 31) process.env['TMPDIR'] ??= inMemory;
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    ...(process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined ? {} : net),
    // Three for two cores, because many tests wait for sockets. Not more: a starved machine would only test itself.
    maxWorkers: 3,
    // A worker goes on with what it has loaded: starting anew for each file took half as long again.
    isolate: false,
    // What stands between a server and a row; programs of their own, as the tests of commands start, are not counted.
    coverage: { include: ['src/{wire,measure,run}/**/*.ts'], exclude: ['**/testing/**'] },
  },
});
