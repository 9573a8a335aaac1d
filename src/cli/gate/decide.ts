import { exitCode, UserError, type ExitCode } from '../../base/user-error.ts';
import { FileState } from '../../journal/file-state.ts';
import { choices, quote } from '../../suite/nearest.ts';
import type { HistoryRow } from '../../analysis/history.ts';
import type { DecideFlags } from '../commands/gate-command.ts';
import type { Io } from '../io.ts';
import { appendHistory, historyFile, historyWarnings, readKnownHistory } from './history-file.ts';

const meanings: Readonly<Record<DecideFlags['decision'], string>> = {
  accept: 'is the first night of a new level: the baseline starts there',
  drop: 'is no longer in any baseline',
  pin: 'is the last night of the baseline, until another is accepted or pinned',
};

/** `gatebench gate accept|drop|pin NIGHT`: a person's decision about a night, kept in the history for good. */
export async function executeDecision(flags: DecideFlags, io: Io): Promise<ExitCode> {
  const state = new FileState();
  const rows = await readKnownHistory(flags.history, state);
  for (const warning of historyWarnings(flags.history, state)) io.stderr.write(`⚠ ${warning}\n`);
  const night = findNight(flags.night, rows);
  const ours = rows.filter(({ kind, run_id }) => kind === 'night' && run_id === night.run_id);
  for (const name of ['model', 'route', 'vantage', 'metric'] as const) {
    const known = [...new Set(ours.flatMap((row) => row[name] ?? []))];
    const value = flags[name];
    if (value !== undefined && !known.includes(value))
      throw new UserError(`--${name}: the night has no ${name} ${quote(value)}${choices(value, known)}`);
  }
  await appendHistory(flags.history, () => [decisionRow(flags, night, io.clock.wall())]);
  const about = [
    flags.metric,
    flags.model && `of ${flags.model}`,
    flags.route && `on ${flags.route}`,
    flags.vantage && `from ${flags.vantage}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
  io.stdout.write(
    `${flags.decision}: ${night.run_id} ${meanings[flags.decision]}${about === '' ? '' : ` (${about})`}.\n` +
      `Written to ${historyFile(flags.history)}\n`,
  );
  return exitCode.done;
}

function decisionRow(
  { decision, reason, model, route, vantage, metric }: DecideFlags,
  { run_id, suite }: HistoryRow,
  now: Date,
): HistoryRow {
  return {
    kind: decision,
    at: now.toISOString(),
    run_id,
    suite,
    suite_hash: undefined,
    route,
    model,
    metric,
    value: undefined,
    ci_low: undefined,
    ci_high: undefined,
    requests: undefined,
    bound: undefined,
    reason,
    ask_hash: undefined,
    vantage,
  };
}

/** Throws a UserError if it names no night. For a date with several runs, the first: they are one night. */
function findNight(name: string, rows: readonly HistoryRow[]): HistoryRow {
  const nights = rows.filter(({ kind }) => kind === 'night').toSorted((a, b) => (a.at < b.at ? -1 : 1));
  if (name === 'latest') return nights.at(-1)!;
  const found = nights.filter(({ run_id, at }) => run_id === name || at.slice(0, 10) === name);
  if (found[0] === undefined) {
    const known = [...new Set(nights.map(({ run_id }) => run_id))];
    throw new UserError(
      `the history has no night ${quote(name)}${choices(name, known.slice(-5))} (or its date as 2026-11-22, or latest).`,
    );
  }
  return found[0];
}
