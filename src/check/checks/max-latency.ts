import { z } from 'zod';
import { defineCheck } from '../check.ts';
import { numberField } from '../fields.ts';

export const maxLatency = defineCheck({
  type: 'max-latency',
  summary: 'the answer was complete within this many milliseconds (`e2e_latency_ms`)',
  fields: { value: numberField(z.number().positive(), 'a number of milliseconds above 0') },
  examples: [
    { given: { value: 800 }, answer: { e2eLatencyMs: 800 }, passes: true },
    { given: { value: 800 }, answer: { e2eLatencyMs: 800.001 }, passes: false },
  ],
  check({ value }, { e2eLatencyMs }) {
    if (e2eLatencyMs === undefined)
      return { pass: false, undecided: true, why: 'the end-to-end latency was not measured' };
    return e2eLatencyMs <= value
      ? { pass: true }
      : { pass: false, why: `took ${Number(e2eLatencyMs.toFixed(3))} ms, at most ${value} ms allowed` };
  },
});
