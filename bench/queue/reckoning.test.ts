import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { withSections } from '../../src/cli/readme-sections.ts';
import { type QueueMeasured, queueTable } from './figures.ts';
import { reckon, reckoningText, scale } from './reckoning.ts';

const given = { ...scale, jobsPerSecond: 300, rowsPerSecond: 4000 };

test('the arithmetic, by hand: 1,000 requests a second, 8.30 USD of machines and 5,040 of tokens an hour', () => {
  const { limits, ...found } = reckon(given);
  expect(found).toMatchObject({ inFlight: 20_000, requestsPerSecond: 1000, perRegion: 100 });
  // 3.6 million requests an hour: 500 × 0.60 + 500 × 2.20 USD for a million of them are 1,400.
  expect(found.tokensUsd).toBeCloseTo(3.6 * 1400, 6);
  expect(found.machinesUsd).toBeCloseTo(8, 9);
  expect(found.queuesUsd).toBeCloseTo(0.3, 9);
  expect(found.machinesShare).toBeCloseTo(8.3 / 5048.3, 9);
  expect(found.gigabytesPerDay).toBeCloseTo(86.4, 9);
  expect(limits.map(({ perSecond }) => Number(perSecond.toFixed(2)))).toEqual([0.5, 19.84, 3000, 40_000]);
  expect(limits[0]!.what).toMatch(/slots/);
});

test('a limit that is moved changes its place', () => {
  const { limits } = reckon({ ...given, accountSlots: 100_000, tokensUsdPerHour: 1e6, jobsPerSecond: 20 });
  expect(limits[0]!.what).toMatch(/jobs/);
  expect(limits[0]!.perSecond).toBe(200);
});

test('the page shows what was measured last, and what follows from it', async () => {
  const measured = JSON.parse(
    await readFile(new URL('./measured.json', import.meta.url), 'utf8'),
  ) as QueueMeasured;
  const path = fileURLToPath(new URL('../README.md', import.meta.url));
  const page = await readFile(path, 'utf8');
  const written = withSections(page, {
    queue: `\n\n${queueTable(measured)}\n\n`,
    reckoning: `\n\n${reckoningText(measured)}\n\n`,
  });
  expect(page).toBe(await format(written, { ...(await resolveConfig(path)), filepath: path }));
});
