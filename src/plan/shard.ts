import { UserError } from '../base/user-error.ts';
import type { Prompt } from '../suite/suite.ts';

/** A part of a run: `index` of `count`, from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** Most parts of a run. More are useless, and a typo could ask for millions. */
const mostShards = 1000;

/** `2/3`. Throws a UserError for anything that is not a shard. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index >= 1 && shard.index <= shard.count && shard.count <= mostShards))
    throw new UserError(`--shard takes i/n with 1 ≤ i ≤ n ≤ ${mostShards}, such as 2/3, not "${text}".`);
  return shard;
}

/**
 * The prompts of one shard: every n-th in suite order, so that neighbors, which are often alike, are spread out.
 * Models are never split, so a block stays whole. Without a shard: all prompts.
 */
export function shardPrompts(prompts: readonly Prompt[], shard: Shard | undefined): readonly Prompt[] {
  if (!shard) return prompts;
  return prompts.filter((_, place) => place % shard.count === shard.index - 1);
}
