import { findRoute } from '../../target/routes.ts';
import type { RouteFacts } from './doctor-facts.ts';

/** Whether every model, some or none gave a good answer on a route. `unasked` if there was no model to ask. */
export type RouteState = 'works' | 'partly' | 'fails' | 'unasked';

export function routeState({ route, wanted, probes, unasked }: RouteFacts): RouteState {
  const models = new Set(probes.map(({ model }) => model));
  if (models.size === 0) return 'unasked';
  const failing = new Set(probes.filter(({ exchange }) => isBad(exchange)).map(({ model }) => model));
  const good = models.size - failing.size;
  if (good === 0) return 'fails';
  // Models of ollama.com that are missing on this machine do not count against it.
  const isLacking = unasked.length > 0 && (wanted || !findRoute(route)?.isOptional);
  return failing.size > 0 || isLacking ? 'partly' : 'works';
}

/** A model whose reasoning used up its tokens has shown that the route works. */
const isBad = (exchange: RouteFacts['probes'][number]['exchange']): boolean =>
  exchange.outcome === 'failed' && exchange.failure.status !== 'empty';
