import type { ArmSamples, Collected } from './collect.ts';

/** Two arms to be compared: the verdict is about b. */
export interface ArmPair {
  readonly a: ArmSamples;
  readonly b: ArmSamples;
  readonly labelA: string;
  readonly labelB: string;
}

const routesOf = ({ arms }: Collected): Set<string> => new Set(arms.map(({ route }) => route));

/** How an arm is called in pairs: by its model, and by its route where a run has several. */
export function labeller(...runs: readonly Collected[]): (arm: ArmSamples) => string {
  const hasSeveral = runs.some((run) => routesOf(run).size > 1);
  return ({ model, route }) => (hasSeveral ? `${model}@${route}` : model);
}

/** All models of a route against each other, and all routes of a model. */
export function armPairs(collected: Collected): ArmPair[] {
  const label = labeller(collected);
  const { arms } = collected;
  return arms.flatMap((a, index) =>
    arms
      .slice(index + 1)
      .filter((b) => (a.route === b.route) !== (a.model === b.model))
      .map((b) => ({ a, b, labelA: label(a), labelB: label(b) })),
  );
}

/**
 * Only the routes of each model against each other, the verdict about the later one. `order`: the routes as they are
 * to be read; others come after them.
 */
export function routePairs(collected: Collected, order: readonly string[] = []): ArmPair[] {
  const label = labeller(collected);
  const place = ({ route }: ArmSamples): number =>
    order.includes(route) ? order.indexOf(route) : order.length;
  return armPairs(collected)
    .filter(({ a, b }) => a.model === b.model)
    .map(({ a, b }) => (place(a) <= place(b) ? { a, b } : { a: b, b: a }))
    .map(({ a, b }) => ({ a, b, labelA: label(a), labelB: label(b) }));
}

/**
 * Each model of the earlier run with itself in the later one, on the same route; where a model ran on one route in
 * each, on these, so that two routes can be compared that were run one after the other.
 */
export function runPairs(before: Collected, after: Collected): ArmPair[] {
  const label = labeller(before, after);
  return before.arms.flatMap((a) => {
    const sameModel = after.arms.filter(({ model }) => model === a.model);
    const isOnly =
      sameModel.length === 1 && before.arms.filter(({ model }) => model === a.model).length === 1;
    const b = sameModel.find(({ route }) => route === a.route) ?? (isOnly ? sameModel[0] : undefined);
    return b ? [{ a, b, labelA: `${label(a)}@${before.runId}`, labelB: `${label(b)}@${after.runId}` }] : [];
  });
}
