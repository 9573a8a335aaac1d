/** What the compared metrics are called in sentences, and what each is good for. */
export interface MetricWords {
  metric: string;
  /** Over a card: what somebody who needs this wants. Absent where that is another metric's card, too. */
  wish?: string;
  /** With the article, as in «0.71× the E2E latency». */
  quantity: string;
  short: string;
}

/** In the order in which verdicts are told. */
export const metricWords: readonly MetricWords[] = [
  {
    metric: 'e2e_latency_ms',
    wish: 'Done soonest',
    quantity: 'the E2E latency',
    short: 'whole answer (E2E latency)',
  },
  {
    metric: 'ttft_ms',
    wish: 'First sign of life',
    quantity: 'the time to first token',
    short: 'first token (TTFT)',
  },
  {
    metric: 'ttfat_ms',
    wish: 'Answer starts soonest',
    quantity: 'the time to the first answer token',
    short: 'first token of the answer (TTFAT)',
  },
  {
    metric: 'tpot_ms',
    quantity: 'the time per output token',
    short: 'time per output token (TPOT)',
  },
  {
    metric: 'output_tps',
    quantity: 'the output rate',
    short: 'output rate (tokens per second)',
  },
  { metric: 'passed', wish: 'Right most often', quantity: 'the pass rate', short: 'checks passed' },
];

export const wordsFor = (metric: string): MetricWords =>
  metricWords.find((words) => words.metric === metric) ?? {
    metric,
    quantity: `the ${metric}`,
    short: metric,
  };

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}
