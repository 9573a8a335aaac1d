import { quote } from '../suite/nearest.ts';
import { UserError } from '../base/user-error.ts';
import { promptHash } from '../suite/hash.ts';
import type { Prompt, Suite } from '../suite/suite.ts';

/**
 * The run's suite with the checks and the quality part of another version of it. Prompts are matched by their id and by
 * their request. Throws a UserError that names each one with a different request now. Prompts that only one of them has
 * are skipped, and listed in `notes`.
 */
export function withLaterSuite(run: Suite, later: Suite, file: string): { suite: Suite; notes: string[] } {
  const now = new Map(later.prompts.map((prompt) => [prompt.id, prompt]));
  const asked = new Map(run.prompts.map((prompt) => [prompt.id, prompt]));
  const changed = run.prompts.filter(({ id, ...then }) => {
    const other = now.get(id);
    return other !== undefined && promptHash(other) !== promptHash(then);
  });
  if (changed.length > 0)
    throw new UserError(
      `${file}: these prompts no longer ask what the run asked, so its answers cannot be judged by them:\n` +
        changed.map(({ id }) => `  ${quote(id)}\n`).join('') +
        'Restore them, or give them other ids.',
    );
  const prompts = run.prompts.flatMap(({ id, before }): Prompt[] => {
    const prompt = now.get(id);
    if (!prompt) return [];
    const { answer, checks } = prompt;
    // The later checks apply to both versions of a suite that was compared with a revision.
    return [before ? { ...prompt, before: { ...before, answer: answer ?? [], checks } } : prompt];
  });
  const gone = run.prompts.length - prompts.length;
  const added = later.prompts.filter(({ id }) => !asked.has(id)).length;
  const notes = [
    ...(gone > 0 ? [`${gone} of the run's prompts are not in ${file}, and are not judged.`] : []),
    ...(added > 0 ? [`${added} prompts of ${file} were not asked in the run, and are skipped.`] : []),
  ];
  if (prompts.length === 0) throw new UserError(`${file} has none of the run's prompts.`);
  const { quality, ...rest } = run;
  const judgedBy = later.quality ?? quality;
  return { suite: { ...rest, prompts, ...(judgedBy ? { quality: judgedBy } : {}) }, notes };
}
