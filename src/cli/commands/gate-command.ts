import { UserError } from '../../base/user-error.ts';
import { defineCommand, flagTable } from '../command.ts';
import { grouped, type Parsed } from '../flags.ts';
import { under } from '../io.ts';

const decisions = ['accept', 'drop', 'pin'] as const;

/** Verdicts that a message may be about. */
const notifiable = ['fail', 'warning', 'incomplete', 'not-settled', 'learning', 'pass'] as const;

const flags = flagTable({
  run: {
    type: 'text',
    argument: true,
    required: true,
    completes: 'runs',
    describe: 'folder of a run, or latest; or accept, drop, or pin, to decide about a night',
  },
  night: { type: 'text', argument: true, describe: 'the night to decide about: a run id, a date, or latest' },
  history: {
    type: 'path',
    required: true,
    value: 'DIR',
    completes: 'folders',
    describe: 'folder of history.csv, created if missing',
  },
  dryRun: { type: 'switch', describe: 'look at tonight, but do not change the history' },
  strict: { type: 'switch', describe: 'exit 6 when something is not settled' },
  github: { type: 'switch', describe: 'job summary, annotations, JUnit, badge, JSON and comment' },
  out: {
    type: 'path',
    short: 'o',
    value: 'DIR',
    completes: 'folders',
    describe: "folder for the files of --github, instead of the run's folder",
  },
  notifyOn: {
    type: 'list',
    value: 'WORDS',
    choices: notifiable,
    describe: 'post a message to GATEBENCH_WEBHOOK_URL on these verdicts',
  },
  ...grouped('With accept, drop, pin:', {
    reason: { type: 'text', value: 'TEXT', describe: 'why you decided this' },
    model: { type: 'text', value: 'ID', describe: 'decide about this model only' },
    route: { type: 'text', value: 'NAME', describe: 'decide about this route only' },
    vantage: { type: 'text', value: 'NAME', describe: 'decide about this place only' },
    metric: { type: 'text', value: 'NAME', describe: 'decide about this metric only' },
  }),
});

export type GateFlags = Parsed<typeof flags>;
/** Arguments of `gate accept`, `drop` and `pin`. */
export interface DecideFlags extends Pick<GateFlags, 'history' | 'model' | 'route' | 'metric'> {
  vantage?: string | undefined;
  decision: (typeof decisions)[number];
  /** A run id, the date of a night, or `latest`. */
  night: string;
  reason: string;
}

export const gate = defineCommand({
  flags,
  examples: [
    [
      'gatebench gate latest --history history',
      'compare the latest run with its history and add it to the history',
    ],
    [
      'gatebench gate accept latest --model glm --reason "new version" --history history',
      'a change that is here to stay: learn the new level',
    ],
    [
      'gatebench gate drop 2026-11-22 --reason "provider outage" --history history',
      'a night that was not normal',
    ],
    ['gatebench gate pin latest --reason "release 2.0" --history history', 'keep this night as the baseline'],
  ],
  async run(parsed, io) {
    const decision = decisions.find((name) => name === parsed.run);
    if (decision !== undefined) {
      const { executeDecision } = await import('../gate/decide.ts');
      return executeDecision(decided(decision, parsed), io);
    }
    const alone = (['night', 'reason', 'model', 'route', 'vantage', 'metric'] as const).find(
      (name) => parsed[name] !== undefined,
    );
    if (alone !== undefined)
      throw new UserError(
        `"${alone}" goes with gatebench gate ${decisions.join('|')} NIGHT, not with a run.`,
      );
    const { executeGate } = await import('../gate/execute-gate.ts');
    const run = parsed.run === 'latest' ? parsed.run : under(io.cwd, parsed.run);
    return executeGate({ ...parsed, run }, io);
  },
});

function decided(decision: DecideFlags['decision'], parsed: GateFlags): DecideFlags {
  const { night, reason } = parsed;
  if (night === undefined)
    throw new UserError(`gate ${decision} needs a night: its run id, its date, or latest.`);
  if (reason === undefined || reason.trim() === '')
    throw new UserError(`gate ${decision} needs --reason, so that readers of the history know why.`);
  return { ...parsed, decision, night, reason };
}
