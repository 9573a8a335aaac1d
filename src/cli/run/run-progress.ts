import { defined } from '../../base/defined.ts';
import { type Cell, cellName, waysOf } from '../../plan/cell.ts';
import type { RunEvent } from '../../run/send-plan.ts';
import { underWay, visitLine } from '../../report/visit-line.ts';
import type { Targets } from '../../target/targets.ts';
import type { Io } from '../io.ts';
import { createProgress, isLive, type Progress } from '../progress.ts';
import { usesColor } from '../terminal.ts';

/** Shows the events of a run, until it is stopped. */
export interface RunProgress {
  onEvent: (event: RunEvent) => void;
  stop(): void;
}

/** On the standard error: bars for a terminal, lines elsewhere. */
export function runProgress(
  { cells }: Targets,
  { quiet, color }: { quiet: boolean; color: boolean | undefined },
  { stderr, env, clock }: Io,
): RunProgress {
  const ways = waysOf(cells);
  const names = new Map<Cell, string>();
  /** Put together once: it is asked for with every request. */
  const nameOf = (cell: Cell): string => {
    let name = names.get(cell);
    if (name === undefined) names.set(cell, (name = cellName(cell, ways)));
    return name;
  };
  let progress: Progress | undefined;
  const begin = (total: number): Progress =>
    createProgress({
      stream: stderr,
      live: isLive(stderr, env),
      models: cells.map((cell) => ({ id: nameOf(cell), total })),
      quiet,
      color: usesColor(color, stderr, env),
      clock,
    });
  return {
    onEvent(event) {
      if (event.kind === 'planned') {
        progress ??= begin(event.perCell);
        for (const cell of cells) progress.planned(nameOf(cell), event.perCell);
      } else if (event.kind === 'started')
        progress?.started(nameOf(event.request.cell), underWay(event.request, ways));
      else if (event.kind === 'switched-off') progress?.off(nameOf(event.cell));
      else if (event.kind === 'note') progress?.note(event.text);
      else if (event.kind === 'workers') progress?.workers(event.workers);
      else if (event.kind === 'visit') progress?.note(visitLine(event.visit, ways));
      else if (event.kind === 'ended') {
        const { status, final, ttft_ms: ttftMs } = event.row;
        progress?.ended(nameOf(event.request.cell), { ok: status === 'ok', final, ...defined({ ttftMs }) });
      }
    },
    stop: () => progress?.stop(),
  };
}
