import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onInterruption, type Interruption } from './signals.ts';

let said: string[];
let interruption: Interruption;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  interruption = onInterruption(process, (text) => said.push(text));
});
afterEach(() => {
  interruption.end();
  vi.useRealTimers();
});

const state = (): string => `${interruption.stop.aborted} ${interruption.kill.aborted}`;

test.each(['SIGINT', 'SIGTERM'] as const)('%s lets what is in flight end, for ten seconds', (signal) => {
  expect(state()).toBe('false false');
  process.emit(signal);
  expect(state()).toBe('true false');
  expect(said).toEqual([expect.stringContaining('waiting up to 10 s')]);
  vi.advanceTimersByTime(9_999);
  expect(state()).toBe('true false');
  vi.advanceTimersByTime(1);
  expect(state()).toBe('true true');
});

test('a second one, of either kind, stops at once', () => {
  process.emit('SIGINT');
  process.emit('SIGTERM');
  expect(state()).toBe('true true');
  expect(said).toHaveLength(1);
});

test('once it is ended, signals are left to others and nothing fires later', () => {
  process.emit('SIGINT');
  interruption.end();
  vi.advanceTimersByTime(60_000);
  expect(state()).toBe('true false');
});
