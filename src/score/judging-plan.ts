import { defined } from '../base/defined.ts';
import { count } from '../base/text.ts';
import type { Span } from '../load/load-mode.ts';
import { costOf } from '../measure/metrics/cost.ts';
import { sumSpans } from '../plan/estimate.ts';
import { answerLimit, leastUsage, worstCaseUsage } from '../plan/token-estimate.ts';
import type { AskedCriterion, Criterion, Judge, Model, Prompt, Suite } from '../suite/suite.ts';
import { judgeMessages, judgeParams, kinship } from './protocol.ts';

/** The calls to one judge for a run, if every request of it is answered. */
export interface PlannedJudge {
  judge: string;
  model: string;
  route: string;
  calls: number;
  /** Prompt and completion. Absent if the answers, or the judge's own, have no limit. */
  tokens?: Span;
  /** Also absent without a price. */
  cost_usd?: Span;
}

/** With at least this many labels for each model, a judge's rate is corrected by them. */
export const fewestLabels = 30;

/** The calls to judges that a suite's quality part needs, with these routes. */
export function planJudging(suite: Suite, routes: readonly string[]): PlannedJudge[] {
  return (suite.quality?.judges ?? []).map((judge) => {
    const asked = suite.prompts.flatMap((prompt) =>
      (prompt.criteria ?? []).map((one) => callsAbout(prompt, one, judge, suite, routes.length)),
    );
    return {
      judge: judge.id,
      model: judge.model,
      route: judge.route ?? routes[0]!,
      calls: asked.reduce((sum, { calls }) => sum + calls, 0),
      ...defined({
        tokens: sumSpans(asked.map(({ tokens }) => tokens)),
        cost_usd: sumSpans(asked.map(({ usd }) => usd)),
      }),
    };
  });
}

interface Calls {
  calls: number;
  tokens?: Span;
  usd?: Span;
}

/** One prompt and criterion: each answer, or each pair in both orders. */
function callsAbout(
  prompt: Prompt,
  asked: AskedCriterion,
  judge: Judge,
  { quality, models, variants, run, against }: Suite,
  routes: number,
): Calls {
  const criterion = quality!.criteria.find(({ id }) => id === asked.id)!;
  const groups = groupsOf(criterion, models, against !== undefined);
  const times = groups.length * routes * run.repeat * (variants?.length ?? 1);
  const shown = { text: '', toolCalls: [] };
  const answers = criterion.kind === 'ask' ? ([shown] as const) : ([shown, shown] as const);
  const request = {
    id: prompt.id,
    tags: [],
    messages: judgeMessages(
      { criterion, asked, conversation: prompt.messages, answers },
      'x'.repeat(12),
      judge.reply,
    ),
    params: judgeParams(criterion, judge.reply),
    checks: [],
  };
  const { id, model, params, price } = judge;
  const cell = { model: { id, model, params, ...(price ? { price } : {}) }, route: judge.route ?? '' };
  const longest = groups.map((group) => longestOf(group, prompt));
  const isBounded =
    answerLimit({ prompt: request, cell }) !== undefined && longest.every((tokens) => tokens !== undefined);
  if (!isBounded) return { calls: times };
  const low = leastUsage({ prompt: request });
  const high = worstCaseUsage({ prompt: request, cell });
  const answerTokens = longest.reduce<number>((sum, tokens) => sum + tokens, 0) / Math.max(1, groups.length);
  const most = { ...high, promptTokens: high.promptTokens + answerTokens };
  const total = ({ promptTokens, completionTokens }: typeof most): number => promptTokens + completionTokens;
  return {
    calls: times,
    tokens: { low: Math.floor(times * total(low)), high: Math.ceil(times * total(most)) },
    ...(price
      ? { usd: { low: times * (costOf(low, price) ?? 0), high: times * (costOf(most, price) ?? 0) } }
      : {}),
  };
}

/** Tokens of the longest answers that these models may give. Undefined if one of them has no limit. */
function longestOf(models: readonly Model[], prompt: Prompt): number | undefined {
  return models.reduce<number | undefined>((sum, model) => {
    const limit = answerLimit({ prompt, cell: { model, route: '' } });
    return sum === undefined || limit === undefined ? undefined : sum + limit;
  }, 0);
}

/** Items of one repeat: each answer, or each pair in both orders. With two versions: those of each model. */
function groupsOf(criterion: Criterion, models: readonly Model[], hasVersions: boolean): Model[][] {
  const isWanted = ({ id }: Model): boolean => [id, 'all', undefined].includes(criterion.against);
  if (criterion.kind === 'ask')
    return models.flatMap((model) => (hasVersions ? [[model], [model]] : [[model]]));
  const pairs = hasVersions
    ? models.filter(isWanted).map((model) => [model, model])
    : pairsIn(models, criterion);
  return pairs.flatMap((pair) => [pair, pair]);
}

function pairsIn(models: readonly Model[], { against = 'all' }: Criterion): Model[][] {
  return models
    .flatMap((a, at) => models.slice(at + 1).map((b) => [a, b]))
    .filter((pair) => against === 'all' || pair.some(({ id }) => id === against));
}

/** Judges that are close to what they judge. */
export function kinshipWarnings(judges: readonly Judge[], models: readonly Model[]): string[] {
  return judges.flatMap((judge) => {
    const kin = models.map((model) => ({ id: model.id, ...kinship(judge, model) }));
    const self = kin.filter(({ selfJudged }) => selfJudged).map(({ id }) => id);
    const family = kin.filter(({ selfJudged, sameFamily }) => sameFamily && !selfJudged).map(({ id }) => id);
    return [
      ...(self.length > 0
        ? [
            `Judge ${judge.id} judges itself: it is the model ${self.join(', ')}. Models favor their own answers.`,
          ]
        : []),
      ...(family.length > 0
        ? [`Judge ${judge.id} has the same family name as ${family.join(', ')}. It may favor its own kind.`]
        : []),
    ];
  });
}

/** Notes about the judges before they are asked. */
export function judgeWarnings({
  quality,
  models,
  prompts,
}: Pick<Suite, 'quality' | 'models' | 'prompts'>): string[] {
  if (!quality || quality.judges.length === 0) return [];
  const few = quality.criteria.flatMap(({ id }) => {
    const asked = prompts.filter(({ criteria = [] }) => criteria.some((one) => one.id === id)).length;
    if (asked >= fewestLabels) return [];
    return [
      `${id} is asked about ${count(asked, 'prompt')}: a judge's rate can be corrected by people's labels from ${fewestLabels} prompts on.`,
    ];
  });
  return [...kinshipWarnings(quality.judges, models), ...few];
}
