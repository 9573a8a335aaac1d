import { cost } from './metrics/cost.ts';
import { e2eLatency } from './metrics/e2e-latency.ts';
import { firstEvent } from './metrics/first-event.ts';
import { iclP50, iclP99, maxStall } from './metrics/inter-chunk.ts';
import { e2eOutputTps, outputTps } from './metrics/output-rate.ts';
import { reasoningTime } from './metrics/reasoning-time.ts';
import { evalTime, loadTime, promptEval, serverQueue, serverTotal } from './metrics/server-times.ts';
import { streamEnd } from './metrics/stream-end.ts';
import { tpot } from './metrics/tpot.ts';
import { ttfat } from './metrics/ttfat.ts';
import { ttfb } from './metrics/ttfb.ts';
import { upload } from './metrics/upload.ts';
import { ttft } from './metrics/ttft.ts';

/** Times within one attempt. To add a metric: write its file, add its line here, or to one of the lists below. */
export const latencies = [
  ttfb,
  firstEvent,
  ttft,
  ttfat,
  reasoningTime,
  e2eLatency,
  streamEnd,
  tpot,
  iclP50,
  iclP99,
  maxStall,
] as const;

/** Figures that need tokens or prices. */
export const rates = [outputTps, e2eOutputTps, cost] as const;

/** Where the server says that its time went. Last in a row, because few servers report it. */
export const serverTimes = [serverTotal, loadTime, promptEval, evalTime] as const;

/** As above, added later: their columns follow the earlier ones. */
export const laterServerTimes = [serverQueue] as const;

/** Also added later. */
export const laterLatencies = [upload] as const;

/** Every metric, in the order of its columns. */
export const allMetrics = [
  ...latencies,
  ...rates,
  ...serverTimes,
  ...laterServerTimes,
  ...laterLatencies,
] as const;

type Summarized = Extract<(typeof allMetrics)[number], { summarized: number }>;

/** Metrics that are summarized, ranked and compared for each model. */
export const headlines: readonly Summarized[] = allMetrics
  .filter((metric): metric is Summarized => 'summarized' in metric)
  .sort((a, b) => a.summarized - b.summarized);

/** How fast a model writes, in two units. For a model, each is one ratio of sums, not a mean of its answers' rates. */
export const decodeRates = [tpot.name, outputTps.name] as const;
