import { VisitLog } from '../analysis/visits.ts';
import type { Sink } from '../journal/sink.ts';
import type { Plan } from '../plan/plan-run.ts';

/** Follows the visits of a run, those of earlier processes included. Undefined for a plan without visits. */
export async function followVisits(
  { design, suite, seed }: Pick<Plan, 'design' | 'suite' | 'seed'>,
  sink: Pick<Sink, 'rows'>,
): Promise<VisitLog | undefined> {
  if (!design) return undefined;
  const log = new VisitLog({ design, prompts: suite.prompts.length, seed });
  for await (const row of sink.rows()) log.add(row);
  return log;
}

/** What checks need of a sink; the log hears of each verdict. */
export function toldOfVerdicts(
  sink: Sink,
  log: VisitLog | undefined,
): Pick<Sink, 'addVerdict' | 'rows' | 'answers'> {
  return {
    rows: () => sink.rows(),
    answers: () => sink.answers(),
    addVerdict: (verdict) => {
      const good = log?.verdict(verdict);
      return sink.addVerdict(good === undefined ? verdict : { ...verdict, good });
    },
  };
}
