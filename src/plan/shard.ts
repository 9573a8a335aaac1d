import { UserError } from '../base/user-error.ts';
import type { Prompt } from '../suite/suite.ts';

/** A part of a run: `index` of `count`, from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** Most parts of a run; more have no use, and a typing error could ask for millions. */
const mostShards = 1000;

/** `2/3`. Throws a UserError for anything that names no shard. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index >= 1 && shard.index <= shard.count && shard.count <= mostShards))
    throw new UserError(`--shard takes i/n with 1 ≤ i ≤ n ≤ ${mostShards}, such as 2/3, not "${text}".`);
  return shard;
}

/**
 * The prompts of one shard: every n-th in the order of the suite, so that neighbours, which are often alike, are spread.
 * Models are never split, so a block stays whole. All prompts without a shard.
 */
export function shardPrompts(prompts: readonly Prompt[], shard: Shard | undefined): readonly Prompt[] {
  if (!shard) return prompts;
  return prompts.filter((_, place) => place % shard.count === shard.index - 1);
}
