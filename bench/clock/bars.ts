import { fixed } from '../../src/report/number-text.ts';
import { differences, figureOf, ratios, type Series, type Values } from './findings.ts';
import type { PeerTask, WaveErrors } from './task.ts';
import { ourLevels, task } from './tasks.ts';

/** A target for one figure. */
export interface Bar {
  what: string;
  /** Maximum. Minimum if `isFloor`. */
  limit: number;
  isFloor?: boolean;
  /** The limit in words. */
  limitText: string;
  unit: '×' | 'ms' | '%' | 'n';
  /** It needs an optional tool: without figures it was not measured, which is not a failure. */
  isOptional?: boolean;
  values(series: Series): Values;
  /** A short remark about the figure. */
  note?(series: Series): string;
}

/** Every target, in the order of the table. To add one: add its object. */
export const bars: readonly Bar[] = [
  {
    what: "CPU per chunk, 192 streams, against the SDK's loop",
    limit: 0.55,
    limitText: '≤ 0.55',
    unit: '×',
    values: (series) => ratios(cpuPerChunk(series, 'ours'), cpuPerChunk(series, 'sdk')),
    note: (series) =>
      `${middle(cpuPerChunk(series, 'ours'), 0)} against ${middle(cpuPerChunk(series, 'sdk'), 0)} µs`,
  },
  {
    what: 'CPU per chunk, 192 streams, against bare undici dispatch',
    limit: 1.5,
    limitText: '≤ 1.5',
    unit: '×',
    values: (series) => ratios(cpuPerChunk(series, 'ours'), cpuPerChunk(series, 'dispatch')),
    note: (series) =>
      `${middle(cpuPerChunk(series, 'ours'), 0)} against ${middle(cpuPerChunk(series, 'dispatch'), 0)} µs`,
  },
  arrivalBar(192, 4),
  arrivalBar(512, 15),
  ttftBar(64, 1),
  ttftBar(192, 2.5),
  ttftBar(512, 5),
  waveBar('steady TTFT p50', 192, 0.8, ({ steady }) => steady.ttft.p50),
  waveBar('steady TTFT p99', 64, 1.5, ({ steady }) => steady.ttft.p99),
  waveBar('steady TTFT p99', 192, 0.7, ({ steady }) => steady.ttft.p99),
  waveBar('steady TTFT p99', 512, 0.6, ({ steady }) => steady.ttft.p99),
  waveBar('TTFT p99 from the first send', 192, 0.5, ({ whole }) => whole.ttft.p99),
  waveBar('steady E2E p99', 192, 0.8, ({ steady }) => steady.e2e.p99),
  waveBar('E2E p99 from the first send', 192, 1, ({ whole }) => whole.e2e.p99),
  rustWaveBar('steady TTFT p50', 192, 1, ({ steady }) => steady.ttft.p50),
  rustWaveBar('steady TTFT p99', 64, 2.5, ({ steady }) => steady.ttft.p99),
  rustWaveBar('steady TTFT p99', 192, 2.5, ({ steady }) => steady.ttft.p99),
  rustWaveBar('steady TTFT p99', 512, 4, ({ steady }) => steady.ttft.p99),
  rustWaveBar('TTFT p99 from the first send', 192, 0.1, ({ whole }) => whole.ttft.p99),
  rustWaveBar('steady E2E p99', 192, 2.5, ({ steady }) => steady.e2e.p99),
  {
    what: "256 at once: p99 TTFT error from sent, against the SDK's from the call",
    limit: 1 / 50,
    limitText: '≤ 1/50',
    unit: '×',
    values: (series) => ratios(burstFromSent(series), burstFromCall(series)),
    note: (series) => `${middle(burstFromSent(series), 2)} against ${middle(burstFromCall(series), 0)} ms`,
  },
  {
    what: 'short requests per second, against the SDK with default fetch',
    limit: 1.8,
    isFloor: true,
    limitText: '≥ 1.8',
    unit: '×',
    values: (series) => ratios(perSecond(series, 'ours'), perSecond(series, 'sdk')),
    note: (series) =>
      `${middle(perSecond(series, 'ours'), 0)} against ${middle(perSecond(series, 'sdk'), 0)}`,
  },
  {
    what: 'gatebench run: short answers per second, 32 in flight',
    limit: 3000,
    isFloor: true,
    limitText: '≥ 3000',
    unit: 'n',
    values: (series) => ratePerSecond(series, 32),
    note: (series) =>
      `${middle(runCpu(series, task.run(32)), 2)} ms of processor time each, start and report included`,
  },
  runBar(32, 'the same answers'),
  runBar(256, 'the same answers'),
  runBar(32, 'whole JSON'),
  runBar(256, 'whole JSON'),
  peerBar("sglang's Rust client", task.rust(32)),
  peerBar("sglang's Rust client", task.rust(256)),
  peerBar('k6', task.k6(32)),
  peerBar('k6', task.k6(256)),
  {
    what: 'gatebench run: processor time per answer of 40 pieces',
    limit: 2.2,
    limitText: '≤ 2.2 ms',
    unit: 'ms',
    values: (series) => runCpu(series, task.longRun),
    note: () => 'start and report included',
  },
  {
    what: 'gatebench run: short answers per second over TLS, against without',
    limit: 0.5,
    isFloor: true,
    limitText: '≥ 0.5',
    unit: '×',
    values: (series) =>
      ratios(
        series.values(task.tlsRun, ({ perSecond: rate }) => rate),
        ratePerSecond(series, 32),
      ),
  },
  {
    what: 'gatebench run: short answers per second while somebody views it, against nobody',
    limit: 0.5,
    isFloor: true,
    limitText: '≥ 0.5',
    unit: '×',
    values: (series) =>
      ratios(
        series.values(task.viewedRun, ({ perSecond: rate }) => rate),
        ratePerSecond(series, 32),
      ),
  },
  viewedLagBar('p50', 0.5),
  viewedLagBar('p99', 5),
  {
    what: "heap per open stream, against the SDK's loop",
    limit: 0.5,
    limitText: '≤ 0.5',
    unit: '×',
    values: (series) => ratios(heap(series, 'ours'), heap(series, 'sdk')),
    note: (series) => `${middle(heap(series, 'ours'), 1)} against ${middle(heap(series, 'sdk'), 1)} KiB`,
  },
  {
    what: `rows within client_lag_ms + 1 ms, worst of ${ourLevels.join(', ')} streams`,
    limit: 99,
    isFloor: true,
    limitText: '≥ 99 %',
    unit: '%',
    values: worstHeld,
    note: heldByLevel,
  },
  {
    what: 'gatebench --help, against node -e 0',
    limit: 2.4,
    limitText: '≤ 2.4',
    unit: '×',
    values: (series) => series.values(task.start, ({ helpMs, nodeMs }) => helpMs / nodeMs),
    note: (series) =>
      `${middle(
        series.values(task.start, ({ helpMs }) => helpMs),
        0,
      )} against ${middle(
        series.values(task.start, ({ nodeMs }) => nodeMs),
        0,
      )} ms; Node with yargs alone takes ${middle(
        series.values(task.start, ({ yargsMs }) => yargsMs),
        0,
      )}`,
  },
];

