import { expect, test } from 'vitest';
import { parseShard, shardPrompts } from './shard.ts';
import { prompt } from './testing/planned.ts';

test('every shard takes its turn, and together they hold each prompt once', () => {
  const prompts = ['a', 'b', 'c', 'd', 'e'].map((id) => prompt(id));
  const ids = (index: number): string[] => shardPrompts(prompts, { index, count: 2 }).map(({ id }) => id);
  expect([ids(1), ids(2)]).toEqual([
    ['a', 'c', 'e'],
    ['b', 'd'],
  ]);
  expect(shardPrompts(prompts, undefined)).toBe(prompts);
});

test('i/n is read, with blanks too', () => {
  expect(parseShard('2/3')).toEqual({ index: 2, count: 3 });
  expect(parseShard(' 1 / 1 ')).toEqual({ index: 1, count: 1 });
});

test.each(['0/3', '4/3', '1/0', '1', '/', '1/x', '-1/3', '1.5/3', '1/2 1/3', '1/9999999', ''])(
  '"%s" is refused',
  (text) => expect(() => parseShard(text)).toThrow('--shard takes i/n'),
);
