import { expect, test } from 'vitest';
import { warningLines } from './warning-lines.ts';

const few = { kind: 'few-samples', percentile: 'p90', have: 16, need: 20 } as const;

test('what holds for several models is said once, with all their names', () => {
  const lines = warningLines([
    { ...few, model: 'a' },
    { kind: 'rate-limited', model: 'a', attempts: 2 },
    { ...few, model: 'b' },
    { ...few, model: 'c', have: 3 },
  ]);
  expect(lines).toEqual([
    'a, b: 16 requests are too few for a p90 (it needs 20). Add prompts, or raise run.repeat.',
    "a: 2 attempts were refused because of a rate limit. Lower run.concurrency, or the model's own.",
    'c: 3 requests are too few for a p90 (it needs 20). Add prompts, or raise run.repeat.',
  ]);
});

test("lag of this machine is one line with every model's share, by metric", () => {
  const lost = (model: string, metric: string, share: number) => ({ model, metric, share, route: 'local' });
  const [line, ...others] = warningLines([
    {
      kind: 'too-busy',
      metrics: [lost('a', 'e2e_latency_ms', 0.3), lost('a', 'ttft_ms', 0.44), lost('b', 'ttft_ms', 0.3)],
    },
  ]);
  expect(line).toContain('TTFT of a 44 %, b 30 %; E2E of a 30 % of the answers');
  expect(others).toEqual([]);
});
