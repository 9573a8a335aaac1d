import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { RetriedReporter } from './src/dev/retried-reporter.ts';

/**
 * In CI, real sockets, real kills, and deadlines share a machine with others. A failed test is tried once more and
 * reported, because it needs fixing. A counterexample of a property test is not a matter of chance. On a developer's
 * machine a failure is a failure.
 */
const net = {
  retry: { count: 1, condition: /^(?!Property failed)/ },
  reporters: ['default', new RetriedReporter(process.env['GATEBENCH_RETRIED'])],
};

// Hundreds of threads and programs load the same modules: they are compiled, and stripped of their types, once.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

// Files of tests are short-lived: with a file system in memory, there is no waiting for a disk.
const inMemory = '/dev/shm';
if (existsSync(inMemory)) {
  const { bavail, bsize } = statfsSync(inMemory);
  if (bavail * bsize > 2 ** 31) process.env['TMPDIR'] ??= inMemory;
}

/** Each starts dozens of programs. From a process that has loaded much, a start takes many times as long. */
const starts = /\/(suite-at|steps|deliver|against|action|workflow)\.test/;
/** Each takes many seconds: begun last, it would keep one processor waiting for the other. */
const long =
  /\.browser\.|\.libreoffice\.|\/queue\/|kills|\/(prove|execute-run|levels|set-ups|hostile|influences|checker|thirty-nights|live-aa|own-limits|demo-law|local|levels-failing|execute-score|ask)\.test/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      starts.test(moduleId) ? 0 : long.test(moduleId) ? 1 : 2;
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    ...(process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined ? {} : net),
    // Three for two cores, because many tests wait for sockets. Not more: a starved machine would only test itself.
    maxWorkers: 3,
    // A worker keeps its loaded modules: reloading them for each file took half as long again.
    isolate: false,
    // The helper threads of V8's collector would only wait for the two cores, and a larger young generation needs it
    // more rarely: together they save a fifth of the processor time.
    execArgv: ['--single-threaded-gc', '--max-semi-space-size=64'],
    // The code between a server and a row. Child programs, as started by the tests of commands, are not counted.
    coverage: { include: ['src/{wire,measure,run}/**/*.ts'], exclude: ['**/testing/**'] },
  },
});
