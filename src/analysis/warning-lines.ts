import { describeWarning, type Warning } from './warnings.ts';

/**
 * The warnings of a run for people. If several models have the same wording, it appears once, with all their names, in
 * the place of the first.
 */
export function warningLines(warnings: readonly Warning[]): string[] {
  const lines = new Map<string, { models: string[]; text: string }>();
  for (const warning of warnings) {
    const text = describeWarning(warning);
    const model = 'model' in warning ? warning.model : undefined;
    const said = model === undefined ? text : text.slice(`${model}: `.length);
    const line = lines.get(said) ?? { models: [], text: said };
    if (model !== undefined) line.models.push(model);
    lines.set(said, line);
  }
  return [...lines.values()].map(({ models, text }) =>
    models.length > 0 ? `${models.join(', ')}: ${text}` : text,
  );
}
