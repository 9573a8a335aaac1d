import { UserError } from '../../base/user-error.ts';
import type { Command, RawFlags } from '../command.ts';

const decisions = ['accept', 'drop', 'pin'] as const;

export const gate: Command = {
  flags: (builder) =>
    builder
      .positional('run', {
        type: 'string',
        demandOption: true,
        completes: 'runs',
        describe: 'folder of a run, or latest; or accept, drop, or pin, to decide about a night',
      })
      .positional('night', {
        type: 'string',
        describe: 'the night to decide about: a run id, a date, or latest',
      })
      .option('history', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        value: 'DIR',
        completes: 'folders',
        describe: 'folder of history.csv, created if missing',
      })
      .option('dry-run', {
        type: 'boolean',
        describe: 'judge tonight, but do not change the history',
      })
      .option('strict', {
        type: 'boolean',
        describe: 'exit 6 when something is not settled',
      })
      .option('github', {
        type: 'boolean',
        describe: 'job summary, annotations, JUnit, badge, JSON and comment',
      })
      .option('out', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        value: 'DIR',
        completes: 'folders',
        describe: "folder for the files of --github, instead of the run's folder",
      })
      .option('reason', {
        type: 'string',
        requiresArg: true,
        value: 'TEXT',
        describe: 'why you decided this',
      })
      .option('model', {
        type: 'string',
        requiresArg: true,
        value: 'ID',
        describe: 'decide about this model only',
      })
      .option('route', {
        type: 'string',
        requiresArg: true,
        value: 'NAME',
        describe: 'decide about this route only',
      })
      .option('metric', {
        type: 'string',
        requiresArg: true,
        value: 'NAME',
        describe: 'decide about this metric only',
      })
      .group(['reason', 'model', 'route', 'metric'], 'With accept, drop, pin:')
      .example('$0 gate latest --history history', 'judge the latest run and add it to the history')
      .example(
        '$0 gate accept latest --model glm --reason "new version" --history history',
        'a change that is here to stay: learn the new level',
      )
      .example(
        '$0 gate drop 2026-11-22 --reason "provider outage" --history history',
        'a night that was not normal',
      )
      .example(
        '$0 gate pin latest --reason "release 2.0" --history history',
        'keep this night as the baseline',
      ),
  async run(flags) {
    const decision = decisions.find((name) => name === flags['run']);
    if (decision !== undefined) {
      const { executeDecision } = await import('../gate/decide.ts');
      return executeDecision(readDecision(decision, flags));
    }
    const alone = ['night', 'reason', 'model', 'route', 'metric'].find((name) => flags[name] !== undefined);
    if (alone !== undefined)
      throw new UserError(
        `"${alone}" goes with gatebench gate ${decisions.join('|')} NIGHT, not with a run.`,
      );
    const { executeGate } = await import('../gate/execute-gate.ts');
    return executeGate({
      run: flags['run'] as string,
      results: flags['results'] as string,
      history: flags['history'] as string,
      dryRun: flags['dry-run'] === true,
      strict: flags['strict'] === true,
      github: flags['github'] === true,
      out: flags['out'] as string | undefined,
      json: flags['json'] === true,
      color: flags['color'] as boolean | undefined,
    });
  },
};

function readDecision(decision: (typeof decisions)[number], flags: RawFlags) {
  const [night, reason] = [flags['night'] as string | undefined, flags['reason'] as string | undefined];
  if (night === undefined)
    throw new UserError(`gate ${decision} needs a night: its run id, its date, or latest.`);
  if (reason === undefined || reason.trim() === '')
    throw new UserError(`gate ${decision} needs --reason, so that readers of the history know why.`);
  return {
    decision,
    night,
    reason,
    history: flags['history'] as string,
    model: flags['model'] as string | undefined,
    route: flags['route'] as string | undefined,
    metric: flags['metric'] as string | undefined,
  };
}
