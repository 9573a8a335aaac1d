import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { everWritten, startRedis, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { suiteHash } from '../../suite/hash.ts';
import { loadSuite } from '../../suite/load.ts';
import { png } from '../../suite/testing/image-files.ts';
import { scratch } from '../testing/gatebench.ts';
import { trial } from './testing/trial.ts';

const picture = png(320, 200, 'the data of the picture: \0\xff\xfe');
const base64 = picture.toString('base64');
const asking = (id: string): object => ({
  id,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: `What is the total of ${id}?` },
        { type: 'image', file: 'images/invoice.png' },
      ],
    },
  ],
});
const suite = {
  version: 1,
  name: 'trial',
  models: ['custom-ollama/sim-instant'],
  prompts: [asking('one'), asking('two')],
  run: { repeat: 1, warmup: 0, concurrency: 2 },
};

test.skipIf(withoutRedis !== undefined)(
  'images: a worker sends the exact bytes from next to its own copy of the suite, and none of them pass through the queue',
  async () => {
    await using cwd = await scratch();
    await using queue = await startRedis();
    await using t = await trial(cwd.path, queue.url, suite);
    await mkdir(join(cwd.path, 'images'));
    await writeFile(join(cwd.path, 'images/invoice.png'), picture);

    const without = t.worker('--name', 'without');
    const run = t.run();
    const refused = await without.finished;
    const words = /the suite "trial" has images, which are not sent through the queue/;
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(words)]);
    const worker = t.worker('trial.yaml', '--name', 'with');
    const { code, stderr } = await run.finished;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(words);
    const written = everWritten(queue);
    expect(written).toContain('invoice.png');
    expect(written).not.toContain(base64.slice(0, 40));

    expect(await picturesAsked(t.mockUrl)).toBe(2);
    worker.stop();
    expect((await worker.finished).code).toBe(0);

    // A part of the suite is another one to the worker, but of the same images.
    const whole = await loadSuite(join(cwd.path, 'trial.yaml'), { routes: ['compat'] });
    const part = suiteHash({ ...whole, prompts: whole.prompts.slice(1) });
    const other = t.worker('trial.yaml', '--suite-hash', part);
    expect(await t.run('--prompts', 'two').finished).toMatchObject({ code: 0 });
    expect(await picturesAsked(t.mockUrl)).toBe(3);
    other.stop();
    await other.finished;
  },
);

async function picturesAsked(mockUrl: string): Promise<number> {
  const seen = (await (await fetch(`${mockUrl}/__mock/requests`)).json()) as { body: string }[];
  return seen.filter(({ body }) => body.includes(`data:image/png;base64,${base64}`)).length;
}
