import type { RequestRow } from '../../journal/request-columns.ts';
import { cellKey, laterColumns, namesOf } from '../../plan/cell.ts';
import { isSimulatedRoute } from '../../target/routes.ts';
import type { ExportedRun } from './sheet-format.ts';

interface Instrument {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly bounds: readonly number[];
  /** Values of a sound answer, with their own attributes. */
  readonly of: (row: RequestRow) => readonly (readonly [value: number | undefined, own: Attributes])[];
}

type Attributes = Readonly<Record<string, string>>;

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
const operationBounds = [
  ...[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
];
const firstBounds = [
  ...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
];
const tokenBounds = Array.from({ length: 14 }, (_, power) => 4 ** power);

/** Names, units and bounds follow the GenAI conventions. Where these have no name, we use our own. */
const instruments: readonly Instrument[] = [
  {
    name: 'gen_ai.client.operation.duration',
    unit: 's',
    description: 'E2E latency: from sent to the last piece of the answer.',
    bounds: operationBounds,
    of: ({ e2e_latency_ms, valid }) => [[valid === false ? undefined : seconds(e2e_latency_ms), {}]],
  },
  {
    name: 'gen_ai.client.operation.time_to_first_chunk',
    unit: 's',
    description: 'From sent to the first event of the stream, of any kind.',
    bounds: firstBounds,
    of: ({ first_event_ms, valid }) => [[valid === false ? undefined : seconds(first_event_ms), {}]],
  },
  {
    name: 'gatebench.ttft',
    unit: 's',
    description: 'TTFT: from sent to the first text, reasoning or tool call.',
    bounds: firstBounds,
    of: ({ ttft_ms, valid }) => [[valid === false ? undefined : seconds(ttft_ms), {}]],
  },
  {
    name: 'gen_ai.client.token.usage',
    unit: '{token}',
    description: 'Tokens as the server reported them.',
    bounds: tokenBounds,
    of: ({ prompt_tokens, completion_tokens }) => [
      [prompt_tokens, { 'gen_ai.token.type': 'input' }],
      [completion_tokens, { 'gen_ai.token.type': 'output' }],
    ],
  },
];

interface Histogram {
  attributes: Attributes;
  counts: number[];
  count: number;
  sum: number;
  min: number;
  max: number;
}

/**
 * An ExportMetricsServiceRequest as JSON: delta histograms of the measured answers of each run, by model. Answers that
 * are not valid are left out of times. Source: opentelemetry-proto 1.x, metrics.proto, and the JSON mapping of the OTLP
 * specification (64-bit numbers are strings); semantic conventions for generative AI, status Development.
 */
export async function otlpRequest(runs: readonly ExportedRun[]): Promise<{ resourceMetrics: object[] }> {
  return { resourceMetrics: (await Promise.all(runs.map(resourceOf))).flat() };
}

async function resourceOf(run: ExportedRun): Promise<object[]> {
  const found = instruments.map(() => new Map<string, Histogram>());
  let [first, last, some] = [Infinity, -Infinity, undefined as RequestRow | undefined];
  for await (const row of run.rows()) {
    if (row.phase !== 'measure' || !row.final) continue;
    some ??= row;
    first = Math.min(first, timeOf(row.started_at, Infinity));
    last = Math.max(last, timeOf(row.ended_at, -Infinity));
    if (row.status !== 'ok') continue;
    instruments.forEach(({ of, bounds }, place) => {
      for (const [value, own] of of(row))
        if (value !== undefined) add(found[place]!, row, own, value, bounds);
    });
  }
  if (some === undefined || !Number.isFinite(first)) return [];
  const times = { startTimeUnixNano: nanos(first), timeUnixNano: nanos(Math.max(first, last)) };
  const metrics = instruments.flatMap(({ name, unit, description, bounds }, place) => {
    const points = [...found[place]!.values()];
    if (points.length === 0) return [];
    const dataPoints = points.map(({ attributes, counts, count, sum, min, max }) => ({
      attributes: listed(attributes),
      ...times,
      count: String(count),
      ...{ sum, min, max },
      bucketCounts: counts.map(String),
      explicitBounds: bounds,
    }));
    return [{ name, unit, description, histogram: { aggregationTemporality: 1, dataPoints } }];
  });
  const resource = {
    'service.name': 'gatebench',
    'gatebench.suite': some.suite,
    'gatebench.run_id': some.run_id,
  };
  return [
    {
      resource: { attributes: listed(resource) },
      scopeMetrics: [{ scope: { name: 'gatebench' }, metrics }],
    },
  ];
}

const timeOf = (at: string | undefined, without: number): number =>
  at === undefined ? without : Date.parse(at);
const nanos = (ms: number): string => `${Math.round(ms)}000000`;

function add(
  histograms: Map<string, Histogram>,
  row: RequestRow,
  own: Attributes,
  value: number,
  bounds: readonly number[],
): void {
  const key = [cellKey(namesOf(row)), ...Object.values(own)].join('\0');
  let one = histograms.get(key);
  if (!one) {
    const counts = Array<number>(bounds.length + 1).fill(0);
    one = { attributes: { ...attributesOf(row), ...own }, counts, count: 0, sum: 0, min: value, max: value };
    histograms.set(key, one);
  }
  const above = bounds.findIndex((bound) => value <= bound);
  one.counts[above < 0 ? bounds.length : above]!++;
  one.count++;
  one.sum += value;
  one.min = Math.min(one.min, value);
  one.max = Math.max(one.max, value);
}

function attributesOf(row: RequestRow): Attributes {
  const slash = row.model_id.indexOf('/');
  const later = laterColumns.flatMap(({ name }) => {
    const value = row[name];
    return value === undefined ? [] : [[`gatebench.${name}`, value]];
  });
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': slash > 0 ? row.model_id.slice(0, slash) : row.route,
    'gen_ai.request.model': row.model_id,
    'gatebench.model': row.model,
    'gatebench.route': row.route,
    ...(isSimulatedRoute(row.route) ? { 'gatebench.simulated': 'true' } : {}),
    ...(Object.fromEntries(later) as Attributes),
  };
}

const listed = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value.toWellFormed() } }));
