import { expect, test } from 'vitest';
import { steadyPart } from './steady.ts';
import { joined } from './testing/joined.ts';

const run = (...times: (readonly [sentAt: number, endedAt: number])[]) =>
  times.map(([sentAt, endedAt]) => joined({ sentAt, endedAt }));

test('only streams that ran while every slot was busy', () => {
  const slots = [run([0, 100], [100, 200], [200, 300]), run([50, 150], [150, 250], [250, 350])];
  // All slots are busy from 50, when the second starts, to 300, when the first is through.
  expect(steadyPart(slots).map(({ sentAt }) => sentAt)).toEqual([100, 200, 50, 150]);
});

test('one slot alone is always busy', () => {
  expect(steadyPart([run([0, 100], [100, 200])])).toHaveLength(2);
});

test('a slot without any stream does not count, and none at all leaves nothing', () => {
  expect(steadyPart([[], run([0, 100])])).toHaveLength(1);
  expect(steadyPart([[], []])).toEqual([]);
});
