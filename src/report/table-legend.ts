interface Meaning {
  keys: readonly string[];
  text: string;
}

const meanings: readonly Meaning[] = [
  { keys: ['group'], text: 'models that share a letter were not told apart' },
  { keys: ['ttft_ms_geomean'], text: 'TTFT: sent to first token, of reasoning too' },
  { keys: ['ttfat_ms_geomean'], text: 'TTFAT: sent to first token of the answer' },
  { keys: ['e2e_latency_ms_geomean'], text: 'E2E: sent to last token' },
  { keys: ['e2e_latency_ms_geomean'], text: 'geomean: geometric mean over prompts of their medians' },
  { keys: ['invalid_share'], text: 'excl: answers left out of latencies' },
  { keys: ['interval'], text: '95 % CI: interval of E2E geomean' },
];

/** What the words in the head mean, for the columns that are shown. */
export function legend(shown: readonly string[]): string[] {
  const isShown = ({ keys }: Meaning): boolean => keys.some((key) => shown.includes(key));
  const percentiles = ['p50', 'p95'].filter((one) => shown.some((key) => key.endsWith(`_${one}`)));
  return [
    ...meanings.filter(isShown).map(({ text }) => text),
    ...(percentiles.length === 0 ? [] : [`${percentiles.join(', ')}: a failed request counts as slowest`]),
  ];
}
