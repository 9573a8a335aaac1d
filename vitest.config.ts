import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 60_000,
    // Two workers at most: several tests time real sockets, and a starved machine would only test itself.
    maxWorkers: 2,
    // What stands between a server and a row; programs of their own, as the tests of commands start, are not counted.
    coverage: { include: ['src/{wire,measure,run}/**/*.ts'], exclude: ['**/testing/**'] },
  },
});
