import { expect, test } from 'vitest';
import { workerLines, type WorkerState, workerWords } from './worker-state.ts';

const worker = (name: string, some: Partial<WorkerState> = {}): WorkerState => ({
  ...{ name, isThere: true, inFlight: 1, done: 10, lost: 0, perSecond: 0.5 },
  ...some,
});
const shown = (states: WorkerState[]): string[] =>
  workerLines(states).map(
    (line) => `${line.isBelow ? '- ' : ''}${line.label}: ${workerWords(line).join(', ')}`,
  );

test('a line for each worker; if several are in one place, the line of the place is above them', () => {
  expect(
    shown([
      worker('w1', { vantage: 'fra' }),
      worker('w2', { vantage: 'fra', isThere: false, inFlight: 0, lost: 2 }),
      worker('w3', { vantage: 'iad', done: 1234 }),
    ]),
  ).toEqual([
    'fra, 1 worker: 1 in flight, 20 done, 2 lost, 0.50/s',
    '- w1: 1 in flight, 10 done, 0 lost, 0.50/s',
    '- w2: gone, 10 done, 2 lost, 0.50/s',
    'w3 from iad: 1 in flight, 1,234 done, 0 lost, 0.50/s',
  ]);
  expect(shown([worker('w1'), worker('w2')])).toHaveLength(2);
  expect(shown([])).toEqual([]);
});

test('of very many workers the places are shown, with their sums', () => {
  const of = (vantage?: string): WorkerState[] =>
    Array.from({ length: 7 }, (_, n) => worker(`w${n}`, vantage === undefined ? {} : { vantage }));
  expect(shown([...of('fra'), ...of('iad')])).toEqual([
    'fra, 7 workers: 7 in flight, 70 done, 0 lost, 3.50/s',
    'iad, 7 workers: 7 in flight, 70 done, 0 lost, 3.50/s',
  ]);
  expect(shown([...of(), ...of()])).toEqual(['14 workers: 14 in flight, 140 done, 0 lost, 7.00/s']);
});

test('a name cannot move the cursor', () => {
  expect(shown([worker('w\u001b[2J\n1')])[0]).not.toMatch(/\u001b|\n/);
});
