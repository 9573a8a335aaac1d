const meanings: readonly { keys: readonly string[]; text: string }[] = [
  { keys: ['group'], text: 'models that share a letter were not told apart' },
  { keys: ['ttft_ms_typical'], text: 'TTFT: sent to first token, of reasoning too' },
  { keys: ['ttfat_ms_typical'], text: 'TTFAT: sent to first token of the answer' },
  { keys: ['e2e_latency_ms_typical'], text: 'E2E: sent to last token' },
  { keys: ['e2e_latency_ms_typical'], text: 'typ: geometric mean over prompts of their medians' },
  {
    keys: ['ttft_ms_p50', 'ttft_ms_p95', 'e2e_latency_ms_p50', 'e2e_latency_ms_p95'],
    text: 'p50, p95: a failed request counts as slowest',
  },
  { keys: ['invalid_share'], text: 'excl: answers left out of latencies' },
  { keys: ['interval'], text: '95 %: interval of E2E typ' },
];

/** What the words in the head mean, for the columns that are shown. */
export function legend(shown: readonly string[]): string[] {
  return meanings.filter(({ keys }) => keys.some((key) => shown.includes(key))).map(({ text }) => text);
}
