import type { Redact } from '../base/redact.ts';
import { UserError } from '../base/user-error.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { Judge, Model, Suite } from '../suite/suite.ts';
import { isSimulatedRoute } from '../target/routes.ts';
import { resolveTargets, type Target, type TargetOptions } from '../target/targets.ts';

/** Where to ask the judges. */
export interface JudgeTargets {
  of(judge: string): Target;
  redact: Redact;
}

/** The route of each judge: its own, or that of the run. */
export function judgeRoutes(judges: readonly Judge[], runRoute: string): string[] {
  return [...new Set(judges.map(({ route }) => route ?? runRoute))];
}

/** Throws a UserError like `resolveTargets`, and if a run's own route would now lead to another host. */
export function judgeTargets(
  judges: readonly Judge[],
  gateway: Suite['gateway'],
  routes: Manifest['routes'],
  options: Omit<TargetOptions, 'routes'>,
): JudgeTargets {
  const [runRoute] = routes;
  const groups = judgeRoutes(judges, runRoute!.route).map((route) => {
    const own = judges.filter((judge) => (judge.route ?? runRoute!.route) === route);
    const targets = resolveTargets({ models: own.map(asModel), gateway }, { ...options, routes: [route] });
    return { own, targets };
  });
  for (const { own, targets } of groups)
    for (const { id } of own.filter(({ route }) => route === undefined))
      assertSameHost(id, targets.routes[0]!, runRoute!);
  const byId = new Map(
    groups.flatMap(({ targets }) => targets.cells.map((target) => [target.model.id, target] as const)),
  );
  return {
    of: (judge) => byId.get(judge)!,
    redact: (text) => groups.reduce((clean, { targets }) => targets.redact(clean), text),
  };
}

/** A judge is called like any model. */
function asModel({ id, model, params, concurrency, price }: Judge): Model {
  return { id, model, params, concurrency, ...(price ? { price } : {}) };
}

/** Prompts and answers of a run may go only where the run went, or where the suite says. */
function assertSameHost(
  judge: string,
  now: { route: string; host: string },
  then: { route: string; host: string },
): void {
  if (isSimulatedRoute(now.route) || now.host === then.host) return;
  throw new UserError(
    `judge ${judge}: the run went to ${then.host} on the route "${then.route}"; now the judge would be asked at ${now.host}. ` +
      'Use the same --base-url, or give the judge a route of its own.',
  );
}
