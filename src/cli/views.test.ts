import { describe, expect, test } from 'vitest';
import { bytesOf, exported, row, textOf } from '../report/sheet/testing/runs.ts';
import { csv } from '../report/sheet/csv-format.ts';
import { cellsOf, partsOf } from '../report/sheet/testing/workbook.ts';
import { writeWorkbook } from '../report/sheet/workbook/write-workbook.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { duration } from '../report/number-text.ts';
import { outputFormats } from '../report/report-formats.ts';
import type { ModelSummary } from '../analysis/summary-columns.ts';
import { applyDefinitions, MeasuredRows } from '../analysis/definitions/apply.ts';
import { nightRows } from '../analysis/history.ts';
import { decideThresholds } from '../analysis/thresholds.ts';
import { halfWidth } from '../analysis/stopping.ts';
import type { Threshold } from '../suite/suite.ts';
import { loadRun, type LoadedRun } from '../analysis/read-run.ts';
import { renderFolderPage } from '../report/run-page.ts';
import { scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

interface Shape {
  prompts: number;
  repeats: number;
  /** One of this many requests fails. Absent: none. */
  failsOneIn?: number;
}

/** Two models that differ in speed and length. `terse` writes too little to carry a rate. */
function rowsOf({ prompts, repeats, failsOneIn = Infinity }: Shape): RequestRow[] {
  const models = { swift: 9, slow: 23, terse: 5 };
  let asked = 0;
  return Object.entries(models).flatMap(([model, perToken]) =>
    Array.from({ length: prompts * repeats }, (_, index): RequestRow => {
      const [prompt, repeat] = [index % prompts, Math.floor(index / prompts) + 1];
      const place = { model, prompt_id: `p${prompt}`, repeat, event_id: `${model}-${index}` };
      if (++asked % failsOneIn === 0)
        return row({
          ...{ ...place, status: 'timeout', valid: undefined, ttft_ms: undefined, e2e_latency_ms: undefined },
          ...{ completion_tokens: undefined, total_tokens: undefined, error_code: 'total' },
        });
      const tokens = model === 'terse' ? 2 : 10 + 17 * ((prompt * 7 + repeat) % 11);
      const tpot = perToken * (1 + 0.5 * ((prompt + 3 * repeat) % 4));
      const ttft = 80 + 10 * ((prompt * 5 + repeat) % 13);
      const span = tokens * tpot;
      const rate = model === 'terse' ? {} : { tpot_ms: tpot, output_tps: 1000 / tpot };
      return row({ ...place, ...rate, ttft_ms: ttft, ttfat_ms: ttft + 5, e2e_latency_ms: ttft + span });
    }),
  );
}

const shapes: [string, Shape][] = [
  ['one answer', { prompts: 1, repeats: 1 }],
  ['three answers', { prompts: 3, repeats: 1 }],
  ['thirty answers', { prompts: 10, repeats: 3 }],
  ['sixty answers', { prompts: 20, repeats: 3 }],
  ['sixty requests of which some fail', { prompts: 20, repeats: 3, failsOneIn: 23 }],
  ['sixty requests of which every other fails', { prompts: 20, repeats: 3, failsOneIn: 2 }],
  ['nothing but failures', { prompts: 5, repeats: 2, failsOneIn: 1 }],
];

/** Heads in the Markdown table, in the workbook's summary, and the column of `models.csv` that both must show. */
const heads: [markdown: string, workbook: string, column: keyof ModelSummary][] = [
  ['TTFT geomean', 'TTFT geomean', 'ttft_ms_geomean'],
  ['TTFT p50', 'TTFT p50', 'ttft_ms_p50'],
  ['TTFT p95', 'TTFT p95', 'ttft_ms_p95'],
  ['E2E geomean', 'E2E geomean', 'e2e_latency_ms_geomean'],
  ['E2E p50', 'E2E p50', 'e2e_latency_ms_p50'],
  ['E2E p95', 'E2E p95', 'e2e_latency_ms_p95'],
  ['output', 'Output', 'output_tps'],
];

describe.each(shapes)('a figure of one name is one number in every view: %s', (_, shape) => {
  const rows = rowsOf(shape);
  const withRun = async (look: (run: LoadedRun, folder: string) => Promise<void> | void): Promise<void> => {
    await using home = await scratch();
    const folder = await writeRun(home.path, rows);
    await look(await loadRun(folder), folder);
  };
  const timeout = 300_000;

  test('a percentile is given only above its sample floor', () =>
    withRun(({ report }) => {
      for (const model of report.models)
        for (const [percentile, floor] of [
          ['p50', 4],
          ['p90', 20],
          ['p95', 40],
          ['p99', 500],
        ] as const)
          // prettier-ignore
          if (model.requests < floor) expect(model[`e2e_latency_ms_${percentile}`]).toBeUndefined();
    }));

  test('JSON and exported CSV', () =>
    withRun(async ({ report }) => {
      const json = outputFormats.find(({ name }) => name === 'json')!;
      const { models } = JSON.parse(json.render(report, { columns: 80, color: false })) as {
        models: Record<string, unknown>[];
      };
      const lines = (await textOf(csv.write([exported(rows)], { table: 'models' }))).trim().split('\n');
      expect(lines).toHaveLength(report.models.length + 1);
      const names = lines[0]!.replace('\ufeff', '').trim().split(',');
      for (const [place, model] of report.models.entries())
        for (const [, , column] of heads) {
          const value = models[place]![column] as number | null;
          if (model[column] === undefined) expect(value, column).toBeNull();
          else expect(value, column).toBeCloseTo(model[column] as number, 2);
          const line = lines
            .find((one) => one.includes(`,${model.model},`))!
            .trim()
            .split(',');
          const cell = line[names.indexOf(column)]!;
          if (model[column] === undefined) expect(cell).toBe('');
          else expect(Number(cell)).toBeCloseTo(model[column] as number, 2);
        }
    }));

  test('the table, as Markdown', () =>
    withRun(({ report }) => {
      const markdown = outputFormats.find(({ name }) => name === 'markdown')!;
      const lines = markdown.render(report, { columns: 200, color: false }).split('\n');
      const cellsIn = (line: string): string[] =>
        line.split('|').map((cell) => cell.trim().replace(/`/g, ''));
      const head = cellsIn(lines.find((line) => line.includes('| model'))!);
      for (const model of report.models) {
        const line = cellsIn(lines.find((one) => one.startsWith('|') && cellsIn(one)[2] === model.model)!);
        for (const [title, , column] of heads) {
          const place = head.findIndex((one) => one.startsWith(`${title},`));
          const value = model[column] as number | undefined;
          if (place === -1) {
            expect(
              report.models.every((one) => one[column] === undefined),
              title,
            ).toBe(true);
            continue;
          }
          const text = line[place]!.replaceAll(',', '');
          expect(text === '–', `${title} of ${model.model}`).toBe(value === undefined);
          if (value === undefined) continue;
          expect(text.startsWith('≥'), title).toBe(model.lower_bounds?.includes(column) ?? false);
          const shown = Number(text.replace('≥ ', '')) * (head[place]!.endsWith(', s') ? 1000 : 1);
          expect(Math.abs(shown / value - 1), `${title} of ${model.model}: ${text}`).toBeLessThan(0.02);
        }
      }
    }));

  test('the workbook', () =>
    withRun(async ({ report }) => {
      const cells = cellsOf(partsOf(await bytesOf(writeWorkbook([exported(rows)]))), 'Summary');
      const columnOf = (title: string): string | undefined =>
        [...cells].find(([cell, text]) => text === title && /^[A-Z]+5$/.test(cell))?.[0].slice(0, -1);
      for (const model of report.models) {
        const line = [...cells].find(([cell, text]) => text === model.model && /^[A-Z]+\d+$/.test(cell))![0];
        for (const [, title, column] of heads) {
          const letter = columnOf(title);
          expect(letter, title).toBeDefined();
          const cell = cells.get(`${letter!}${line.replace(/\D/g, '')}`);
          if (model[column] === undefined) expect(cell ?? '', title).toBe('');
          else expect(cell, title).toBeCloseTo(model[column] as number, 2);
        }
      }
    }));

  test('the page: its table of percentiles and its ranking', () =>
    withRun(async (run, folder) => {
      const page = await renderFolderPage(folder);
      const text = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim(); // prettier-ignore
      const picture = /<figure id="picture-e2e_latency_ms">([^]*?)<\/figure>/.exec(page)?.[1] ?? '';
      for (const model of run.report.models) {
        const words = (['p50', 'p90', 'p95'] as const).map((percentile) => {
          const value = model[`e2e_latency_ms_${percentile}`];
          const isBound = model.lower_bounds?.includes(`e2e_latency_ms_${percentile}`) ?? false;
          return value === undefined ? '–' : `${isBound ? '≥ ' : ''}${duration(value)}`;
        });
        if (model.e2e_latency_ms_n === 0) continue;
        const [line] = [...picture.matchAll(/<tr[^>]*>([^]*?)<\/tr>/g)]
          .map(([, cells]) => text(cells!))
          .filter((one) => one.startsWith(`${model.model} `));
        expect(line).toMatch(new RegExp(`${words.join(' ')}$`));
        if (words[2] === '–') expect(picture).not.toContain(`${model.model}: 95 % within`);
      }
    }));

  test("thresholds, the night's line, the rule that stops a run, and other tools' words for it", () =>
    withRun(async ({ report, collected }) => {
      const limit = (statistic: Threshold['statistic'], column: string): Threshold => ({
        metric: '',
        statistic,
        column,
        max: 1e9,
        strict: false,
        line: 1,
      });
      const decided = (statistic: Threshold['statistic'], column: string, model: ModelSummary) =>
        decideThresholds([limit(statistic, column)], collected, { timeoutMs: timeout }).find(
          (one) => one.model === model.model,
        )!;
      const nights = nightRows(collected, {
        metrics: ['e2e_latency_ms', 'tpot_ms', 'output_tps'],
        startedAt: '2026-11-22T03:17:00.000Z',
        timeoutMs: timeout,
      });
      for (const model of report.models) {
        const isBound = (column: string): boolean => model.lower_bounds?.includes(column) ?? false;
        for (const percentile of ['p50', 'p95'] as const) {
          const { value } = decided(percentile, 'e2e_latency_ms', model);
          if (!isBound(`e2e_latency_ms_${percentile}`))
            expect(value).toBe(model[`e2e_latency_ms_${percentile}`]);
        }
        expect(decided('ratio', 'output_tps', model).value).toBe(model.output_tps);
        const night = (metric: string): number | undefined =>
          nights.find((one) => one.model === model.model && one.metric === metric)?.value;
        if (model.successes === 0) continue;
        expect(night('e2e_latency_ms')).toBe(model.e2e_latency_ms_geomean);
        expect(night('tpot_ms')).toBe(model.tpot_ms);
        expect(night('output_tps')).toBe(model.output_tps);
        if (model.tpot_ms !== undefined) expect(model.tpot_ms * model.output_tps!).toBeCloseTo(1000, 6);

        const alone = { ...collected, cells: collected.cells.filter((cell) => cell.model === model.model) };
        const { tpot_ms_ci_low: low, tpot_ms_ci_high: high } = model;
        if (low !== undefined && high !== undefined)
          expect(halfWidth(alone, 'tpot_ms')).toBeCloseTo(Math.sqrt(high / low) - 1, 9);
      }
      const lines = async function* () {
        await Promise.resolve();
        for (const { event_id, model, ttft_ms: ttft = 0, e2e_latency_ms: e2e = 0 } of rows)
          yield { event_id, model, chunks: [[ttft, 'content', 5], [e2e, 'content', 5]] } as never; // prettier-ignore
      };
      const measured = new MeasuredRows();
      for (const row of rows) measured.add(row);
      for (const { model, readings } of await applyDefinitions(measured, lines(), report.models)) {
        const { figures } = readings.find(({ tool }) => tool === 'gatebench')!;
        const summary = report.models.find((one) => one.model === model)!;
        expect([figures.ttft, figures.perToken, figures.e2e, figures.speed]).toEqual([
          summary.ttft_ms_geomean,
          summary.tpot_ms,
          summary.e2e_latency_ms_geomean,
          summary.output_tps,
        ]);
      }
    }));
});
