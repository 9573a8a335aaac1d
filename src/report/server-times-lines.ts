import { oneLine } from '../base/text.ts';
import type { ServerTimes } from '../analysis/server-time-shares.ts';
import { duration } from './number-text.ts';
import type { Paint } from './paint.ts';
import { tableWidth, textTable, type TextColumn } from './text-table.ts';
import { shorten, wrapped } from './text-width.ts';

/** Server time told from network, for models that a local Ollama answered in its own words; else nothing. */
export function serverTimesTable(
  all: readonly ServerTimes[],
  severalRoutes: boolean,
  columns: number,
  paint: Paint,
): string[] {
  if (all.length === 0) return [];
  const of = (
    subtitle: string,
    text: (times: ServerTimes) => string,
    align: TextColumn['align'] = 'right',
  ): TextColumn => ({ title: '', subtitle, align, cells: all.map((times) => ({ text: text(times) })) });
  const figures = [
    ...(severalRoutes ? [of('route', ({ route }) => oneLine(route, 12), 'left')] : []),
    of('load', ({ load_ms }) => duration(load_ms)),
    of('prompt', ({ prompt_eval_ms }) => duration(prompt_eval_ms)),
    of('answer', ({ eval_ms }) => duration(eval_ms)),
    of('queue', ({ server_queue_ms }) => duration(server_queue_ms)),
    of('network', ({ network_ms }) => duration(network_ms)),
    of('cold loads', ({ cold_loads, cold_load_ms }) =>
      cold_loads === 0 ? '0' : `${cold_loads} × ${duration(cold_load_ms)}`,
    ),
  ];
  const room = Math.max(5, columns - tableWidth(figures) - 2);
  const names = of('model', ({ model }) => shorten(oneLine(model, 200), room), 'left');
  return [
    ...wrapped(
      'Server time and network time, as the local Ollama reported them: medians of warm answers',
      columns,
    ).map((line) => paint('strong', line)),
    ...textTable([names, ...figures], paint),
    ...wrapped(
      'queue: on the server, in none of its parts: waiting for its turn there; network: the rest of what we waited',
      columns,
    ).map((line) => paint('quiet', line)),
  ];
}
