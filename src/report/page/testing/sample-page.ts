import type { RequestRow } from '../../../journal/request-columns.ts';
import type { Report, RunFacts } from '../../run-report.ts';
import { successFloor } from '../../../analysis/success.ts';
import type { Prompt } from '../../../suite/suite.ts';
import { FailedCheckCollector } from '../../../analysis/failed-checks.ts';
import { collect, type Collected } from '../../../analysis/collect.ts';
import { compare } from '../../../analysis/compare.ts';
import { leadsOf, withCosts } from '../../../analysis/leads.ts';
import { qualityOf } from '../../../analysis/quality/quality.ts';
import type { QualityRecords } from '../../../journal/quality-journals.ts';
import { summarize } from '../../../analysis/summarize.ts';
import { answerPrompts } from '../answer-prompts.ts';
import { PageScan } from '../collect-page.ts';
import { GridScan } from '../grid/grid-scan.ts';
import type { AnswerText, PageData } from '../page-parts.ts';
import { pageData } from '../page-data.ts';
import { sampleStart } from './sample-run.ts';

export interface SampleOptions {
  facts?: Partial<RunFacts>;
  warnings?: readonly string[];
  /** Texts by event id. */
  answers?: ReadonlyMap<string, AnswerText>;
  /** Prompts by prompt id. */
  questions?: ReadonlyMap<string, string>;
  /** Opinions of judges and people. */
  records?: Pick<QualityRecords, 'judgements' | 'ratings'>;
  /** Every answer side by side. */
  allAnswers?: boolean;
}

export async function sampleReport(
  rows: readonly RequestRow[],
  { facts = {}, warnings = [], records }: SampleOptions = {},
): Promise<{ report: Report; collected: Collected }> {
  const collected = await collect(rows);
  const failed = new FailedCheckCollector();
  for (const row of rows) failed.add(row);
  const models = summarize(collected, { timeoutMs: 300_000 });
  const requests = models.reduce((sum, model) => sum + model.requests, 0);
  const run: RunFacts = {
    run_id: rows[0]?.run_id ?? '20261122T031700Z-nothing',
    suite: rows[0]?.suite ?? 'nothing',
    suite_hash: 'c0ffee',
    routes: [...new Set(rows.map(({ route }) => route))],
    status: 'complete',
    started_at: sampleStart,
    ended_at: '2026-11-22T03:21:00.000Z',
    seed: 42,
    order: 'blocks',
    prompts: new Set(rows.map(({ prompt_id }) => prompt_id)).size,
    repeats: 3,
    requests_planned: requests,
    requests_done: requests,
    requests_failed: models.reduce((sum, model) => sum + model.requests - model.successes, 0),
    success_floor: successFloor,
    versions: { gatebench: '0.1.0', openai: '7.57.0', node: '24.21.0' },
    ...facts,
  };
  const { pairs } = compare(collected);
  const leads = leadsOf(collected, withCosts(collected, pairs, { isSequential: false }));
  const quality = qualityOf(collected, { prompts: [] }, records);
  return {
    report: { run, models, pairs, leads, quality, failedChecks: failed.list(), warnings },
    collected,
  };
}

/** Page data for these rows. */
export async function samplePage(
  rows: readonly RequestRow[],
  options: SampleOptions = {},
): Promise<PageData> {
  const { report, collected } = await sampleReport(rows, options);
  const ids = [...new Set(rows.map(({ prompt_id }) => prompt_id))];
  const scan = new PageScan(sampleStart);
  for (const row of rows) scan.add(row);
  const scanned = scan.scanned({ collected, answerPrompts: answerPrompts(collected, ids) });
  const grid = new GridScan();
  for (const row of rows) grid.add(row);
  const texts = options.answers ?? new Map<string, AnswerText>();
  const whole = { scan: grid, ways: {}, fitting: ids, texts };
  return pageData({
    ...(options.allAnswers === true ? { grid: whole } : {}),
    report,
    comparison: compare(collected),
    collected,
    scanned,
    prompts: ids.map((id) => promptOf(id, options.questions?.get(id) ?? 'Sort this ticket.')),
    answers: texts,
  });
}

const promptOf = (id: string, content: string): Prompt => ({
  id,
  tags: [],
  messages: [{ role: 'user', content }],
  params: {},
  checks: [],
});
