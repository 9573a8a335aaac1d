import { cellName } from '../plan/cell.ts';
import { lateLimit, nobodyWasThere, type Visit, VisitLog } from '../analysis/visits.ts';
import { levelText } from '../load/rate.ts';
import type { Sink } from '../journal/sink.ts';
import type { Plan } from '../plan/plan-run.ts';
import { mostLost } from '../plan/visits.ts';

/** Follows the visits of a run, including those of earlier processes. Undefined for a plan without visits. */
export async function followVisits(
  { design, suite, seed }: Pick<Plan, 'design' | 'suite' | 'seed'>,
  sink: Pick<Sink, 'rows'>,
): Promise<VisitLog | undefined> {
  if (!design) return undefined;
  const log = new VisitLog({ design, prompts: suite.prompts.length, seedOf: () => seed });
  for await (const row of sink.rows()) log.add(row);
  return log;
}

/** The parts of a sink that checks need. The log receives each verdict. */
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

/** Reports each visit that has ended, and when its level is given up. Skips visits in which nothing was sent. */
export function visitTeller(
  log: VisitLog,
  onEvent: (event: { kind: 'visit'; visit: Visit }) => void,
  note: (text: string) => void,
): () => void {
  let told = '';
  return () => {
    const visit = log.latest();
    if (!visit || (visit.outcome.arrivals === 0 && !visit.isLost)) return;
    const which = JSON.stringify([visit.cell, visit.level, visit.number]);
    if (which === told) return;
    told = which;
    onEvent({ kind: 'visit', visit });
    tellGivenUp(log, visit, note);
  };
}

function tellGivenUp(log: VisitLog, visit: Visit, note: (text: string) => void): void {
  const { cell, load, level, outcome } = visit;
  if (outcome.word !== 'void' || log.of(cell).lost(level) !== mostLost) return;
  note(`${cellName(cell)} at ${levelText(load, level)} is given up: in ${mostLost} visits ${whyVoid(visit)}`);
}

function whyVoid({ rows, isLost, slo }: Visit): string {
  if (isLost) return 'a worker was lost, or the load was not sent in time, the last of them among these';
  return nobodyWasThere(rows)
    ? 'nobody took a request, the last of them among these'
    : `this machine sent more than 2 % of the requests over ${Number(lateLimit(slo).toPrecision(3))} ms late`;
}
