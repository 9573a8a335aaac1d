import { expect, test } from 'vitest';
import { judgement, rating } from '../../../analysis/quality/testing/records.ts';
import type { JudgementRow } from '../../../journal/quality-columns.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';
import { row } from '../../../analysis/testing/rows.ts';
import type { PageData } from '../page-parts.ts';
import { renderPage } from '../render-page.ts';
import { samplePage } from '../testing/sample-page.ts';
import { bandsOf } from './worth-section.ts';

const prompts = Array.from({ length: 60 }, (_, index) => `p${index}`);

interface Kind {
  cost?: number | undefined;
  latency: number;
  passed?: (index: number) => boolean;
}

const rowsOf = (models: Record<string, Kind>): RequestRow[] =>
  Object.entries(models).flatMap(([model, { cost, latency, passed }]) =>
    prompts.map((prompt_id, index) =>
      row({
        event_id: `${model}/${prompt_id}/1`,
        model,
        prompt_id,
        started_at: '2026-11-22T03:17:01.000Z',
        e2e_latency_ms: latency * (1 + (index % 7) / 100),
        cost_usd: cost === undefined ? undefined : cost * (1 + (index % 5) / 100),
        passed: passed?.(index),
      }),
    ),
  );

/** A section of the page without markup. */
function words(data: PageData, id: string): string {
  const found = new RegExp(`<section id="${id}"[^]*?</section>`).exec(renderPage(data))?.[0] ?? '';
  return found.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

const good = (): boolean => true;
const bad = (index: number): boolean => index % 2 === 0;

test('a model is gray only where another is surely not worse in all and surely better in one', async () => {
  const data = await samplePage(
    rowsOf({
      cheap: { cost: 0.001, latency: 100, passed: good },
      dear: { cost: 0.002, latency: 200, passed: bad },
      // Slower than the cheap one, and not surely worse in cost: the fastest is not replaced.
      quick: { cost: 0.003, latency: 50, passed: bad },
    }),
  );
  expect(words(data, 'worth')).toMatch(/cheap surely replaces dear\. /);
  expect(words(data, 'worth')).not.toMatch(/replaces quick/);
  const marks = [...renderPage(data).matchAll(/fill="var\(--page\)"[^>]*stroke="var\(--quiet\)"/g)];
  expect(marks).toHaveLength(2);
});

test('models without a cost or a price are named next to the picture; without a price there is none', async () => {
  const kinds = { a: { cost: 0.001, latency: 100, passed: good }, b: { latency: 100, passed: good } };
  expect(words(await samplePage(rowsOf(kinds)), 'worth')).toMatch(/Not in the picture, .*: b\./);
  expect(words(await samplePage(rowsOf({ b: kinds.b })), 'worth')).toBe('');
});

const judged = (model: string, pass: (index: number) => boolean): JudgementRow[] =>
  prompts.map((prompt_id, index) => judgement({ model, prompt_id, score: Number(pass(index)) }));

const two = { a: { cost: 0.002, latency: 200 }, b: { cost: 0.001, latency: 100 } };

test('a judge alone replaces no model; with labels its verdict is firm', async () => {
  const judgements = [...judged('a', bad), ...judged('b', good)];
  const alone = await samplePage(rowsOf(two), { records: { judgements, ratings: [] } });
  expect(words(alone, 'worth')).toMatch(
    /correct, by judge gemma.*No model surely replaces another\. Judge gemma, unchecked/,
  );
  const ratings = ['a', 'b'].flatMap((model) =>
    prompts
      .slice(0, 50)
      .map((prompt_id, index) =>
        rating({ model, prompt_id, score: Number(model === 'a' ? bad(index) : index % 25 !== 3) }),
      ),
  );
  const labeled = await samplePage(rowsOf(two), { records: { judgements, ratings } });
  expect(words(labeled, 'worth')).toMatch(/correct, by gemma \+ people.*b surely replaces a\./);
  expect(words(labeled, 'judged')).toMatch(
    /Labels Kappa a correct gemma \+ people 50 % 36.* 60 50 1\.00 b correct/,
  );
});

test("the judge's rate is never in the column of the rate", async () => {
  const data = await samplePage(rowsOf(two), { records: { judgements: judged('a', good), ratings: [] } });
  expect(words(data, 'judged')).toMatch(/a correct judge gemma – 100 % 94 % – 100 % 60 – –/);
});

test('bands of latency hold all of them, and are one where all are alike', () => {
  expect(bandsOf([100, 101, 105])).toEqual([105]);
  expect(bandsOf([])).toEqual([]);
  const bands = bandsOf([100, 400, 1600]);
  expect(bands).toHaveLength(3);
  expect(bands.at(-1)).toBe(1600);
});
