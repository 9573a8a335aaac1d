import type { ClientName } from '../clients/client.ts';
import type { ClientTask, Task } from './task.ts';

type Of<Kind extends Task['kind']> = Extract<Task, { kind: Kind }>;

const streams = (client: ClientName, count: number): Of<'streams'> => ({
  kind: 'streams',
  client,
  streams: count,
});
const burst = (client: ClientName): Of<'burst'> => ({ kind: 'burst', client, streams: 256 });
const short = (client: ClientName): Of<'short'> => ({ kind: 'short', client, concurrency: 32, seconds: 2 });
const heap = (client: ClientName): Of<'heap'> => ({ kind: 'heap', client, streams: 1000 });
const start: Of<'start'> = { kind: 'start', times: 7 };

export const task = { streams, burst, short, heap, start };

/** Levels at which our client runs; at each, the rows' own bound is tried, too. */
export const ourLevels = [8, 64, 192, 512] as const;

/** Every task of one repetition; those that are compared with each other are neighbours. */
export const tasks: readonly Task[] = [
  streams('ours', 8),
  streams('ours', 64),
  streams('dispatch', 192),
  streams('ours', 192),
  streams('sdk', 192),
  streams('ours', 512),
  streams('sdk', 512),
  burst('ours'),
  burst('sdk'),
  short('ours'),
  short('sdk'),
  heap('ours'),
  heap('sdk'),
  start,
];

/** For the progress line. */
export function nameOf(subject: Task): string {
  if (subject.kind === 'start') return 'start of the program';
  const { client, kind }: ClientTask = subject;
  return `${client}: ${kind}${'streams' in subject ? ` ${subject.streams}` : ''}`;
}
