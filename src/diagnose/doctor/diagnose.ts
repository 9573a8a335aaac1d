import { answerQuestions, type Answer } from './questions.ts';
import type { Facts, Probe, RouteFacts } from './doctor-facts.ts';
import type { Finding, Mark, Place, RefusalKind, Refused, Said } from './finding.ts';
import { observations, refusals } from './findings.ts';
import { recommend } from './recommend.ts';
import { routeState, type RouteState } from './route-state.ts';

/** Result of an examination. */
export interface Diagnosis {
  facts: Facts;
  /** Worst first. */
  findings: readonly Finding[];
  states: ReadonlyMap<string, RouteState>;
  /** Findings about this account, good or bad. */
  answers: readonly Answer[];
  /** Which route to use, in a sentence or two. */
  recommendation: string;
  /** Nothing needs fixing, and every tested route gave a good answer. */
  healthy: boolean;
}

const order: readonly Mark[] = ['wrong', 'warning', 'note'];

/** Derives everything from the facts. Pure: the same facts give the same diagnosis. */
export function diagnose(facts: Facts): Diagnosis {
  const findings = merged([...reasons(facts), ...observed(facts)]);
  const states = new Map(facts.routes.map((route) => [route.route, routeState(route)]));
  return {
    facts,
    findings,
    states,
    answers: answerQuestions(facts),
    recommendation: recommend(facts, states),
    healthy:
      findings.every(({ mark }) => mark !== 'wrong') &&
      [...states.values()].every((state) => state !== 'fails'),
  };
}

/** The reason of each failed question. */
function reasons(facts: Facts): Finding[] {
  return facts.routes.flatMap((route) =>
    [...Map.groupBy(route.probes, ({ model }) => model).values()].flatMap((asked) => {
      const found = asked.flatMap((probe) => {
        const refused = refusedOf(probe, route, facts);
        return refused ? [reasonOf(refused)] : [];
      });
      // A model gives the same finding streamed and not streamed, apart from the ids of the two requests.
      return found.filter(({ id }, index) => found.findIndex((other) => other.id === id) === index);
    }),
  );
}

function refusedOf(probe: Probe, route: RouteFacts, facts: Facts): Refused | undefined {
  if (probe.exchange.outcome === 'ok') return undefined;
  const provider = route.providers.find(({ slug }) => slug === probe.slug) ?? { slug: probe.slug };
  return { probe, failure: probe.exchange.failure, route, provider, facts };
}

function reasonOf(refused: Refused): Finding {
  for (const kind of refusals) {
    const said = kind.explain(refused);
    if (said) return findingOf(kind, said, [placeOf(kind, refused.probe)]);
  }
  throw new Error(`no known cause for ${refused.failure.family} ${refused.failure.code}`);
}

const placeOf = ({ ofRoute }: RefusalKind, { route, model }: Probe): Place =>
  ofRoute ? { route } : { route, model };

function observed(facts: Facts): Finding[] {
  return observations.flatMap((kind) =>
    kind.look(facts).map(({ where, ...said }) => findingOf(kind, said, where)),
  );
}

function findingOf({ id, mark }: { id: string; mark: Mark }, said: Said, where: readonly Place[]): Finding {
  const { says, means, fix } = said;
  return { id, mark: said.mark ?? mark, where, says, means, fix };
}

/** The same finding at several places is one finding. */
function merged(findings: readonly Finding[]): Finding[] {
  const byWords = new Map<string, Finding>();
  for (const finding of findings) {
    const words = [finding.id, finding.says, finding.means, finding.fix].join('\n');
    const known = byWords.get(words);
    byWords.set(words, known ? { ...known, where: union(known.where, finding.where) } : finding);
  }
  return [...byWords.values()].toSorted((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark));
}

function union(places: readonly Place[], more: readonly Place[]): Place[] {
  const isKnown = (place: Place): boolean =>
    places.some(({ route, model }) => route === place.route && model === place.model);
  return [...places, ...more.filter((place) => !isKnown(place))];
}
