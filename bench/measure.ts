import { Bench, type Task } from 'tinybench';
import type { Case } from './cases/case.ts';

/** What a case found; times in µs for each unit. */
export interface CaseFigures {
  case: string;
  unit: string;
  ours_us: number;
  bare_us: number;
  bare: string;
  /** Ours ÷ bare. */
  ratio: number;
  /** Units that ours does in a second, of the clock that the case counts by. */
  per_second: number;
  clock: 'processor' | 'wall';
  /** Calls of ours that were measured. */
  calls: number;
}

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Medians over the calls that fit into `timeMs` for each side. Rejects when a call fails. */
export async function measureCase(subject: Case, timeMs: number): Promise<CaseFigures> {
  const opened = await subject.open();
  const bench = new Bench({
    time: timeMs,
    iterations: 5,
    warmupTime: timeMs / 4,
    warmupIterations: 2,
    throws: true,
    // What the garbage of one side costs shall not be paid by the other.
    setup: () => globalThis.gc?.(),
    ...(subject.clock === 'processor' ? { now: processorMs } : {}),
  });
  // `async: true`, or tinybench would call each once more to find out.
  for (const side of ['ours', 'bare'] as const)
    bench.add(
      side,
      async () => {
        await opened[side]();
      },
      { async: true },
    );
  try {
    await bench.run();
  } finally {
    await opened.close?.();
  }
  const oursMs = medianMs(bench.getTask('ours')!);
  const bareMs = medianMs(bench.getTask('bare')!);
  return {
    case: subject.name,
    unit: subject.unit,
    ours_us: (oursMs * 1000) / subject.units,
    bare_us: (bareMs * 1000) / subject.units,
    bare: subject.bareName,
    ratio: oursMs / bareMs,
    per_second: (subject.units * 1000) / oursMs,
    clock: subject.clock,
    calls: bench.getTask('ours')!.runs,
  };
}

function medianMs({ name, result }: Task): number {
  if (result.state !== 'completed') throw new Error(`${name} ended as ${result.state}`);
  return result.latency.p50;
}