function arrivalBar(streams: number, part: number): Bar {
  const ours = (series: Series): Values => arrivalP99(series, 'ours', streams);
  const sdk = (series: Series): Values => arrivalP99(series, 'sdk', streams);
  return {
    what: `p99 arrival error, ${streams} streams, against the SDK's loop`,
    limit: 1 / part,
    limitText: `≤ 1/${part}`,
    unit: '×',
    values: (series) => ratios(ours(series), sdk(series)),
    note: (series) => `${middle(ours(series), 2)} against ${middle(sdk(series), 1)} ms`,
  };
}

function ttftBar(streams: number, limit: number): Bar {
  const ours = task.streams('ours', streams);
  return {
    what: `p99 TTFT error from sent, ${streams} streams`,
    limit,
    limitText: `≤ ${limit} ms`,
    unit: 'ms',
    values: (series) => series.values(ours, ({ ttft_error_ms }) => ttft_error_ms.p99),
    note: (series) => {
      const request = series.values(ours, ({ request_ms }) => request_ms.p99);
      const late = series.values(ours, ({ server_lateness_ms }) => server_lateness_ms.p99);
      return `not counted: server late by ${middle(request, 1)} in reading, ${middle(late, 1)} in writing`;
    },
  };
}

/** Our error compared with that of the bare loop: both start all requests at once. */
function waveBar(what: string, streams: number, limit: number, error: (found: WaveErrors) => number): Bar {
  const of = (series: Series, client: Client): Values =>
    series.values(task.wave(client, streams), (found) => error(found));
  const cpu = (series: Series, client: Client): Values =>
    series.values(task.wave(client, streams), ({ cpuUsPerChunk }) => cpuUsPerChunk);
  return {
    what: `${what}, error against bare undici's, ${streams} streams at once`,
    limit,
    limitText: `≤ ${limit}`,
    unit: '×',
    values: (series) => ratios(of(series, 'ours'), of(series, 'dispatch')),
    note: (series) =>
      `${middle(of(series, 'ours'), 2)} against ${middle(of(series, 'dispatch'), 2)} ms; ` +
      `${middle(cpu(series, 'ours'), 0)} against ${middle(cpu(series, 'dispatch'), 0)} µs of processor time a chunk`,
  };
}

/**
 * As above, but both include the request's way to the server and its wait there: the Rust client does not tell when a
 * request had left.
 */
function rustWaveBar(
  what: string,
  streams: number,
  limit: number,
  error: (found: WaveErrors) => number,
): Bar {
  const ours = (series: Series): Values =>
    series.values(task.wave('ours', streams), ({ withRequest }) => error(withRequest));
  const rust = (series: Series): Values => series.values(task.rustWave(streams), error);
  return {
    what: `${what}, error against sglang's Rust client's, ${streams} streams at once`,
    limit,
    limitText: `≤ ${limit}`,
    unit: '×',
    isOptional: true,
    values: (series) => ratios(ours(series), rust(series)),
    note: (series) => {
      const alone = series.values(task.wave('ours', streams), error);
      return `${middle(ours(series), 2)} against ${middle(rust(series), 2)} ms; ours without that: ${middle(alone, 2)} ms`;
    },
  };
}

