import { expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { seededRandom } from '../../base/random.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { createMock } from '../../mock/mock-server.ts';
import { mean, median } from '../../stats/quantile.ts';
import { defaultKnobs } from '../../mock/knobs.ts';
import { simModels } from '../../mock/mock-models.ts';
import { openThreadWire } from '../../wire/thread-wire.ts';
import { gatebench as runInProcess } from '../gatebench.ts';
import { gatebench, onlyRun, scratch, suites, testIo } from '../testing/gatebench.ts';

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

const nothing = (): Promise<void> => Promise.resolve();

/** What a mock has written of one answer. */
interface Truth {
  eventId: string;
  /** Kind, when it was due, and when it was written, in ms. */
  frames: [kind: string, due: number, written: number][];
}

/** Time from the first piece of each answer to its last, for each piece that follows another. */
function perPiece(truths: readonly Truth[], instant: 1 | 2): number {
  const answers = truths.map(({ frames }) =>
    frames.filter(([kind]) => /content|reasoning/.test(kind)).map((frame) => frame[instant]),
  );
  const span = answers.reduce((sum, at) => sum + at.at(-1)! - at[0]!, 0);
  return span / answers.reduce((gaps, at) => gaps + at.length - 1, 0);
}

// A busy machine is late, on either side. So what a model means to write is held against its law, and what was measured
// against what was written: neither depends on the machine.
test('in a run of the demo every model writes as fast as its own law says, and compare says the same', async () => {
  await using home = await scratch();
  const speed = 2;
  const mock = await createMock({ speed });
  const io = {
    ...testIo(home.path),
    // What is measured here is the clock of the program, so it is the program's own thread that stamps.
    openWire: openThreadWire,
    startMock: () => Promise.resolve({ url: mock.url, stop: nothing }),
  };
  const args = ['run', join(suites, 'smoke.yaml'), '--route', 'demo', '--concurrency', '8', '--quiet'];
  expect(await runInProcess(args, io), io.stderr.text).toBe(0);
  const answer = await fetch(`${mock.url}/__mock/truth`);
  const { records } = (await answer.json()) as { records: Truth[] };
  await mock.close();

  const folder = await onlyRun(home.path);
  const truths = new Map(records.map((record) => [record.eventId, record]));
  const rows = (await Array.fromAsync(readRequests(folder))).filter(({ phase }) => phase === 'measure');
  const rates = new Map<string, number>();
  for (const [model, own] of Map.groupBy(rows, (row) => row.model)) {
    const meant =
      1000 /
      speed /
      perPiece(
        own.map((row) => truths.get(row.event_id)!),
        1,
      );
    const law = lawOf(own[0]!.model_id.replace('custom-ollama/', ''));
    expect(meant / law, `${model}: ${meant} tok/s, by law ${law.toFixed(1)}`).toBeGreaterThan(0.95);
    expect(meant / law, `${model}: ${meant} tok/s, by law ${law.toFixed(1)}`).toBeLessThan(1.05);
    const measured = own.filter((row) => row.tpot_ms !== undefined);
    if (measured.length === 0) {
      // This machine was so late all the time that it rightly says nothing.
      expect(
        own.some((row) => row.lag_excluded !== undefined),
        model,
      ).toBe(true);
      continue;
    }
    const seen = median(measured.map((row) => row.tpot_ms! / perPiece([truths.get(row.event_id)!], 2)));
    expect(seen, `${model}: measured ÷ written`).toBeGreaterThan(0.95);
    expect(seen, `${model}: measured ÷ written`).toBeLessThan(1.05);
  }

  const models = parse<Record<string, string>>(await readFile(join(folder, 'models.csv'), 'utf8'), {
    columns: true,
  });
  for (const { model, output_tps: rate, tpot_ms: perToken } of models) {
    if (rate === '') continue;
    expect((Number(rate) * Number(perToken)) / 1000).toBeCloseTo(1, 3);
    rates.set(model!, Number(rate));
  }
  expect(models).toHaveLength(4);

  const compared = await gatebench(['compare', folder, '--metrics', 'output_tps', '--json'], home.path);
  const { pairs } = JSON.parse(compared.stdout) as {
    pairs: { model_a: string; model_b: string; ratio: number; verdict: string }[];
  };
  const known = pairs.filter(({ model_a: a, model_b: b }) => rates.has(a) && rates.has(b));
  expect(known).toHaveLength((rates.size * (rates.size - 1)) / 2);
  for (const { model_a: a, model_b: b, ratio, verdict } of known) {
    // The comparison weighs prompts alike, the rate weighs tokens: on a busy machine they drift apart by some percent.
    const drift = Math.abs(Math.log(ratio / (rates.get(b)! / rates.get(a)!)));
    expect(drift, `${b} against ${a}: ${ratio}`).toBeLessThan(Math.log(1.25));
    if (verdict === 'faster') expect(rates.get(b)).toBeGreaterThan(rates.get(a)!);
    if (verdict === 'slower') expect(rates.get(b)).toBeLessThan(rates.get(a)!);
  }
});
