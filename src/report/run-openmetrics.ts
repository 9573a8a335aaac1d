import { headlineColumn, modelColumns, type ModelSummary } from '../analysis/summary-columns.ts';
import { oneLine } from '../base/text.ts';
import { headlines } from '../measure/metrics.ts';
import { laterNames } from '../plan/cell.ts';
import { isSimulatedRoute } from '../target/routes.ts';
import { isSimulated, type OutputFormat, type Report, type RunFacts } from './run-report.ts';

/** One gauge for all models. Names end in their unit, as OpenMetrics requires. */
interface Family {
  readonly name: string;
  readonly unit?: string;
  readonly help: string;
  readonly column: keyof ModelSummary;
  /** Factor from the column's unit to the gauge's. */
  readonly factor: number;
}

const ends = [
  ['', ''],
  ['_ci_low', ', lower end of its 95 % interval'],
  ['_ci_high', ', upper end of its 95 % interval'],
] as const;

const plain: readonly Family[] = [
  gauge('requests', 'requests', undefined),
  gauge('successes', 'successes', undefined),
  gauge('error_ratio', 'error_rate', 'ratio'),
  gauge('invalid_ratio', 'invalid_share', 'ratio'),
  ...ends.map(([end]) => gauge(`pass${end}_ratio`, `pass_rate${end}`, 'ratio')),
  gauge('prompt_tokens', 'prompt_tokens', 'tokens'),
  gauge('completion_tokens', 'completion_tokens', 'tokens'),
  gauge('cost_usd', 'cost_usd', 'usd'),
];

function gauge(name: string, column: keyof ModelSummary, unit: string | undefined): Family {
  const { meaning } = modelColumns.find((one) => one.name === column)!;
  return { name, column, factor: 1, help: meaning, ...(unit === undefined ? {} : { unit }) };
}

/** Times in seconds, whatever the column's unit. Rates unchanged. */
const measured: readonly Family[] = headlines.flatMap(({ name, unit, label }) =>
  ends.map(([end, words]): Family => {
    const column = `${headlineColumn(name)}${end}` as keyof ModelSummary;
    const help = `${label}, the one figure of a model${words}`;
    return unit === 'ms'
      ? { name: `${name.replace(/_ms$/, '')}${end}_seconds`, unit: 'seconds', help, column, factor: 1e-3 }
      : { name: `${name}${end}`, help, column, factor: 1 };
  }),
);

/**
 * Gauges for a node exporter's textfile collector or any scraper. One night is one value, so there are no histograms.
 * What was not measured has no sample. Source: OpenMetrics 1.0.0,
 * https://prometheus.io/docs/specs/om/open_metrics_spec/.
 */
export const openmetrics: OutputFormat = {
  name: 'openmetrics',
  extension: '.prom',
  limits: { fitsColumns: false, tabs: false, simulated: /simulated/i },
  render: ({ run, models }) =>
    [
      ...[...plain, ...measured].flatMap((family) => familyLines(family, models, run)),
      ...startedLines(run),
      '# EOF',
      '',
    ].join('\n'),
};

function familyLines(
  { column, factor, ...family }: Family,
  models: Report['models'],
  run: RunFacts,
): string[] {
  const samples = models.flatMap((model) => {
    const value = model[column];
    if (typeof value !== 'number' || !Number.isFinite(value)) return [];
    const isBound = model.lower_bounds?.includes(column) === true;
    return [[labelsOf(model, run, isBound), value * factor] as const];
  });
  return samples.length === 0 ? [] : textOf(family, samples);
}

function startedLines(run: RunFacts): string[] {
  const labels = labelText([
    ['suite', run.suite],
    ['simulated', isSimulated(run) ? 'true' : undefined],
  ]);
  const started = Date.parse(run.started_at) / 1000;
  const help = 'When the run started.';
  return textOf({ name: 'run_timestamp_seconds', unit: 'seconds', help }, [[labels, started]]);
}

function textOf(
  { name, unit, help }: Pick<Family, 'name' | 'unit' | 'help'>,
  samples: readonly (readonly [labels: string, value: number])[],
): string[] {
  const full = `gatebench_${name}`;
  return [
    `# TYPE ${full} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${full} ${unit}`]),
    `# HELP ${full} ${escaped(help)}`,
    ...samples.map(([labels, value]) => `${full}${labels} ${Number(value.toPrecision(12))}`),
  ];
}

function labelsOf(model: ModelSummary, run: RunFacts, isBound: boolean): string {
  return labelText([
    ['suite', run.suite],
    ['route', model.route],
    ['model', model.model],
    ...Object.entries(laterNames(model)),
    ['simulated', isSimulated(run) && isSimulatedRoute(model.route) ? 'true' : undefined],
    // The value rests on failed requests: the true time is at least this, the true rate at most.
    ['bound', isBound ? 'true' : undefined],
  ]);
}

function labelText(labels: readonly (readonly [string, string | undefined])[]): string {
  const known = labels.filter(([, value]) => value !== undefined && value !== '');
  return `{${known.map(([name, value]) => `${name}="${escaped(value!)}"`).join(',')}}`;
}

/** Text from outside: one line of well-formed text. The format escapes backslash, quote and line feed. */
function escaped(text: string): string {
  return oneLine(text, 300).toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
