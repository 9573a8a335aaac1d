import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCode } from '../base/user-error.ts';
import { createMock } from '../mock/mock-server.ts';
import { startRedis, withoutRedis } from '../queue/testing/queue-servers.ts';
import { gatebench, scratch } from './testing/gatebench.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** Every command line in the README's code blocks, in order. */
const lines = [...readme.matchAll(/^```sh\n([^]*?)^```/gm)]
  .flatMap(([, block]) => block!.split('\n'))
  .flatMap((line) => /^npx gatebench ([^#]*)/.exec(line)?.[1]?.trim() ?? []);

/** Commands that a test cannot type, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  doctor: 'needs a gateway; with none, it says which variables are missing',
  'run suites/starter.yaml': 'needs a gateway',
  'reconcile latest': 'needs a gateway',
  view: 'runs until it is stopped',
  'worker --queue redis://localhost:6379': 'below, with a queue',
  'run suites/starter.yaml --queue redis://localhost:6379': 'the same',
};

let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => (folder = await scratch()));
afterAll(() => folder[Symbol.asyncDispose]());

test('what is left out is in the README', () => {
  expect(lines).toEqual(expect.arrayContaining(Object.keys(elsewhere)));
});

/** Splits words like a shell. */
const wordsOf = (line: string): string[] =>
  (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));

// In order, in one folder, as a reader types them.
test.each(lines.filter((line) => !Object.hasOwn(elsewhere, line)))('gatebench %s', async (line) => {
  const { code, stdout, stderr } = await gatebench(wordsOf(line), folder.path, {}, 30);
  // The gate keeps times from a machine that was too busy out of the history, and says so.
  const isTooBusy = line.startsWith('gate ') && stdout.includes('too busy to measure');
  expect(code, `${stdout}${stderr}`).toBe(isTooBusy ? exitCode.incomplete : exitCode.done);
});

test.skipIf(withoutRedis !== undefined)(
  'what it types for several machines, against a server started as it says',
  async () => {
    const [, ...settings] = /^redis-server(.*)$/m.exec(readme)![0].split(' ');
    await using queue = await startRedis({ isKept: false, settings });
    const token = 'token-of-a-worker';
    const mock = await createMock({ gatewayToken: token, speed: 30 });
    const typed = lines
      .filter((line) => line.includes('--queue'))
      .map((line) => wordsOf(line.replace('redis://localhost:6379', queue.url)));
    expect(typed).toHaveLength(2);
    const [worker, run] = await Promise.all([
      // Its gateway is on this machine, its clock is that of others, and it ends by itself.
      gatebench(
        [...typed[0]!, '--base-url', `${mock.url}/v1/acc/gw/compat`, '--no-calibrate', '--idle', '1s'],
        folder.path,
        { CF_AIG_TOKEN: token },
      ),
      gatebench(typed[1]!, folder.path),
    ]);
    await mock.close();
    expect(run.stderr).not.toContain('keeps nothing on disk');
    expect([run.code, worker.code], `${run.stderr}${worker.stderr}`).toEqual([0, 0]);
  },
);
