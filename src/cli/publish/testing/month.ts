import { join } from 'node:path';
import { systemClock } from '../../../base/clock.ts';
import { comment } from '../../../report/gate/gate-markdown.ts';
import { executeDecision } from '../../gate/decide.ts';
import type { ExitCode } from '../../../base/user-error.ts';
import { gateCode, gateNight, type Night } from '../../gate/night.ts';
import { nightlySuite, runIdOfNight, startOfNight, writeNight } from '../../gate/testing/nightly-runs.ts';
import { testIo } from '../../testing/gatebench.ts';

/** The gate's verdict on one run of the month. */
export interface MonthRun {
  night: number;
  /** Event of that night. */
  what: string;
  word: string;
  code: ExitCode;
  /** `glm fail`: what is not well. */
  alarms: readonly string[];
  /** Text of a comment or an issue. */
  comment: string;
}

interface Event {
  what: string;
  slower?: Partial<Record<string, number>>;
  failing?: number;
  /** The night is run a second time, some hours later. */
  again?: boolean;
}

const slowdown = { what: 'glm is slow', slower: { glm: 1.5 } };
const newVersion = { what: 'kimi in a new version', slower: { kimi: 1.5 } };

/** Irregular events of the month. */
function eventOf(night: number): Event {
  if (night === 10) return { what: 'an outage: most requests fail', failing: 0.6 };
  if (night === 13) return { ...slowdown, again: true };
  if (night === 14 || night === 15) return slowdown;
  return night >= 20 ? newVersion : { what: '' };
}

/** On the morning after the fourth night of the new version, somebody accepts it. */
const acceptedOn = 23;

/**
 * Thirty simulated nights of four models, through run folders, gate and history, like a nightly job: an outage, a
 * slowdown of three nights whose first is run twice, and a new version of a model, which is accepted. The same folder
 * has the same content afterward, byte for byte. `onNight` is called for each gated run.
 */
export async function simulatedMonth(
  folder: string,
  onNight: (night: Night) => Promise<void> = () => Promise.resolve(),
): Promise<MonthRun[]> {
  const { file, suite } = await nightlySuite(folder);
  const history = join(folder, 'history');
  const runs: MonthRun[] = [];
  for (let night = 1; night <= 30; night++) {
    const { what, again = false, ...how } = eventOf(night);
    for (const isAgain of again ? [false, true] : [false]) {
      const options = { suite, file, night, seed: 'month', route: 'demo', again: isAgain, ...how };
      const run = await writeNight(folder, options);
      const gated = await gateNight({ run, results: 'results', history, dryRun: false });
      const { report } = gated;
      await onNight(gated);
      runs.push({
        ...{ night, what: isAgain ? `${what}, run again` : what },
        ...{ word: report.word, code: gateCode(report, false) },
        alarms: report.cells
          .filter(({ word }) => word === 'warning' || word === 'fail')
          .map(({ model = 'all', word }) => `${model} ${word}`),
        comment: comment.render(report, { columns: 80, color: false }).replaceAll(`${folder}/`, ''),
      });
    }
    if (night === acceptedOn) await accept(folder, history);
  }
  return runs;
}

async function accept(folder: string, history: string): Promise<void> {
  const morning = new Date(Date.parse(startOfNight(acceptedOn)) + 5 * 3600 * 1000);
  await executeDecision(
    {
      ...{
        decision: 'accept',
        night: runIdOfNight(20),
        reason: 'a new version of kimi, here to stay',
        history,
      },
      ...{ model: 'kimi', route: undefined, metric: undefined },
    },
    { ...testIo(folder), clock: { ...systemClock, wall: () => morning } },
  );
}
