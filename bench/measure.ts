import { Bench, type Task } from 'tinybench';
import type { Case } from './cases/case.ts';

/** Result of a case. Times in µs per unit. */
export interface CaseFigures {
  case: string;
  unit: string;
  ours_us: number;
  bare_us: number;
  bare: string;
  /** Ours ÷ bare. */
  ratio: number;
  /** Units per second of ours, by the clock of the case. */
  per_second: number;
  clock: 'processor' | 'wall';
  /** Number of measured calls of ours. */
  calls: number;
}

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Medians over the calls that fit into `timeMs` for each side. Rejects if a call fails. */
export async function measureCase(subject: Case, timeMs: number): Promise<CaseFigures> {
  const opened = await subject.open();
  const bench = new Bench({
    time: timeMs,
    iterations: 5,
    warmupTime: timeMs / 4,
    warmupIterations: 2,
    throws: true,
    // One side must not pay for the garbage of the other.
    setup: () => globalThis.gc?.(),
    ...(subject.clock === 'processor' ? { now: processorMs } : {}),
  });
  // `async: true`: otherwise tinybench would make an extra call of each to find out.
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
