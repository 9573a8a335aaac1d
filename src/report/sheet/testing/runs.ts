import { manifestOf } from '../../../journal/testing/manifest.ts';
import type { RequestRow } from '../../../journal/request-columns.ts';
import type { Manifest } from '../../../journal/manifest.ts';
import { collect } from '../../../analysis/collect.ts';
import { compare } from '../../../analysis/compare.ts';
import { successFloor, summarize } from '../../../analysis/summarize.ts';
import type { ExportedRun, Summarized } from '../sheet-format.ts';

/** An answer as a real run records it, with the given fields. */
export function row(cells: Partial<RequestRow> = {}): RequestRow {
  const some: Partial<RequestRow> = {
    run_id: '20261122T031700Z-abcdef',
    suite: 'smoke',
    suite_hash: '3f6f0c9a4e0b7d51c2',
    route: 'compat',
    model: 'kimi',
    model_id: 'custom-ollama/kimi-k2.6',
    prompt_id: 'p1',
    tags: ['nightly', 'support'],
    phase: 'measure',
    repeat: 1,
    block: 1,
    position: 1,
    attempt: 1,
    final: true,
    status: 'ok',
    http_status: 200,
    valid: true,
    scheduled_at: '2026-11-22T03:17:00.000Z',
    started_at: '2026-11-22T03:17:00.125Z',
    ended_at: '2026-11-22T03:17:01.500Z',
    ttft_ms: 210.5,
    e2e_latency_ms: 1300.25,
    first_event_ms: 180,
    prompt_tokens: 20,
    completion_tokens: 50,
    total_tokens: 70,
    event_id: 'event-1',
    answer_preview: 'type O',
    ...cells,
  };
  return some as RequestRow;
}

/** Twelve prompts per model. Latency grows a little from prompt to prompt. */
export function rowsOf(
  latencies: Readonly<Record<string, number>>,
  cells: Partial<RequestRow> = {},
): RequestRow[] {
  return Object.entries(latencies).flatMap(([model, latency]) =>
    Array.from({ length: 12 }, (_, index) =>
      row({
        model,
        model_id: `custom-ollama/${model}`,
        prompt_id: `p${index + 1}`,
        ttft_ms: latency / 4 + index,
        e2e_latency_ms: latency + 10 * index,
        ...cells,
      }),
    ),
  );
}

export function manifest(facts: Partial<Manifest> = {}): Manifest {
  const { suite } = manifestOf();
  return manifestOf({
    suite: {
      ...suite,
      description: 'Which model should answer support mail?',
      gateway: { ...suite.gateway, headers: { 'x-secret': 'hunter2-hunter2' } },
      models: [{ id: 'kimi', model: 'custom-ollama/kimi-k2.6', params: {} }],
      prompts: [],
      run: { ...suite.run, repeat: 1, warmup: 0 },
    },
    suite_hash: '3f6f0c9a4e0b7d51c2',
    routes: [{ route: 'compat', host: 'gateway.example' }],
    planned_requests: 24,
    ended_at: '2026-11-22T03:18:00.000Z',
    status: 'complete',
    ...facts,
  });
}

/** A run with these rows, summarized as the program does it. */
export function exported(
  rows: readonly RequestRow[],
  facts: Partial<Manifest> = {},
  warnings: readonly string[] = [],
): ExportedRun {
  return { rows: () => rows, summarized: () => summarized(rows, manifest(facts), warnings) };
}

async function summarized(
  rows: readonly RequestRow[],
  facts: Manifest,
  warnings: readonly string[],
): Promise<Summarized> {
  const collected = await collect(rows);
  const models = summarize(collected, { timeoutMs: facts.suite.run.timeouts.totalMs });
  const { suite, run_id, suite_hash, seed, started_at, status, routes, versions } = facts;
  const done = models.reduce((sum, { requests }) => sum + requests, 0);
  return {
    manifest: facts,
    report: {
      run: {
        run_id,
        suite: suite.name,
        suite_hash,
        routes: routes.map(({ route }) => route),
        status,
        started_at,
        seed,
        order: suite.run.order,
        prompts: 12,
        repeats: 1,
        requests_planned: done,
        requests_done: done,
        requests_failed: 0,
        success_floor: successFloor,
        versions,
      },
      models,
      pairs: compare(collected).pairs,
      warnings,
    },
  };
}

/** All pieces as one. */
export async function bytesOf(pieces: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const all = await Array.fromAsync(pieces, (piece) =>
    typeof piece === 'string' ? Buffer.from(piece) : piece,
  );
  return Buffer.concat(all);
}

export async function textOf(pieces: AsyncIterable<Uint8Array | string>): Promise<string> {
  return Buffer.from(await bytesOf(pieces)).toString('utf8');
}

/** Texts that a spreadsheet would run, or that break a file. */
export const hostile = [
  '=1+1',
  '@SUM(A1:A9)',
  '+cmd|/c calc!A0',
  '-2+3',
  ' =x',
  '\u00a0=x',
  '\u200b=x',
  '\t=x',
  '\r=x',
  '\n=x',
  '＝1+1',
  '"=1+1',
  '<b>&amp;</b>]]>',
  '_x0041_',
  'a;b,c\td\r\ne',
  'bell \u0007 nul \u0000 \ufffe \uffff \ud800 \udc00 end',
  '😀 東京 é',
] as const;
