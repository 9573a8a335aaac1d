import { join } from 'node:path';
import { count } from '../base/text.ts';
import { exitCode, type ExitCode } from '../base/user-error.ts';
import { requestColumns } from '../journal/request-columns.ts';
import { lockRun } from '../journal/lock.ts';
import { qualityTables } from '../journal/quality-journals.ts';
import { setTornLineAside } from '../journal/resume.ts';
import { findRun, isThere, runFiles } from '../journal/run-folder.ts';
import { setDamageAside, type SetAside } from '../journal/set-damage-aside.ts';
import { historyColumns } from '../analysis/history.ts';
import { nightColumns } from '../analysis/night-figures.ts';
import { verdictColumns } from '../analysis/night-verdicts.ts';
import { nightsFile } from './gate/nights-file.ts';
import { verdictsFile } from './gate/verdicts-file.ts';
import { historyFile } from './gate/history-file.ts';
import type { Io } from './io.ts';

/** `gatebench repair RUN`: keeps the intact rows, and reports what was lost. The original file stays next to it. */
export async function executeRepair(run: string, results: string, { stdout }: Io): Promise<ExitCode> {
  if (await isThere(historyFile(run))) {
    const lock = await lockRun(run);
    try {
      const done = await setDamageAside(historyFile(run), historyColumns, { isJournal: false });
      stdout.write(told(historyFile(run), done, 'Its nights and decisions on those lines are lost.'));
      for (const { path, columns, lost } of [
        { path: nightsFile(run), columns: nightColumns, lost: 'The figures on those lines are lost.' },
        { path: verdictsFile(run), columns: verdictColumns, lost: 'The verdicts on those lines are lost.' },
      ])
        if (await isThere(path))
          stdout.write(told(path, await setDamageAside(path, columns, { isJournal: false }), lost));
    } finally {
      await lock.release();
    }
    return exitCode.done;
  }
  const folder = await findRun(run, results);
  const lock = await lockRun(folder);
  try {
    const torn = await setTornLineAside(folder);
    if (torn > 0) stdout.write(`A torn line of ${count(torn, 'byte')} was set aside.\n`);
    const path = join(folder, runFiles.requests);
    const next = `Their requests count as not sent. Send them again with: gatebench run --resume ${folder}`;
    stdout.write(told(path, await setDamageAside(path, requestColumns), next));
    for (const { file, columns, remedy } of qualityTables) {
      const table = join(folder, file);
      if (await isThere(table)) stdout.write(told(table, await setDamageAside(table, columns), remedy));
    }
  } finally {
    await lock.release();
  }
  return exitCode.done;
}

function told(path: string, { kept, state, copy }: SetAside, lost: string): string {
  if (copy === undefined) return `${path}: ${count(kept, 'row')}, nothing damaged.\n`;
  const why = state.named.map(({ line, why: reason }) => `  line ${line}: ${reason}\n`).join('');
  return (
    `${path}: ${count(kept, 'row')} kept, ${count(state.damaged, 'damaged line')} taken out (${state.lines()}):\n${why}` +
    `${lost}\nThe damaged file is kept as ${copy}\n`
  );
}
