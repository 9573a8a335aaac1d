import { fixed } from '../../src/report/number-text.ts';
import type { QueueMeasured } from './figures.ts';

/** A run over many places, and the prices behind its cost. It was never run. */
export interface Scale {
  regions: number;
  workersPerRegion: number;
  /** Requests that each worker has in flight. */
  streamsPerWorker: number;
  secondsPerAnswer: number;
  promptTokens: number;
  completionTokens: number;
  /** In USD for a million tokens. */
  price: { prompt: number; completion: number };
  /** In USD an hour, for a machine with one processor, and for a small server with the queue and the coordinator. */
  workerUsd: number;
  queueUsd: number;
  /** Of a row of `requests.csv`, with its line of `answers.jsonl`. */
  bytesPerRow: number;
  /** Most requests at once that the provider's plans allow one account. */
  accountSlots: number;
  /** What somebody may want to spend on tokens, in USD an hour. */
  tokensUsdPerHour: number;
  /** Jobs a second that one queue was seen to pass; rows a second that one coordinator was seen to write. */
  jobsPerSecond: number;
  rowsPerSecond: number;
}

export const scale: Omit<Scale, 'jobsPerSecond' | 'rowsPerSecond'> = {
  ...{ regions: 10, workersPerRegion: 100, streamsPerWorker: 20, secondsPerAnswer: 20 },
  ...{ promptTokens: 500, completionTokens: 500, price: { prompt: 0.6, completion: 2.2 } },
  ...{ workerUsd: 0.008, queueUsd: 0.03, bytesPerRow: 1000, accountSlots: 10, tokensUsdPerHour: 100 },
};

export interface Reckoned {
  requestsPerSecond: number;
  perRegion: number;
  inFlight: number;
  machinesUsd: number;
  queuesUsd: number;
  tokensUsd: number;
  /** Machines and queues, of all. */
  machinesShare: number;
  gigabytesPerDay: number;
  /** Requests a second that each limit allows in all, the lowest first. */
  limits: { what: string; perSecond: number }[];
}

/** All USD are per hour. */
export function reckon(of: Scale): Reckoned {
  const workers = of.regions * of.workersPerRegion;
  const inFlight = workers * of.streamsPerWorker;
  const requestsPerSecond = inFlight / of.secondsPerAnswer;
  const perHour = requestsPerSecond * 3600;
  const usd = (tokens: number, price: number): number => (perHour * tokens * price) / 1e6;
  const tokensUsd = usd(of.promptTokens, of.price.prompt) + usd(of.completionTokens, of.price.completion);
  const [machinesUsd, queuesUsd] = [workers * of.workerUsd, of.regions * of.queueUsd];
  const own = machinesUsd + queuesUsd;
  return {
    ...{ requestsPerSecond, inFlight, machinesUsd, queuesUsd, tokensUsd },
    perRegion: requestsPerSecond / of.regions,
    machinesShare: own / (own + tokensUsd),
    gigabytesPerDay: (requestsPerSecond * of.bytesPerRow * 86_400) / 1e9,
    limits: [
      {
        what: `slots of one account's plan: ${of.accountSlots}`,
        perSecond: of.accountSlots / of.secondsPerAnswer,
      },
      {
        what: `tokens for ${fixed(of.tokensUsdPerHour, 0)} USD an hour`,
        perSecond: (requestsPerSecond * of.tokensUsdPerHour) / tokensUsd,
      },
      {
        what: `jobs of the queues: ${fixed(of.jobsPerSecond, 0)} a second in each region`,
        perSecond: of.jobsPerSecond * of.regions,
      },
      {
        what: `rows of the coordinators: ${fixed(of.rowsPerSecond, 0)} a second in each region`,
        perSecond: of.rowsPerSecond * of.regions,
      },
    ].toSorted((a, b) => a.perSecond - b.perSecond),
  };
}

/** The reckoning as Markdown. Jobs and rows a second are those that `npm run bench:queue` measured, on one machine. */
export function reckoningText(measured: QueueMeasured): string {
  const redis = measured.lines.filter(({ engine, workers }) => engine === 'Redis' && workers !== undefined);
  const own = measured.lines.find(({ workers }) => workers === undefined);
  if (redis.length === 0 || !own) return 'Nothing can be reckoned without figures of Redis.';
  const given: Scale = {
    ...scale,
    jobsPerSecond: Math.max(...redis.map(({ full }) => full.perSecond)),
    rowsPerSecond: own.full.perSecond,
  };
  const { limits, ...found } = reckon(given);
  const lines: [string, string, string][] = [
    [
      'requests in flight',
      fixed(found.inFlight, 0),
      `${given.regions} regions × ${given.workersPerRegion} workers × ${given.streamsPerWorker} streams`,
    ],
    [
      'requests a second',
      fixed(found.requestsPerSecond, 0),
      `each takes ${given.secondsPerAnswer} s; ${fixed(found.perRegion, 0)} in a region`,
    ],
    ['workers, USD an hour', fixed(found.machinesUsd, 2), `${given.workerUsd} USD each`],
    [
      'queues and coordinators, USD an hour',
      fixed(found.queuesUsd, 2),
      `${given.queueUsd} USD in each region`,
    ],
    [
      'tokens, USD an hour',
      fixed(found.tokensUsd, 0),
      `${given.promptTokens} in at ${given.price.prompt} USD a million, ${given.completionTokens} out at ${given.price.completion}`,
    ],
    ['machines, of the whole bill', `${fixed(100 * found.machinesShare, 1)} %`, ''],
    ['journal, GB a day', fixed(found.gigabytesPerDay, 0), `${fixed(given.bytesPerRow, 0)} bytes a request`],
  ];
  const stops = limits.map(({ what, perSecond }) => {
    const times = perSecond / found.requestsPerSecond;
    return [
      what,
      fixed(perSecond, perSecond < 10 ? 1 : 0),
      times >= 1 ? `${fixed(times, 1)} times as many` : `1 in ${fixed(1 / times, 0)}`,
    ];
  });
  const table = (head: string[], rows: string[][]): string =>
    [head, head.map((_, n) => (n === 1 ? '---:' : '---')), ...rows]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n');
  return [
    table(['figure', 'value', 'from'], lines),
    '',
    'What stops it, from the first limit to the last:',
    '',
    table(['limit', 'requests a second', `against ${fixed(found.requestsPerSecond, 0)}`], stops),
  ].join('\n');
}
