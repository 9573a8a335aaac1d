import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scratch } from '../cli/testing/gatebench.ts';
import { csvFile } from '../journal/csv-file.ts';
import { requestColumns, type RequestRow } from '../journal/request-columns.ts';
import { row } from '../report/sheet/testing/runs.ts';
import { RunIndex } from './index/run-index.ts';
import { addressWith, matching, neededColumns, rowQuery } from './query.ts';

const rows: readonly RequestRow[] = Array.from({ length: 60 }, (_, n) =>
  row({
    event_id: `event-${n}`,
    model: ['kimi', 'glm', 'a;b'][n % 3]!,
    prompt_id: `p${n % 7}`,
    tags: n % 4 === 0 ? ['mail'] : n % 4 === 1 ? ['mail', 'json'] : undefined,
    status: n % 11 === 0 ? 'error' : 'ok',
    passed: n % 5 === 0 ? undefined : n % 2 === 0,
    ttft_ms: n % 6 === 0 ? undefined : (n * 37) % 500,
    tpot_ms: n % 3 === 0 ? undefined : n,
    started_at: n % 9 === 0 ? undefined : new Date(Date.UTC(2026, 10, 22, 3, (n * 7) % 30)).toISOString(),
  }),
);

async function found(search: string): Promise<string[]> {
  await using home = await scratch();
  await mkdir(join(home.path, 'run'));
  await writeFile(join(home.path, 'run', 'requests.csv'), csvFile(requestColumns, rows));
  const index = new RunIndex(join(home.path, 'run'));
  const query = rowQuery(new URLSearchParams(search));
  await index.need(neededColumns(query));
  return (await index.read([...matching(index, query)])).map(({ event_id }) => event_id);
}

const ids = (wanted: (row: RequestRow) => boolean): string[] =>
  rows.filter(wanted).map(({ event_id }) => event_id);

test.each<[string, (row: RequestRow) => boolean]>([
  ['', () => true],
  ['model=glm', ({ model }) => model === 'glm'],
  ['model=a;b', ({ model }) => model === 'a;b'],
  ['model=gl', () => false],
  ['tags=json', ({ tags }) => tags?.includes('json') ?? false],
  ['tags=-', ({ tags }) => tags === undefined],
  ['passed=false', ({ passed }) => passed === false],
  ['passed=-', ({ passed }) => passed === undefined],
  ['ttft_ms=100..300', ({ ttft_ms }) => ttft_ms! >= 100 && ttft_ms! <= 300],
  ['ttft_ms=..100', ({ ttft_ms }) => ttft_ms! <= 100],
  ['ttft_ms=400..', ({ ttft_ms }) => ttft_ms! >= 400],
  ['ttft_ms=-', ({ ttft_ms }) => ttft_ms === undefined],
  ['tpot_ms=10..20&status=ok', ({ tpot_ms, status }) => tpot_ms! >= 10 && tpot_ms! <= 20 && status === 'ok'],
  ['started_at=2026-11-22T03:14:00.000Z', (one) => one.started_at === '2026-11-22T03:14:00.000Z'],
  ['started_at=-', ({ started_at }) => started_at === undefined],
  ['started_at=yesterday', () => false],
  ['prompt_id=p1&model=', ({ prompt_id }) => prompt_id === 'p1'],
])('an address that says "%s" finds what it says', async (search, wanted) => {
  expect(await found(search)).toEqual(ids(wanted));
});

test('rows are in the order of a column, and what was not measured comes last either way', async () => {
  const order = (sign: number): string[] =>
    rows
      .toSorted((a, b) =>
        a.ttft_ms === undefined || b.ttft_ms === undefined
          ? Number(a.ttft_ms === undefined) - Number(b.ttft_ms === undefined)
          : sign * (a.ttft_ms - b.ttft_ms),
      )
      .map(({ event_id }) => event_id);
  expect(await found('order=ttft_ms')).toEqual(order(1));
  expect(await found('order=-ttft_ms')).toEqual(order(-1));
  const byTime = (a: RequestRow, b: RequestRow): number =>
    a.started_at! < b.started_at! ? -1 : a.started_at! > b.started_at! ? 1 : 0;
  const started = rows.filter(({ started_at }) => started_at !== undefined);
  expect(await found('order=started_at')).toEqual(
    [...started.toSorted(byTime), ...rows.filter(({ started_at }) => started_at === undefined)].map(
      ({ event_id }) => event_id,
    ),
  );
  expect(
    (await found('order=model')).map((id) => rows.find(({ event_id }) => event_id === id)!.model),
  ).toEqual(rows.map(({ model }) => model).toSorted());
});

test('whatever an address says, it is a query, and what is wrong in it is said', () => {
  expect(
    rowQuery(new URLSearchParams('nonsense=1&ttft_ms=fast&order=-none&page=-3&columns=model,x')).faults,
  ).toEqual([
    'There is no column "nonsense".',
    'ttft_ms: "fast" is neither a number nor a range such as 100..500.',
    'There is no column "x".',
    'There is no column "none".',
  ]);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const query = rowQuery(new URLSearchParams(text));
      expect(query.columns.length).toBeGreaterThan(0);
    }),
  );
});

test('a change of an address keeps the rest, and begins at the first page', () => {
  const address = new URL('http://x/requests?status=error&page=4');
  expect(addressWith(address, { order: '-ttft_ms' })).toBe('/requests?status=error&order=-ttft_ms');
  expect(addressWith(address, { page: 5 })).toBe('/requests?status=error&page=5');
  expect(addressWith(address, { status: '' })).toBe('/requests');
});
