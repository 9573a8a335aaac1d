/** What the compared metrics are called in sentences, and what each is good for. */
export interface MetricWords {
  metric: string;
  /** To begin a line with. */
  label: string;
  /** Over a card: what somebody who needs this wants. Absent where that is another metric's card, too. */
  wish?: string;
  /** With the article, as in "0.71× the E2E latency". */
  quantity: string;
  short: string;
}

/** In the order in which verdicts are told. */
export const metricWords: readonly MetricWords[] = [
  {
    metric: 'e2e_latency_ms',
    label: 'E2E latency',
    wish: 'Done soonest',
    quantity: 'the E2E latency',
    short: 'whole answer (E2E latency)',
  },
  {
    metric: 'ttft_ms',
    label: 'TTFT',
    wish: 'First sign of life',
    quantity: 'the time to first token',
    short: 'first token (TTFT)',
  },
  {
    metric: 'ttfat_ms',
    label: 'TTFAT',
    wish: 'Answer starts soonest',
    quantity: 'the time to the first answer token',
    short: 'first token of the answer (TTFAT)',
  },
  {
    metric: 'tpot_ms',
    label: 'TPOT',
    quantity: 'the time per output token',
    short: 'time per output token (TPOT)',
  },
  {
    metric: 'output_tps',
    label: 'Output rate',
    quantity: 'the output rate',
    short: 'output rate (tokens per second)',
  },
  {
    metric: 'passed',
    label: 'Checks passed',
    wish: 'Right most often',
    quantity: 'the pass rate',
    short: 'checks passed',
  },
];

export const wordsFor = (metric: string): MetricWords =>
  metricWords.find((words) => words.metric === metric) ?? {
    metric,
    label: metric,
    quantity: `the ${metric}`,
    short: metric,
  };

/** `a`, `a and b`, `a, b and c`, `a, b, c, d and 3 more`. */
export function listed(items: readonly string[]): string {
  const shown = items.length > 5 ? [...items.slice(0, 4), `${items.length - 4} more`] : items;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)!}`;
}
