import { expect, test } from 'vitest';
import { flamePicture } from './picture.ts';
import { callsWithin, costsByRoom, costsOf, readProfile, type CpuProfile } from './profile.ts';

const node = (
  id: number,
  functionName: string,
  url = '',
  children: number[] = [],
): CpuProfile['nodes'][number] => ({
  id,
  callFrame: { functionName, url, lineNumber: 11 },
  children,
});

/** Ten samples, 100 µs apart: one at rest, six in `read`, of which two were called by `end`, three in V8's collector. */
const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 5, 6]),
    node(2, 'read', 'file:///home/me/src/wire/replay.ts'),
    node(3, 'end', 'file:///home/me/node_modules/@a/b/index.js', [4]),
    node(4, 'read', 'file:///home/me/src/wire/replay.ts'),
    node(5, '(garbage collector)'),
    node(6, '(idle)'),
  ],
  startTime: 1000,
  endTime: 2000,
  samples: [6, 2, 2, 2, 2, 4, 4, 5, 5, 5],
  timeDeltas: Array.from({ length: 10 }, () => 100),
};

test('a function costs what it took wherever it was called from, and rest costs nothing', () => {
  const calls = callsWithin(profile, { from: 0, to: Infinity });
  expect(calls.totalUs).toBe(900);
  expect(costsOf(calls)).toEqual([
    { name: 'read', place: 'src/wire/replay.ts:12', selfUs: 600 },
    { name: '(garbage collector)', place: 'V8', selfUs: 300 },
  ]);
  expect(costsByRoom(costsOf(calls)).map(({ name }) => name)).toEqual(['src/wire', '(garbage collector)']);
  expect(calls.calls.find(({ name }) => name === 'end')).toMatchObject({
    place: '@a/b',
    selfUs: 0,
    totalUs: 200,
  });
});

test('the clock of a thread is brought to that of the machine, and its names are read as they are', () => {
  const near = 9 * 2 ** 32 + 500;
  const text = JSON.stringify({ ...profile, nodes: [node(1, 'a-b')] }).replace('a-b', 'a\\-b');
  expect(readProfile(text, near)).toMatchObject({
    startTime: 9 * 2 ** 32 + 1000,
    nodes: [{ callFrame: { functionName: 'a\\-b' } }],
  });
  expect(readProfile(JSON.stringify(profile), 900).endTime).toBe(2000);
});

test('what was sampled outside of a span is left out', () => {
  expect(callsWithin(profile, { from: 1700, to: 1900 }).totalUs).toBe(200);
});

test('a flame has a box for each call, and nothing in it is markup', () => {
  const calls = callsWithin(
    { ...profile, nodes: [...profile.nodes.slice(0, 1), node(2, '<read>'), ...profile.nodes.slice(2)] },
    { from: 0, to: Infinity },
  );
  const picture = flamePicture(calls, 'a & b');
  expect(picture.match(/<rect /g)).toHaveLength(5);
  expect(picture).toContain('&lt;read&gt;');
  expect(picture).toContain('a &amp; b');
});
