import { duration, fixed } from '../../src/report/number-text.ts';

/** What `npm run bench:queue` found. */
export interface QueueMeasured {
  /** Where, and under which load. */
  machine: string;
  lines: QueueFigures[];
}

/** One way of sending. */
export interface QueueFigures {
  engine: string;
  /** Absent: the process of the run sends by itself. */
  workers?: number;
  /** One request at a time: how long its way is. */
  one: Pace;
  /** 32 at a time: how many get through. */
  full: Pace;
}

interface Pace {
  /** Answers a second, without the first tenth. */
  perSecond: number;
  /** `dispatch_ms`: from the coordinator to the worker and back, without the time at the worker. Absent in one process. */
  p50Ms?: number;
  p99Ms?: number;
}

/** As Markdown. */
export function queueTable({ machine, lines }: QueueMeasured): string {
  const way = ({ p50Ms, p99Ms }: Pace): string[] =>
    [p50Ms, p99Ms].map((ms) => (ms === undefined ? '–' : duration(ms)));
  const rows = lines.map(({ engine, workers, one, full }) => [
    ...[engine, workers === undefined ? '–' : String(workers)],
    ...[fixed(one.perSecond, 0), ...way(one), fixed(full.perSecond, 0), ...way(full)],
  ]);
  const head = [
    'engine',
    'workers',
    '1 in flight: answers/s',
    'dispatch p50',
    'p99',
    '32 in flight: answers/s',
    'dispatch p50',
    'p99',
  ];
  const rule = head.map((_, n) => (n === 0 ? '---' : '---:'));
  return [machine, '', ...[head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}
