import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { simulatedMonth } from './testing/month.ts';

async function published(folder: string, out: string): Promise<Map<string, string>> {
  expect(await gatebench(['publish', 'history', '--out', out], folder)).toMatchObject({
    code: 0,
    stderr: '',
  });
  const paths = (await readdir(join(folder, out), { recursive: true })).filter((path) => path.includes('.'));
  const read = paths
    .sort()
    .map(async (path) => [path, await readFile(join(folder, out, path), 'utf8')] as const);
  return new Map(await Promise.all(read));
}

test('a month with an outage, a slowdown, a night run twice and a new version is published as it was, twice alike', async () => {
  await using folder = await scratch();
  const runs = await simulatedMonth(folder.path);
  const files = await published(folder.path, 'site');
  const words = (night: number): string[] =>
    runs.filter((run) => run.night === night).map(({ word }) => word);
  expect(words(10)).toEqual(['incomplete']);
  // Run again on the same day, the slowdown confirms nothing; the next night does.
  expect([words(13), words(14), words(15)]).toEqual([['warning', 'warning'], ['fail'], ['fail']]);
  expect(words(16)).not.toEqual(['fail']);
  // The new version fails until it is accepted, and is then learned.
  expect([20, 21, 22, 23].map((night) => words(night)[0])).toEqual(['warning', 'fail', 'fail', 'fail']);
  expect(words(24)).toEqual(['learning 4/7']);
  expect(words(30)).toEqual(['pass']);

  const page = files.get('index.html')!;
  expect(page).toMatch(/2026-11-20 kimi e2e_latency_ms 1\.\d\d× \(accepted\)/);
  expect(page).toContain('a new version of kimi, here to stay');
  expect(page).toContain('SIMULATED');
  for (const at of ['2026-11-13 03:17', '2026-11-13 08:17', '2026-11-10']) expect(page).toContain(`>${at}<`);
  const feed = files.get('feed.xml')!;
  const alarming = runs.filter(({ word }) => word !== 'pass' && !word.startsWith('learning'));
  const changes = page.match(/<li>↷ /g) ?? [];
  expect(feed.match(/<entry>/g)).toHaveLength(alarming.length + changes.length);
  expect(files.get('badge-nightly.json')).toContain('pass, 2026-11-30 (simulated)');
  expect(files.get('badge-nightly-kimi.json')).toMatch(/\d ms \(\d+ ms – \d+ ms\), 2026-11-30 \(simulated\)/);
  expect(files.has('latest/nightly.html')).toBe(true);

  expect([...(await published(folder.path, 'again'))]).toEqual([...files]);
});
