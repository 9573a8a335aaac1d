import type { RequestRow } from '../journal/request-columns.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { Sink } from '../journal/sink.ts';

export interface AdaptiveRepeats {
  /** Receives every row as it is written. */
  add(row: RequestRow): void;
  /** Whether to send a repeat beyond those of the suite. */
  another(repeat: number): boolean;
}

/**
 * The stopping rule of a suite (`run.stop`): repeats are added until the interval is narrow enough, never until a
 * difference is significant. Undefined without such a rule. `onAnother` is called for each added repeat, with its
 * number of prompts.
 */
export async function adaptiveRepeats(
  manifest: Manifest,
  sink: Pick<Sink, 'rows'>,
  onAnother: (prompts: number) => void,
): Promise<AdaptiveRepeats | undefined> {
  const { stop, repeat: fixed } = manifest.suite.run;
  if (!stop) return undefined;
  const [{ Collector }, { WidthRule }] = await Promise.all([
    import('../analysis/collect.ts'),
    import('../analysis/stopping.ts'),
  ]);
  const collector = new Collector({});
  const rule = new WidthRule(stop);
  // Repeats that an earlier process began are finished, whatever the interval is by now.
  let begun = fixed + (manifest.added_repeats ?? 0);
  for await (const row of sink.rows()) collector.add(row);
  return {
    add: (row) => collector.add(row),
    another(repeat) {
      if (repeat <= begun) return true;
      if (repeat > stop.maxRepeat || rule.isDone(collector.collected())) return false;
      begun = repeat;
      manifest.added_repeats = repeat - fixed;
      onAnother(manifest.suite.prompts.length);
      return true;
    },
  };
}
