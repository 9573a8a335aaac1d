import { k6Path } from './k6.ts';
import { rustFolder } from './rust.ts';
import type { ClientName } from '../clients/client.ts';
import type { Task } from './task.ts';

type Of<Kind extends Task['kind']> = Extract<Task, { kind: Kind }>;

const streams = (client: ClientName, count: number): Of<'streams'> => ({
  kind: 'streams',
  client,
  streams: count,
});
const wave = (client: ClientName, count: number): Of<'wave'> => ({ kind: 'wave', client, streams: count });
const burst = (client: ClientName): Of<'burst'> => ({ kind: 'burst', client, streams: 256 });
const short = (client: ClientName, concurrency = 32): Of<'short'> => ({
  kind: 'short',
  client,
  concurrency,
  seconds: 2,
});
/** Bare undici's loop, with the answers of `run`. */
const loop = (concurrency: number): Of<'short'> => ({ ...short('dispatch', concurrency), frames: 5 });
/** Answers of five pieces that come at once, like most short ones. */
const run = (concurrency: number, more: Partial<Of<'run'>> = {}): Of<'run'> => ({
  kind: 'run',
  concurrency,
  requests: 6000,
  frames: 5,
  isTls: false,
  isViewed: false,
  ...more,
});
/** Answers of forty pieces, one after another. */
const longRun = run(32, { frames: 40, requests: 2000 });
const tlsRun = run(32, { isTls: true });
const viewedRun = run(32, { isViewed: true });
/** Answers that stream for half a second, so that the lag is not that of a full machine. */
const paced = { frames: 20, requests: 400, paceMs: 20 };
const pacedRun = run(32, paced);
const pacedViewedRun = run(32, { ...paced, isViewed: true });
const heap = (client: ClientName): Of<'heap'> => ({ kind: 'heap', client, streams: 1000 });
const start: Of<'start'> = { kind: 'start', times: 7 };

const rustWave = (count: number): Of<'rust wave'> => ({ kind: 'rust wave', streams: count });
const rust = (concurrency: number): Of<'rust'> => ({ kind: 'rust', concurrency, requests: 6000, frames: 5 });
const k6 = (concurrency: number): Of<'k6'> => ({ ...rust(concurrency), kind: 'k6' });

/** What others do with the requests of `run`, as far as they are here. */
const peers = (concurrency: number): Task[] => [
  ...(rustFolder === undefined ? [] : [rust(concurrency)]),
  ...(k6Path === undefined ? [] : [k6(concurrency)]),
];

export const task = {
  ...{
    streams,
    wave,
    burst,
    short,
    loop,
    run,
    rust,
    rustWave,
    k6,
    longRun,
    tlsRun,
    viewedRun,
    pacedRun,
    pacedViewedRun,
  },
  ...{ heap, start },
};

/** Levels at which our client runs. At each, the rows' own bound is also tested. */
export const ourLevels = [8, 64, 192, 512] as const;
/** Levels of the closed loops that start all at once. */
export const waveLevels = [64, 192, 512] as const;

/** Every task of one repetition. Those that are compared with each other are adjacent. */
export const tasks: readonly Task[] = [
  streams('ours', 8),
  streams('ours', 64),
  streams('dispatch', 192),
  streams('ours', 192),
  streams('sdk', 192),
  streams('ours', 512),
  streams('sdk', 512),
  ...waveLevels.flatMap((count) => [
    wave('ours', count),
    wave('dispatch', count),
    ...(rustFolder === undefined ? [] : [rustWave(count)]),
  ]),
  burst('ours'),
  burst('sdk'),
  short('ours'),
  short('sdk'),
  short('dispatch'),
  loop(32),
  run(32),
  ...peers(32),
  short('dispatch', 256),
  loop(256),
  run(256),
  ...peers(256),
  longRun,
  tlsRun,
  viewedRun,
  pacedRun,
  pacedViewedRun,
  heap('ours'),
  heap('sdk'),
  start,
];

/** For the progress line. */
export function nameOf(subject: Task): string {
  if (subject.kind === 'start') return 'start of the program';
  if (subject.kind === 'run')
    return `gatebench run: ${subject.concurrency} × ${subject.frames} pieces${subject.isTls ? ', TLS' : ''}${subject.paceMs ? `, ${subject.paceMs} ms apart` : ''}${subject.isViewed ? ', viewed' : ''}`;
  if (subject.kind === 'rust' || subject.kind === 'k6')
    return `${subject.kind === 'rust' ? "sglang's Rust client" : 'k6'}: ${subject.concurrency} × ${subject.frames} pieces`;
  if (subject.kind === 'rust wave') return `sglang's Rust client: wave ${subject.streams}`;
  const { client, kind } = subject;
  return `${client}: ${kind}${'streams' in subject ? ` ${subject.streams}` : ''}`;
}
