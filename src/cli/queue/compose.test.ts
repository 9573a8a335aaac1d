import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startRedis, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { expectWhole, quick, suiteOf, trial } from './testing/trial.ts';

interface Compose {
  services: Record<
    'queue' | 'worker' | 'run',
    { command: string[]; environment?: Record<string, string>; deploy?: { replicas: number } }
  >;
  configs: { acl: { content: string } };
}

const root = join(import.meta.dirname, '../../..');
const filled = readFileSync(join(root, 'compose.yaml'), 'utf8').replace(/\$\{\w+:-(\w+)\}/g, '$1');
const { services, configs } = parse(filled) as Compose;
const acl = configs.acl.content;

test('its commands have flags that there are, and three workers', async () => {
  // An unknown flag is refused before the address is.
  for (const { command } of [services.worker, services.run]) {
    const { code, stderr } = await gatebench(command, root, { GATEBENCH_QUEUE_URL: 'http://nowhere' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('http: is not the address of a queue')]);
  }
  expect(services.worker.deploy).toEqual({ replicas: 3 });
});

test.skipIf(withoutRedis !== undefined)(
  'its server accepts its settings, and its user may do what a run and its workers do, and no more',
  { timeout: 60_000 },
  async () => {
    await using cwd = await scratch();
    const file = join(cwd.path, 'queue.acl');
    await writeFile(file, acl);
    const settings = services.queue.command.slice(1).map((word) => (word === '/etc/queue.acl' ? file : word));
    await using queue = await startRedis({ settings });
    const url = services.worker.environment!['GATEBENCH_QUEUE_URL']!;
    const address = url.replace('queue:6379', `127.0.0.1:${queue.port}`);
    await using t = await trial(cwd.path, address, suiteOf({ prompts: 3 }));
    const workers = [t.worker(), t.worker(), t.worker()];
    const { code, stderr } = await t.run(...quick).finished;
    for (const worker of workers) worker.stop();
    await Promise.all(workers.map(({ finished }) => finished));
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(/NOPERM|keeps nothing/);
    await expectWhole(t, 6);
    const { Redis } = await import('ioredis');
    const client = new Redis(address);
    try {
      await expect(client.set('other', '1')).rejects.toThrow('NOPERM');
      await expect(client.flushall()).rejects.toThrow('NOPERM');
      await expect(client.config('GET', 'dir')).rejects.toThrow('NOPERM');
    } finally {
      client.disconnect();
    }
  },
);
