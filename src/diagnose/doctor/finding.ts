import type { Failure } from '../../measure/exchange.ts';
import type { Facts, Probe, ProviderFacts, RouteFacts } from './doctor-facts.ts';

/** ✗ must be fixed before a run, ! spoils or may spoil what a run measures, · is worth knowing. */
export type Mark = 'wrong' | 'warning' | 'note';

/** One thing that was found, and what to do about it. */
export interface Finding {
  /** Stable: scripts may go by it. */
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
  /** Where it differs from the kind's own. */
  mark?: Mark;
};

/** An answer that did not come as it should, with all that may explain it. */
export interface Refused {
  probe: Probe;
  failure: Failure;
  route: RouteFacts;
  provider: ProviderFacts;
  facts: Facts;
}

/** A reason why a request failed. Of all kinds, the first that explains a failure has it. */
export interface RefusalKind {
  id: string;
  mark: Mark;
  /** Whether it is a matter of the route, whatever the model. */
  ofRoute?: boolean;
  /** Undefined: something else was the reason. */
  explain(refused: Refused): Said | undefined;
}

/** Something that can be seen although requests succeed. */
export interface ObservationKind {
  id: string;
  mark: Mark;
  look(facts: Facts): readonly (Said & { where: readonly Place[] })[];
}
