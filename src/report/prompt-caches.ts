import { oneLine } from '../base/text.ts';
import type { PromptCache } from '../analysis/influences/prompt-cache.ts';
import { duration } from './number-text.ts';
import type { Paint } from './paint.ts';
import { textTable, type TextColumn } from './text-table.ts';
import { shorten, wrapped } from './text-width.ts';

const matters = ({ cached_share = 0, first_ttft_ms }: PromptCache): boolean =>
  cached_share > 0 || first_ttft_ms !== undefined;

/** First sends of a prompt apart from its repeats, where the server's prompt cache makes them differ; else nothing. */
export function promptCacheLines(
  all: readonly PromptCache[],
  severalRoutes: boolean,
  columns: number,
  paint: Paint,
): string[] {
  const shown = all.filter(matters);
  if (shown.length === 0) return [];
  const of = (
    subtitle: string,
    text: (cache: PromptCache) => string,
    align: TextColumn['align'] = 'right',
  ): TextColumn => ({ title: '', subtitle, align, cells: shown.map((cache) => ({ text: text(cache) })) });
  const share = ({ cached_share }: PromptCache): string =>
    cached_share === undefined ? '–' : `${(100 * cached_share).toFixed(0)} %`;
  return [
    ...wrapped("What the server's prompt cache did", columns).map((line) => paint('strong', line)),
    ...textTable(
      [
        of('model', ({ model }) => shorten(oneLine(model, 200), 24), 'left'),
        ...(severalRoutes ? [of('route', ({ route }) => oneLine(route, 12), 'left')] : []),
        of('cached tokens', share),
        of('TTFT, first', ({ first_ttft_ms }) => duration(first_ttft_ms)),
        of('repeats', ({ later_ttft_ms }) => duration(later_ttft_ms)),
      ],
      paint,
    ),
  ];
}
