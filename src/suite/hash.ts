import { createHash } from 'node:crypto';
import type { AskedCriterion, Criterion, Prompt, Suite } from './suite.ts';

/**
 * SHA-256, in hexadecimal, of what a suite asks, of which models, and how it checks the answers: the resolved suite
 * without its `run`, `thresholds` and `gate` parts. `run.salt` is included because it changes the requests. From
 * `quality`, judges and criteria are included. Does not depend on the order of keys, or on the files that the texts
 * came from.
 */
export function suiteHash(suite: Suite): string {
  const { version, name, description, tags, gateway, models, variants, prompts } = suite;
  const quality = suite.quality && { judges: suite.quality.judges, criteria: suite.quality.criteria };
  return sha256({
    version,
    name,
    description,
    tags,
    gateway,
    models,
    variants,
    prompts,
    quality,
    salt: saltOf(suite),
  });
}

/**
 * SHA-256, in hexadecimal, of what a suite asks and of which models: what is sent, and the ids. Checks, tags, prices,
 * names and limits do not change it, so a series of latencies survives changes to them.
 */
export function askHash(suite: Suite): string {
  return sha256({
    gateway: suite.gateway,
    models: suite.models.map(({ id, model, params, before }) => ({ id, model, params, before })),
    variants: suite.variants?.map(({ id, params, before }) => ({ id, params, before })),
    prompts: suite.prompts.map(({ id, messages, params, variants, before }) => ({
      ...{ id, messages, params, variants },
      before: before && { messages: before.messages, params: before.params, variants: before.variants },
    })),
    salt: saltOf(suite),
  });
}

/**
 * SHA-256, in hexadecimal, of one criterion as one prompt asks it: the question, the words to choose from, the
 * reference, what is shown, and the answer's transforms. Any change makes it another criterion, and verdicts on the two
 * are not mixed.
 */
export function criterionHash(
  { kind, verdicts, show }: Criterion,
  { question, reference }: AskedCriterion,
  { answer }: Pick<Prompt, 'answer'>,
): string {
  return sha256({ kind, question, reference, verdicts, show: show.toSorted(), answer });
}

/** SHA-256, in hexadecimal, of what one prompt asks, regardless of its id. */
export function promptHash({
  messages,
  params,
  variants,
}: Pick<Prompt, 'messages' | 'params' | 'variants'>): string {
  return sha256({ messages, params, variants });
}

/** SHA-256, in hexadecimal, of how the checks of one prompt judge an answer. */
export function checksHash({ answer, checks }: Pick<Prompt, 'answer' | 'checks'>): string {
  return sha256({ answer, checks });
}

/** Whether two values are equal apart from the order of keys and absent ones. */
export const sameJson = (one: unknown, other: unknown): boolean => sha256(one) === sha256(other);

/** Undefined if there is none, as in suites without this field. */
function saltOf({ run }: Suite): string | undefined {
  return run.salt === 'none' ? undefined : run.salt;
}

function sha256(value: unknown): string {
  const hash = createHash('sha256');
  // In pieces: the whole text may be too long for one string.
  let buffer = '';
  writeCanonical(value, (piece) => {
    buffer += piece;
    if (buffer.length < 65_536) return;
    hash.update(buffer);
    buffer = '';
  });
  return hash.update(buffer).digest('hex');
}

/** JSON with keys in code unit order, without whitespace or absent values (RFC 8785), passed to `write` in pieces. */
export function writeCanonical(value: unknown, write: (piece: string) => void): void {
  if (Array.isArray(value)) {
    writeJoined('[', value, (item) => writeCanonical(item ?? null, write), ']', write);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const writeEntry = ([key, item]: [string, unknown]): void => {
      write(`${JSON.stringify(key)}:`);
      writeCanonical(item, write);
    };
    writeJoined('{', entries, writeEntry, '}', write);
  } else write(JSON.stringify(value));
}

function writeJoined<T>(
  open: string,
  items: readonly T[],
  writeItem: (item: T) => void,
  close: string,
  write: (piece: string) => void,
): void {
  write(open);
  items.forEach((item, index) => {
    if (index > 0) write(',');
    writeItem(item);
  });
  write(close);
}
