import { describeWarning, type Warning } from './warnings.ts';

/**
 * The warnings of a run for people: what holds for several models in the same words is said once, with all their
 * names, in the place of the first.
 */
export function warningLines(warnings: readonly Warning[]): string[] {
  const lines = new Map<string, { models: string[]; text: string }>();
  for (const warning of withLagOnce(warnings)) {
    const text = typeof warning === 'string' ? warning : describeWarning(warning);
    const model = typeof warning !== 'string' && 'model' in warning ? warning.model : undefined;
    const said = model === undefined ? text : text.slice(`${model}: `.length);
    const line = lines.get(said) ?? { models: [], text: said };
    if (model !== undefined) line.models.push(model);
    lines.set(said, line);
  }
  return [...lines.values()].map(({ models, text }) =>
    models.length > 0 ? `${models.join(', ')}: ${text}` : text,
  );
}

/** Lag of this machine is one matter, though every model has its own share of it. */
function withLagOnce(warnings: readonly Warning[]): (Warning | string)[] {
  const lags = warnings.filter((warning) => warning.kind === 'client-lag');
  if (lags.length < 2) return [...warnings];
  const shares = lags.map(({ model, share }) => `${model} ${(100 * share).toFixed(0)} %`).join(', ');
  const line =
    `Answers left out because this machine may have stamped them late: ${shares}; those left may not be typical. ` +
    'Lower run.concurrency or use a faster machine.';
  return warnings.flatMap((warning): (Warning | string)[] => {
    if (warning.kind !== 'client-lag') return [warning];
    return warning === lags[0] ? [line] : [];
  });
}
