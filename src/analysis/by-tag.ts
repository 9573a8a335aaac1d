import { UserError } from '../base/user-error.ts';
import { defaultAlpha } from '../stats/interval.ts';
import { fewestPrompts } from '../stats/power.ts';
import { choices, quote } from '../suite/nearest.ts';
import type { Suite } from '../suite/suite.ts';
import { cellPairs, type CellPair } from './cell-pairs.ts';
import type { CellSamples, Collected } from './collect.ts';
import { comparePairs, type CompareOptions } from './compare.ts';
import { leadsOf, type Leads } from './leads.ts';
import { summarize } from './summarize.ts';
import type { ModelSummary, PairRow } from './summary-columns.ts';

/** Results for the prompts with one tag: the figures and verdicts of a run of those prompts only. */
export interface TagReport {
  readonly tag: string;
  /** Prompts with this tag. One with several tags counts for each. */
  readonly prompts: number;
  /** Prompts needed before any verdict is possible, however large the difference. */
  readonly neededPrompts: number;
  /** For these prompts only. Counts kept by model and not by prompt (`rate_limited`) are 0 here. */
  readonly models: readonly ModelSummary[];
  /** Corrected together over all tags: ten looks at one run will find something by chance. */
  readonly pairs: readonly PairRow[];
  readonly leads: readonly Leads[];
}

export interface TagOptions extends Omit<CompareOptions, 'by' | 'order'> {
  readonly timeoutMs: number;
}

/** More tags than people look at. Each costs as much time as comparing the whole run. */
export const mostTags = 40;

/** Prompt ids of each tag, in suite order. Leaves out tags that all prompts have: they split nothing. */
export function promptsByTag({ prompts }: Pick<Suite, 'prompts'>): Map<string, ReadonlySet<string>> {
  const byTag = new Map<string, Set<string>>();
  for (const { id, tags } of prompts)
    for (const tag of tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(id));
  return new Map([...byTag].filter(([, ids]) => ids.size < prompts.length).slice(0, mostTags));
}

/** Prompt ids with any of these tags. Throws a UserError that names every tag that no prompt has. */
export function promptsWithTags(
  { prompts }: Pick<Suite, 'prompts'>,
  tags: readonly string[],
): ReadonlySet<string> {
  const known = [...new Set(prompts.flatMap((prompt) => prompt.tags))];
  const unknown = tags.filter((tag) => !known.includes(tag));
  if (unknown.length > 0)
    throw new UserError(
      unknown.map((tag) => `--tags: no prompt has the tag ${quote(tag)}${choices(tag, known)}`).join('\n'),
    );
  return new Set(
    prompts.filter((prompt) => prompt.tags.some((tag) => tags.includes(tag))).map(({ id }) => id),
  );
}

/** The run as if only these prompts had been asked. */
export function onlyPrompts(collected: Collected, ids: ReadonlySet<string>): Collected {
  const cells = collected.cells.map((cell): CellSamples => {
    const prompts = new Map([...cell.prompts].filter(([id]) => ids.has(id)));
    const ofAllPrompts = { rateLimited: 0, canceled: 0, unsent: 0, hiddenReasoning: 0 };
    return { ...cell, prompts, ...ofAllPrompts, unread: new Map<string, number>(), causes: [] };
  });
  return { ...collected, cells: cells.filter(({ prompts }) => prompts.size > 0) };
}

/** Figures and verdicts for each tag of the suite. Empty if tags do not split the prompts. */
export function byTag(collected: Collected, suite: Pick<Suite, 'prompts'>, options: TagOptions): TagReport[] {
  const { timeoutMs, ...compareOptions } = options;
  const tags = [...promptsByTag(suite)].flatMap(([tag, ids]) => {
    const part = onlyPrompts(collected, ids);
    const asked = new Set(part.cells.flatMap(({ prompts }) => [...prompts.keys()])).size;
    return asked === 0 ? [] : [{ tag, part, asked, pairs: cellPairs(part) }];
  });
  const tagOf = new Map<CellPair, string>(tags.flatMap(({ tag, pairs }) => pairs.map((pair) => [pair, tag])));
  const compareAll = (more: CompareOptions) =>
    comparePairs([...tagOf.keys()], { ...compareOptions, ...more }, collected.runId);
  const compared = compareAll({});
  const rowsOf = Map.groupBy(compared, ({ pair }) => tagOf.get(pair)!);
  const costsOf = Map.groupBy(compareAll({ metrics: ['cost_usd'] }), ({ pair }) => tagOf.get(pair)!);
  const neededPrompts = fewestPrompts(defaultAlpha / Math.max(1, compared.length));
  return tags.map(({ tag, part, asked }) => {
    const pairs = (rowsOf.get(tag) ?? []).map(({ row }) => row);
    return {
      tag,
      prompts: asked,
      neededPrompts,
      models: summarize(part, { timeoutMs }),
      pairs,
      leads: leadsOf(part, [...pairs, ...(costsOf.get(tag) ?? []).map(({ row }) => row)]),
    };
  });
}
