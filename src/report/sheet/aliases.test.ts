import { describe, expect, test } from 'vitest';
import { UserError } from '../../base/user-error.ts';
import { aliasNotes, aliasSets, renamed } from './aliases.ts';
import { row } from './testing/runs.ts';
import { tableNamed } from './tables.ts';

const { fields } = tableNamed('requests');
const ours = fields.map(({ column }) => column.name);
const named = (name: string): (typeof aliasSets)[number] => aliasSets.find((set) => set.name === name)!;

describe.each(aliasSets)('$name', (set) => {
  test('names columns that there are, each once, and either renames or keeps them', () => {
    const columns = [...set.renames, ...set.kept].map(({ column }) => column);
    expect(columns.filter((column) => !ours.includes(column))).toEqual([]);
    expect(new Set(columns).size).toBe(columns.length);
  });

  test('gives no column a name that another has', () => {
    const names = renamed(fields, set, 'requests').map(({ column }) => column.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(ours.length);
  });

  test('says of every column what became of it', () => {
    const notes = aliasNotes(fields, set).join('\n');
    for (const { column, to } of set.renames) expect(notes).toContain(`  ${column} is ${to}`);
    for (const { column, why } of set.kept) expect(notes).toContain(`  ${column}: ${why}`);
  });

  test('is refused for summaries, which the peers make of successes alone', () => {
    expect(() => renamed(tableNamed('models').fields, set, 'models')).toThrow(UserError);
  });
});

test('durations of OpenTelemetry are in seconds, in name, unit and value', () => {
  const field = renamed(fields, named('otel'), 'requests').find(
    ({ column }) => column.name === 'gen_ai.client.operation.time_to_first_chunk',
  )!;
  expect(field.column.unit).toBe('s');
  expect(field.of(row({ first_event_ms: 1234.5 }))).toBe(1.2345);
  expect(field.of(row({ first_event_ms: undefined }))).toBeUndefined();
  expect(aliasNotes(fields, named('otel')).join('\n')).toContain('in seconds instead of ms');
});

test('AIPerf starts and ends its clock where we do, vLLM does not', () => {
  const names = (name: string): (string | undefined)[] => {
    const renames = new Map(named(name).renames.map(({ column, to }) => [column, to]));
    return ['ttft_ms', 'ttfat_ms', 'e2e_latency_ms', 'tpot_ms'].map((column) => renames.get(column));
  };
  expect(names('aiperf')).toEqual([
    'time_to_first_token',
    'time_to_first_output_token',
    'request_latency',
    undefined,
  ]);
  expect(names('vllm')).toEqual([undefined, undefined, undefined, undefined]);
});
