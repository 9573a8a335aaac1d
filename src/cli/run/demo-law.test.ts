import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { seededRandom } from '../../base/random.ts';
import { mean } from '../../stats/quantile.ts';
import { defaultKnobs } from '../../mock/knobs.ts';
import { simModels } from '../../mock/mock-models.ts';
import { gatebench, onlyRun, scratch, suites } from '../testing/gatebench.ts';

/**
 * Tokens per second of a simulated model, by its own distribution: one piece is one token, and a gap is between two.
 */
function lawOf(model: string): number {
  const { law } = simModels.find(({ name }) => name === model)!;
  const gaps = Array.from({ length: 2000 }, (_, seed) => {
    const { gapMs, tailChance, tailFactor } = { ...defaultKnobs, ...law(seededRandom(seed), 'hello') };
    return gapMs * (1 + tailChance * (tailFactor - 1));
  });
  return 1000 / mean(gaps);
}

test(
  'in a run of the demo every model writes as fast as its own law says, and compare says the same',
  { timeout: 120_000, retry: 2 },
  async () => {
    await using home = await scratch();
    const args = ['run', join(suites, 'smoke.yaml'), '--route', 'demo', '--concurrency', '8', '--quiet'];
    await gatebench(args, home.path, {}, 1);
    const folder = await onlyRun(home.path);
    const models = parse<Record<string, string>>(await readFile(join(folder, 'models.csv'), 'utf8'), {
      columns: true,
    });
    const rates = new Map<string, number>();
    for (const { model, model_id: wire, output_tps: rate, tpot_ms: perToken } of models) {
      const law = lawOf(wire!.replace('custom-ollama/', ''));
      expect(Number(rate) / law, `${model}: ${rate} tok/s, by law ${law.toFixed(1)}`).toBeGreaterThan(0.95);
      expect(Number(rate) / law, `${model}: ${rate} tok/s, by law ${law.toFixed(1)}`).toBeLessThan(1.05);
      expect((Number(rate) * Number(perToken)) / 1000).toBeCloseTo(1, 3);
      rates.set(model!, Number(rate));
    }
    expect(rates.size).toBe(4);

    const compared = await gatebench(['compare', folder, '--metrics', 'output_tps', '--json'], home.path);
    const { pairs } = JSON.parse(compared.stdout) as {
      pairs: { model_a: string; model_b: string; ratio: number; verdict: string }[];
    };
    expect(pairs).toHaveLength(6);
    for (const { model_a: a, model_b: b, ratio, verdict } of pairs) {
      expect(ratio / (rates.get(b)! / rates.get(a)!), `${b} against ${a}`).toBeCloseTo(1, 1);
      if (verdict === 'faster') expect(rates.get(b)).toBeGreaterThan(rates.get(a)!);
      if (verdict === 'slower') expect(rates.get(b)).toBeLessThan(rates.get(a)!);
    }
  },
);
