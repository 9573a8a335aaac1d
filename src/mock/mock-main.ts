import { parseArgs } from 'node:util';
import type { MockOptions } from './options.ts';
import { createMock } from './mock-server.ts';

/**
 * The mock gateway as a process of its own: `--port`, `--options` (JSON of `MockOptions`), and `--exit-with-parent`,
 * which ends it with its standard input, so that no process is left behind.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    options: { type: 'string', default: '{}' },
    'exit-with-parent': { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
if (values['exit-with-parent']) {
  process.stdin.resume();
  for (const event of ['end', 'close', 'error']) process.stdin.on(event, () => process.exit(0));
}

try {
  const options = JSON.parse(values.options) as Partial<MockOptions>;
  const { url, port } = await createMock({ ...options, port: Number(values.port) });
  console.log(JSON.stringify({ event: 'listening', url, port }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
