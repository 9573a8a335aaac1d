import type { Usage } from '../measure/exchange.ts';
import { isObject } from './json-words.ts';
import type { Unread } from './unread.ts';

/** Path of a count below `usage`: names from the outside in. */
type Place = readonly string[];

/** Names of one count, the usual one first. If a server sends several, they mean the same. */
const names: Readonly<Record<keyof Usage, readonly Place[]>> = {
  promptTokens: [
    ['prompt_tokens'],
    ['input_tokens'],
    ['promptTokens'],
    ['inputTokens'],
    ['promptTokenCount'],
    ['prompt_eval_count'],
    ['inputTokenCount'],
    ['tokens', 'input_tokens'],
    ['billed_units', 'input_tokens'],
    ['input_length'],
  ],
  cachedTokens: [
    ['prompt_tokens_details', 'cached_tokens'],
    ['input_tokens_details', 'cached_tokens'],
    ['prompt_cache_hit_tokens'],
    ['cache_read_input_tokens'],
    ['cached_tokens'],
    ['num_cached_tokens'],
    ['cachedContentTokenCount'],
    ['cacheReadInputTokenCount'],
    ['prompt_eval_cached_count'],
  ],
  completionTokens: [
    ['completion_tokens'],
    ['output_tokens'],
    ['completionTokens'],
    ['outputTokens'],
    ['candidatesTokenCount'],
    ['eval_count'],
    ['outputTokenCount'],
    ['tokens', 'output_tokens'],
    ['billed_units', 'output_tokens'],
    ['generated_tokens'],
  ],
  reasoningTokens: [
    ['completion_tokens_details', 'reasoning_tokens'],
    ['output_tokens_details', 'reasoning_tokens'],
    ['reasoning_tokens'],
    ['thoughtsTokenCount'],
  ],
  totalTokens: [['total_tokens'], ['totalTokens'], ['totalTokenCount']],
};

const entries = Object.entries(names) as [keyof Usage, readonly Place[]][];
const everyName = new Set(entries.flatMap(([, places]) => places.map(([name]) => name!)));

/** Token counts of one answer as they come: all at once, or growing with every frame. */
export class UsageCounts {
  #latest: Usage = {};

  /** Takes in the value of `usage` or its equivalent. False if it held no count. */
  add(usage: unknown, unread: Unread): boolean {
    if (!isObject(usage)) {
      unread.note('usage', usage);
      return false;
    }
    for (const name of everyName) {
      const value = usage[name];
      if (value === undefined) continue;
      if (tokenCount(value) === undefined && !isObject(value)) unread.note(`usage.${name}`, value);
    }
    const found: Usage = {};
    for (const [count, places] of entries) {
      const value = firstOf(usage, places);
      if (value !== undefined) found[count] = value;
    }
    if (Object.keys(found).length === 0) {
      if (unread.isEmpty) unread.note('usage', usage);
      return false;
    }
    if (usage['prompt_tokens'] === undefined) addAnthropicCache(found, usage);
    // Some servers send growing usage with every chunk: the last one counts. A zero after a count is a placeholder.
    for (const [count, value] of Object.entries(found) as [keyof Usage, number][])
      if (value !== 0 || !this.#latest[count]) this.#latest[count] = value;
    return true;
  }

  /** The measured usage, given whether any text came, and whether the counts contradicted each other. */
  measured(hasText: boolean): { usage: Usage; contradicts: boolean } {
    const usage = withReasoning(withoutPlaceholders({ ...this.#latest }, hasText));
    const doubtful = contradictions(usage);
    const sound = Object.entries(usage).filter(([count]) => !doubtful.has(count as keyof Usage));
    return { usage: Object.fromEntries(sound), contradicts: doubtful.size > 0 };
  }
}

/** Anthropic counts tokens read from its cache, or written to it, in addition to the input. */
function addAnthropicCache(found: Usage, usage: Record<string, unknown>): void {
  if (found.promptTokens === undefined || usage['input_tokens'] === undefined) return;
  if (usage['input_tokens_details'] !== undefined) return;
  for (const name of ['cache_read_input_tokens', 'cache_creation_input_tokens'])
    found.promptTokens += tokenCount(usage[name]) ?? 0;
}

function firstOf(usage: Record<string, unknown>, places: readonly Place[]): number | undefined {
  let zero: number | undefined;
  for (const place of places) {
    const value = tokenCount(at(usage, place));
    if (value) return value;
    zero ??= value;
  }
  return zero;
}

function at(value: unknown, place: Place): unknown {
  let found = value;
  for (const name of place) found = isObject(found) ? found[name] : undefined;
  return found;
}

/**
 * A prompt has tokens, and so has an answer with text. A zero there was not counted, and neither were the zeros that
 * came with it.
 */
function withoutPlaceholders(usage: Usage, hasText: boolean): Usage {
  if (usage.promptTokens === 0) {
    delete usage.promptTokens;
    if (usage.cachedTokens === 0) delete usage.cachedTokens;
  }
  if (usage.completionTokens === 0 && hasText) {
    delete usage.completionTokens;
    if (usage.reasoningTokens === 0) delete usage.reasoningTokens;
    // The sum of the prompt and of what was not counted.
    if (usage.totalTokens === usage.promptTokens) delete usage.totalTokens;
  }
  if (usage.totalTokens === 0) delete usage.totalTokens;
  return usage;
}

/**
 * xAI and Gemini count reasoning outside the completion, as the total shows: it is the sum of all three. Our completion
 * includes reasoning, like OpenAI's.
 */
function withReasoning(usage: Usage): Usage {
  const { promptTokens, completionTokens, reasoningTokens = 0, totalTokens } = usage;
  if (promptTokens === undefined || completionTokens === undefined || reasoningTokens === 0) return usage;
  const isBeside = totalTokens === promptTokens + completionTokens + reasoningTokens;
  return isBeside ? { ...usage, completionTokens: completionTokens + reasoningTokens } : usage;
}

/** Counts of which at least one must be wrong, without a way to tell which. */
function contradictions({
  promptTokens: prompt,
  cachedTokens: cached,
  completionTokens: completion,
  reasoningTokens: reasoning,
  totalTokens: total,
}: Usage): Set<keyof Usage> {
  const doubtful = new Set<keyof Usage>();
  const is = (condition: boolean, ...counts: (keyof Usage)[]): void => {
    if (condition) for (const count of counts) doubtful.add(count);
  };
  is((total ?? Infinity) < (completion ?? 0), 'totalTokens', 'completionTokens');
  is((total ?? Infinity) < (prompt ?? 0), 'totalTokens', 'promptTokens');
  is((cached ?? 0) > (prompt ?? Infinity), 'cachedTokens', 'promptTokens');
  is((reasoning ?? 0) > (completion ?? Infinity), 'reasoningTokens', 'completionTokens');
  const isTooSmallASum = (total ?? Infinity) < (prompt ?? 0) + (completion ?? 0);
  is(isTooSmallASum && doubtful.size === 0, 'totalTokens', 'promptTokens', 'completionTokens');
  return doubtful;
}

/** A plausible count: a whole number, not negative, not absurd. Anything else counts as not reported. */
function tokenCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1e9
    ? value
    : undefined;
}
