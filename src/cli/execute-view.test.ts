import { expect, test } from 'vitest';
import { row } from '../report/sheet/testing/runs.ts';
import { gatebench as run } from './gatebench.ts';
import { scratch, testIo } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

test('the viewer prints its address, shows the runs, and ends with the signal', async () => {
  await using home = await scratch();
  await writeRun(home.path, [row()]);
  const io = testIo(home.path);
  const ended = run(['view', '--json'], io);
  await expect.poll(() => io.stdout.text, { timeout: 20_000 }).toContain('\n');
  const { url } = JSON.parse(io.stdout.text) as { url: string };
  const first = await fetch(url, { redirect: 'manual' });
  expect(first.status).toBe(303);
  const page = await fetch(new URL('/', url), {
    headers: { cookie: first.headers.get('set-cookie')!.split(';')[0]! },
  });
  expect(await page.text()).toContain('2026-11-22 03:17');
  io.signals.emit('SIGINT');
  expect(await ended).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});