/** The loop has the same answers, or answers of one piece of JSON, which need no stream. */
function runBar(concurrency: number, answers: 'the same answers' | 'whole JSON'): Bar {
  const loop = answers === 'the same answers' ? task.loop(concurrency) : task.short('dispatch', concurrency);
  const bare = (series: Series): Values => series.values(loop, ({ perSecond: rate }) => rate);
  return {
    what: `gatebench run: short answers per second, against bare undici's loop of ${answers}, ${concurrency} in flight`,
    limit: 0.5,
    isFloor: true,
    limitText: '≥ 0.5',
    unit: '×',
    values: (series) => ratios(ratePerSecond(series, concurrency), bare(series)),
    note: (series) => `${middle(ratePerSecond(series, concurrency), 0)} against ${middle(bare(series), 0)}`,
  };
}

/** First set for the Rust client, from a first draft of the wire thread. */
function peerBar(name: string, peer: PeerTask<'rust'> | PeerTask<'k6'>): Bar {
  const { concurrency } = peer;
  const theirs = (series: Series): Values => series.values(peer, ({ perSecond: rate }) => rate);
  return {
    what: `gatebench run: short answers per second, against ${name}, ${concurrency} in flight`,
    limit: 1 / 4,
    isFloor: true,
    limitText: '≥ 1/4',
    unit: '×',
    isOptional: true,
    values: (series) => ratios(ratePerSecond(series, concurrency), theirs(series)),
    note: (series) => `${middle(ratePerSecond(series, concurrency), 0)} against ${middle(theirs(series), 0)}`,
  };
}

/** Lag that an open viewer adds, from the rows of runs with paced streams. */
function viewedLagBar(which: 'p50' | 'p99', limit: number): Bar {
  const lag = (series: Series, of: ReturnType<typeof task.run>): Values =>
    series.values(of, ({ lagMs }) => lagMs[which]);
  return {
    what: `gatebench run: client_lag_ms ${which}, 32 streams, more while somebody views it`,
    limit,
    limitText: `≤ ${limit} ms`,
    unit: 'ms',
    values: (series) => differences(lag(series, task.pacedViewedRun), lag(series, task.pacedRun)),
    note: (series) =>
      `${middle(lag(series, task.pacedViewedRun), 2)} against ${middle(lag(series, task.pacedRun), 2)} ms`,
  };
}

type Client = 'ours' | 'sdk' | 'dispatch';

const cpuPerChunk = (series: Series, client: Client): Values =>
  series.values(task.streams(client, 192), ({ cpu_us_per_chunk }) => cpu_us_per_chunk);
const arrivalP99 = (series: Series, client: Client, streams: number): Values =>
  series.values(task.streams(client, streams), ({ arrival_error_ms }) => arrival_error_ms.p99);
const burstFromSent = (series: Series): Values =>
  series.values(task.burst('ours'), ({ fromSentMs }) => fromSentMs);
const burstFromCall = (series: Series): Values =>
  series.values(task.burst('sdk'), ({ fromCallMs }) => fromCallMs);
const perSecond = (series: Series, client: Client): Values =>
  series.values(task.short(client, 32), ({ perSecond: rate }) => rate);
const ratePerSecond = (series: Series, concurrency: number): Values =>
  series.values(task.run(concurrency), ({ perSecond: rate }) => rate);
const runCpu = (series: Series, of: ReturnType<typeof task.run>): Values =>
  series.values(of, ({ cpuMs }) => cpuMs);
const heap = (series: Series, client: Client): Values =>
  series.values(task.heap(client), ({ kibPerStream }) => kibPerStream);

function worstHeld(series: Series): Values {
  const levels = ourLevels.map((streams) =>
    series.values(task.streams('ours', streams), ({ bound }) => (100 * bound.held) / bound.rows),
  );
  return (levels[0] ?? []).map((_, repetition) => {
    const known = levels.map((level) => level[repetition]).filter((share) => share !== undefined);
    return known.length < levels.length ? undefined : Math.min(...known);
  });
}

function heldByLevel(series: Series): string {
  return ourLevels
    .map((streams) => {
      const found = series.of(task.streams('ours', streams)).filter((level) => level !== undefined);
      const sum = (of: 'rows' | 'held' | 'broken_elsewhere'): number =>
        found.reduce((total, { bound }) => total + bound[of], 0);
      return `${sum('held')}/${sum('rows')} (${sum('broken_elsewhere')} not ours)`;
    })
    .join(', ');
}

function middle(values: Values, decimals: number): string {
  const figure = figureOf(values);
  return figure ? fixed(figure.median, decimals) : '–';
}
