/** How the figures came about, for people who did not read the manual. */
export const method: readonly (readonly [topic: string, text: string])[] = [
  [
    'Clock',
    'All durations come from a monotonic clock and start when a request is handed to the socket. Waiting in our own queue, pauses before retries and earlier attempts are in none of them. Dates and times only label rows; they are UTC.',
  ],
  [
    'Order',
    'Models are asked in blocks: within a block every model gets the same prompt, in random order from a recorded seed, so that a slow quarter of an hour meets all of them alike.',
  ],
  ['Warm-up', 'Rows with phase warmup are recorded and never analysed.'],
  [
    'Success',
    'An answer counts only with status 200, the right kind of content, at least one piece of text, a finish reason and the end of the stream. Everything else is a failure with a name.',
  ],
  [
    'Failures',
    'In medians and percentiles a failed request counts as slower than any success, so that failing cannot make a model look fast. A figure that rests on one is marked ≥ (of rates ≤) and named in lower_bounds.',
  ],
  [
    'Left out',
    'Answers from a cache, held back on the way or from another model have valid = FALSE. They stay out of latency figures; their share is shown.',
  ],
  [
    'Geomean',
    'Geometric mean over prompts of the median of each prompt, so that every prompt weighs the same and a few long ones do not rule.',
  ],
  [
    'Intervals',
    'All hold 95 % and are clustered by prompt: more prompts make them narrower, more repeats hardly do. An open end is an empty cell.',
  ],
  [
    'Verdicts',
    'faster, slower, better and worse are given only where the exact test, corrected for all pairs and metrics, and a margin allow it; equal means within the margin; everything else is not settled.',
  ],
  ['Percentiles', 'Empty below the number of requests that they need.'],
  [
    'Tokens',
    'As the server reported them. Reasoning tokens are part of completion tokens, cached tokens part of prompt tokens. Missing counts are never guessed.',
  ],
  ['Empty cells', 'Not measured, or not applicable. Never zero.'],
  [
    'Text',
    'Cells of text are text, never formulas; they are cut at the limit of Excel, with a mark, and hold no characters that would break the file.',
  ],
];
