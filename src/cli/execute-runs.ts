import { defined } from '../base/defined.ts';
import { oneLine } from '../base/text.ts';
import { exitCode, type ExitCode, UserError } from '../base/user-error.ts';
import { painter } from '../report/paint.ts';
import { jsonText } from '../report/run-json.ts';
import { columnsOf, tableWidth, textTable, type TextColumn } from '../report/text-table.ts';
import { shorten } from '../report/text-width.ts';
import { filteredRuns, type RunEntry, RunList } from '../view/index/runs.ts';
import type { RunsFlags } from './commands/runs-command.ts';
import type { Io } from './io.ts';
import { stdoutStyle } from './terminal.ts';

/** `gatebench runs`: the runs below the results, newest first. */
export async function executeRuns(
  { results, suite, model, state, since, until, limit, json, color }: RunsFlags,
  io: Io,
): Promise<ExitCode> {
  for (const [name, day] of Object.entries({ since, until }))
    if (day !== undefined && !/^\d{4}-\d\d-\d\d$/.test(day))
      throw new UserError(`--${name}: "${oneLine(day, 40)}" is not a day such as 2026-11-22.`);
  const all = await new RunList(results, () => io.clock.wall().getTime()).all();
  const found = filteredRuns(all, defined({ suite, model, state, since, until }));
  if (json) {
    io.stdout.write(jsonText({ runs: found.map(entryJson) }));
    return exitCode.done;
  }
  if (found.length === 0) {
    io.stdout.write(
      all.length === 0
        ? `There are no runs in ${results} yet. Start one with: ${io.program} run SUITE\n`
        : `None of the ${all.length} runs in ${results} fits.\n`,
    );
    return exitCode.done;
  }
  const { columns, color: isColored } = stdoutStyle(color, io);
  const lines = textTable(runColumns(found.slice(0, limit), columns), painter(isColored));
  if (found.length > limit) lines.push('', `${found.length - limit} more: --limit ${found.length}`);
  io.stdout.write(`${lines.join('\n')}\n`);
  return exitCode.done;
}

/** Unknown counts are `null`. */
function entryJson(entry: RunEntry): object {
  const { folder, suite, id, routes, models, state, startedAt, endedAt, planned, requests, failures } = entry;
  const { verdict } = entry;
  return {
    ...{ run_id: id, suite, folder, state, routes, models },
    ...{ started_at: startedAt, ended_at: endedAt ?? null, planned_requests: planned },
    ...{ requests: requests ?? null, failures: failures ?? null, verdict: verdict ?? null },
  };
}

function runColumns(entries: readonly RunEntry[], width: number): TextColumn[] {
  const column = columnsOf(entries);
  const number = (value: number | undefined): string => value?.toLocaleString('en-US') ?? '–';
  const isGated = entries.some(({ verdict }) => verdict !== undefined);
  const room = Math.max(10, Math.floor((width - (isGated ? 76 : 62)) / 2));
  const all = [
    column('run', 'left', ({ id }) => shorten(oneLine(id, 60), 24)),
    column('suite', 'left', ({ suite }) => shorten(oneLine(suite, 60), room)),
    column('state', 'left', ({ state }) => state),
    column('requests', 'right', ({ requests }) => number(requests)),
    column('failed', 'right', ({ failures }) => number(failures)),
    ...(isGated ? [column('gate', 'left', ({ verdict }) => verdict ?? '–')] : []),
    column('models', 'left', ({ models }) => shorten(oneLine(models.join(', '), 200), room)),
  ];
  // If space is short, counts are dropped first.
  return ['requests', 'failed'].reduce(
    (left, dropped) =>
      tableWidth(left) > width ? left.filter(({ subtitle }) => subtitle !== dropped) : left,
    all,
  );
}
