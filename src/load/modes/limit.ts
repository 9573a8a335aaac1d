import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { Design } from '../design.ts';
import { nextRound, type LimitWalkSettings, type MadeVisit } from '../limit-walk.ts';
import { defineLoadMode } from '../load-mode.ts';
import { parseRate } from '../rate.ts';
import { decisiveCount } from '../../stats/sign-test.ts';
import { ceilingOf, rateField, slo, sloOf, visitFields, visitsOf, washoutOf } from './load-fields.ts';
import { driveOpenLoop } from './visit-driver.ts';
import { visitDesign, visitMinutes } from './visit-design.ts';

const limitField = z
  .strictObject({
    from: rateField.optional().describe('the lowest rate; 0.05/s'),
    to: rateField.optional().describe('the highest rate; 5/s'),
    step: z.number().min(1.05).max(4).optional().describe('factor between levels; 1.25'),
    max_visits: z.int().min(1).max(1000).optional().describe('maximum visits per model; 60'),
  })
  .describe('range and steps of the search');

/** The default highest rate to visit. */
export const defaultTo = '5/s';

/** Median cost of such a search on a small hosted service, from `npm run prove`. */
const usualVisits = 38;

/** Open loop: the highest rate that holds, between "holds" and "breaks". */
export const limit = defineLoadMode({
  name: 'limit',
  summary: 'searches for the highest rate at which each model keeps the SLO',
  fields: { ...visitFields, slo: slo.optional(), limit: limitField.optional() },
  example: { slo: { e2e_ms: 15_000 }, limit: { from: '0.1/s', to: '2/s' } },
  estimate: (settings, offer, _requests, seconds) => visitMinutes(design(settings), offer, seconds),
  expectedInFlight: ceilingOf,
  design,
  drive: (settings, run) =>
    driveOpenLoop(run, { ceiling: ceilingOf(settings), washoutMs: washoutOf(settings) }),
});

type Settings = Parameters<typeof visitDesign>[0] & {
  slo?: unknown;
  limit?:
    | {
        from?: string | undefined;
        to?: string | undefined;
        step?: number | undefined;
        max_visits?: number | undefined;
      }
    | undefined;
};

function design(settings: Settings): Design {
  const goal = sloOf(settings.slo as Parameters<typeof sloOf>[0]);
  if (!goal)
    throw new UserError(
      'load: a search for a limit needs an SLO. Say what is good enough: slo: { e2e_ms: 15000 }, or --slo e2e=15s',
    );
  const walk = walkOf(settings);
  if (decisiveCount(walk.visits) === undefined)
    throw new UserError(`load.visits: ${walk.visits} visits can decide no level. Make it at least 5`);
  const typical = Math.sqrt(walk.from * walk.to);
  const fixed = visitDesign(
    { ...settings, stretches: true },
    goal,
    {
      next: (made) => {
        const step = nextRound(walk, made);
        return 'visits' in step ? step.visits : [];
      },
      limit: (made: readonly MadeVisit[]) => {
        const step = nextRound(walk, made);
        return 'limit' in step ? step.limit : undefined;
      },
    },
    [walk.from, walk.to],
  );
  return {
    ...fixed,
    expected: (_prompts, seconds) => {
      const visits = Math.min(usualVisits, walk.maxVisits);
      const windowMs = fixed.windowMs(typical, 'visit')!;
      return {
        visits,
        requests: Math.round(visits * typical * (windowMs / 1000)),
        minutes: (visits * (windowMs + 20_000 + seconds * 1000 + washoutOf(settings))) / 60_000,
      };
    },
  };
}

function walkOf(settings: Settings): LimitWalkSettings {
  const { from = '0.05/s', to = defaultTo, step = 1.25, max_visits: maxVisits = 60 } = settings.limit ?? {};
  const [low, high] = [parseRate(from)!, parseRate(to)!];
  if (low > high) throw new UserError(`load.limit: from ${from} is above to ${to}`);
  return { from: low, to: high, step, visits: visitsOf(settings), maxVisits };
}
