import { UserError } from '../../base/user-error.ts';
import { parseRate } from '../rate.ts';
import { type Design, fixedLevels } from '../design.ts';
import { defineLoadMode } from '../load-mode.ts';
import { ceilingOf, rates, slo, sloOf, visitFields, visitsOf, washoutOf } from './load-fields.ts';
import { driveOpenLoop } from './visit-driver.ts';
import { visitDesign, visitMinutes } from './visit-design.ts';

/** Open loop: does a model hold its limits at these rates? */
export const openLoop = defineLoadMode({
  name: 'open',
  summary: 'each request is sent when it is due, regardless of earlier ones: does it hold at my rate?',
  fields: {
    rate: rates
      .optional()
      .describe(
        "requests per second or minute, such as 0.5/s; a list makes levels. By default, a trace's own rate",
      ),
    ...visitFields,
    slo: slo.optional(),
  },
  example: { rate: ['2/s', '30/min'], window: '20s', min_arrivals: 10, slo: { e2e_ms: 15_000 } },
  estimate: (settings, offer, _requests, seconds) => visitMinutes(design(settings), offer, seconds),
  expectedInFlight: ceilingOf,
  design,
  drive: (settings, run) =>
    driveOpenLoop(run, { ceiling: ceilingOf(settings), washoutMs: washoutOf(settings) }),
});

function design(
  settings: Parameters<typeof visitDesign>[0] & { rate?: string | string[] | undefined; slo?: unknown },
): Design {
  if (settings.rate === undefined && !isTrace(settings))
    throw new UserError('load: an open loop needs a rate, such as rate: 0.5/s');
  const levels = [...new Set([settings.rate ?? []].flat().map((text) => parseRate(text)!))];
  const goal = sloOf(settings.slo as Parameters<typeof sloOf>[0]);
  return visitDesign(settings, goal, fixedLevels(levels, visitsOf(settings), goal), levels);
}

const isTrace = ({ arrivals }: Parameters<typeof visitDesign>[0]): boolean =>
  typeof arrivals === 'object' && 'trace' in arrivals;
