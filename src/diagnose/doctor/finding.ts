import type { Failure } from '../../measure/exchange.ts';
import type { Facts, Probe, ProviderFacts, RouteFacts } from './doctor-facts.ts';

/** ✗ must be fixed before a run, ! spoils or may spoil what a run measures, · is worth knowing. */
export type Mark = 'wrong' | 'warning' | 'note';

/** One finding, and what to do about it. */
export interface Finding {
  /** Stable: scripts may depend on it. */
  id: string;
  mark: Mark;
  where: readonly Place[];
  /** What was seen, in a few words. */
  says: string;
  means: string;
  fix: string;
}

/** A route, or one model on it. Both absent: the account as a whole. */
export interface Place {
  route?: string;
  model?: string;
}

export type Said = Pick<Finding, 'says' | 'means' | 'fix'> & {
  /** If it differs from the kind's own. */
  mark?: Mark;
};

/** A bad answer, with everything that may explain it. */
export interface Refused {
  probe: Probe;
  failure: Failure;
  route: RouteFacts;
  provider: ProviderFacts;
  facts: Facts;
}

/** A reason why a request failed. The first kind that explains a failure gets it. */
export interface RefusalKind {
  id: string;
  mark: Mark;
  /** Whether the reason concerns the route, regardless of the model. */
  ofRoute?: boolean;
  /** Undefined: the reason is another one. */
  explain(refused: Refused): Said | undefined;
}

/** An observation that is possible although requests succeed. */
export interface ObservationKind {
  id: string;
  mark: Mark;
  look(facts: Facts): readonly (Said & { where: readonly Place[] })[];
}
