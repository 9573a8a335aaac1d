import {
  idOf,
  type Check,
  type Imported,
  type LeftOut,
  listOf,
  mapOf,
  type Fields,
  spelled,
  textOf,
} from './imported.ts';

/** Samples of openai/evals: `input` and `ideal` per line, judged like its class Match. */
export function fromOpenaiEvals(lines: readonly Fields[], leftOut: LeftOut): Imported {
  leftOut.add(
    'a sample file does not say its class: answers are checked as Match does, by how they begin. For Includes, write contains instead of starts-with',
  );
  const taken = new Set<string>();
  const prompts = lines.flatMap((line, index) => {
    const { input, ideal } = line;
    const id = idOf(undefined, `sample${index + 1}`, taken);
    const messages = Array.isArray(input) ? input.map(mapOf) : undefined;
    if (messages === undefined && textOf(input) === undefined) {
      leftOut.add('lines without input', id);
      return [];
    }
    taken.add(id);
    const ideals = listOf(ideal).map(spelled);
    for (const name of Object.keys(line).filter((key) => key !== 'input' && key !== 'ideal'))
      leftOut.add(name, id);
    if (ideals.length === 0) leftOut.add('lines without ideal have no check', id);
    return [
      {
        id,
        ...(messages ? { messages } : { prompt: textOf(input)! }),
        ...(ideals.length > 0 ? { checks: [beginning(ideals)] } : {}),
      },
    ];
  });
  return { prompts, criteria: [], models: [] };
}

function beginning(ideals: readonly string[]): Check {
  if (ideals.length === 1) return { type: 'starts-with', value: ideals[0]! };
  const escaped = ideals.map((ideal) => ideal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return { type: 'matches', pattern: `^\\s*(?:${escaped.join('|')})` };
}
