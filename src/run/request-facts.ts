import { randomUUID } from 'node:crypto';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Suite } from '../suite/suite.ts';
import type { RequestFacts } from '../wire/chat-request-body.ts';
import type { LoadedImages } from '../wire/images.ts';
import { saltToken } from '../wire/salt.ts';

/** Facts shared by the requests of a run. */
export interface RunOfRequests {
  runId: string;
  suite: Suite;
  seed: number;
  /** Absent: the suite has no images. */
  images?: LoadedImages | undefined;
}

/** Facts sent with an attempt, by its number. Same run, same attempt, same salt, on any machine. */
export function requestFacts(
  { runId, suite, seed, images }: RunOfRequests,
  { key }: Pick<PlannedRequest, 'key'>,
  attempt: number,
  eventId: string = randomUUID(),
): RequestFacts {
  const { salt = 'none' } = suite.run;
  const facts: RequestFacts = {
    ...{ runId, suite: suite.name, eventId, settings: suite.gateway },
    ...(images ? { images } : {}),
  };
  if (salt === 'none') return facts;
  return { ...facts, salt: { place: salt, token: saltToken({ runId, seed, key, attempt }) } };
}
