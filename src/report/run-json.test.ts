import { expect, test } from 'vitest';
import { modelColumns, type ModelSummary } from '../analysis/summary-columns.ts';
import { json, jsonText } from './run-json.ts';
import { awkward, usual } from './testing/sample-reports.ts';

interface Parsed {
  run: Record<string, unknown>;
  models: Record<string, unknown>[];
  warnings: string[];
}

const plain = { columns: 80, color: false };
const parsed = JSON.parse(json.render(awkward, plain)) as Parsed;

test('it holds run, models and warnings, and every column of the summary in order', () => {
  expect(Object.keys(parsed)).toEqual(['run', 'answer', 'leads', 'models', 'failed_checks', 'warnings']);
  for (const model of parsed.models) expect(Object.keys(model)).toEqual(modelColumns.map(({ name }) => name));
  expect(parsed.warnings).toEqual(awkward.warnings);
});

test('numbers are numbers, lists are lists, and not measured is null', () => {
  expect(parsed.models[2]).toMatchObject({
    requests: 12,
    pass_rate: null,
    lower_bounds: ['e2e_latency_ms_p95'],
  });
  expect(parsed.models[0]!['lower_bounds']).toBeNull();
});

test('numbers have the decimals of the CSV', () => {
  expect(parsed.models[2]!['error_rate']).toBe(0.083333);
});

test('a number that is none is null', () => {
  const models = [{ ...usual.models[0]!, ttft_ms_p95: Infinity, ttft_ms_p50: NaN } as ModelSummary];
  const [model] = (JSON.parse(json.render({ ...usual, models }, plain)) as Parsed).models;
  expect(model).toMatchObject({ ttft_ms_p95: null, ttft_ms_p50: null });
});

test('facts of the run that are not known are null, so that the keys are always there', () => {
  const { ended_at, ...run } = usual.run;
  expect(ended_at).toBeDefined();
  const facts = (JSON.parse(json.render({ ...usual, run }, plain)) as Parsed).run;
  expect(facts).toMatchObject({ ended_at: null, machine: null });
});

test('names come back as they were, though no control character was printed', () => {
  expect(parsed.models[2]!['model']).toBe(awkward.models[2]!.model);
  const sneaky = 'a\u009b31m\u202eb\u2028';
  expect(jsonText(sneaky)).toBe('"a\\u009b31m\\u202eb\\u2028"\n');
  expect(JSON.parse(jsonText(sneaky))).toBe(sneaky);
});
