import type { TrueStream } from '../../src/diagnose/calibrate/truth-join.ts';
import { isText } from '../../src/diagnose/calibrate/truth-join.ts';
import { errorsOf, type Late } from './errors.ts';
import type { WaveErrors } from './task.ts';

/** Details in the result line of sglang's Rust client, by request. It gives no instants, only seconds between them. */
export interface RustDetails {
  /** To the first piece. */
  ttfts: readonly number[];
  /** From each further piece to the one before. */
  itls: readonly (readonly number[])[];
  /** Begins with the event id, by the knob `namesEvent`. */
  generated_texts: readonly string[];
  /** Empty: none. */
  errors: readonly string[];
}

/**
 * Its errors: duration measured, minus that from the request received to the piece written. Steady: without the first
 * `streams` requests received. Throws if a request failed, or the server does not know it or its pieces.
 */
export function joinRust(
  found: RustDetails,
  truth: ReadonlyMap<string, TrueStream>,
  streams: number,
): WaveErrors {
  const requests = found.ttfts
    .map((_, index) => joined(found, index, truth))
    .sort((a, b) => a.received - b.received);
  return { whole: errorsOf(requests), steady: errorsOf(requests.slice(streams)) };
}

function joined(
  { ttfts, itls, generated_texts, errors }: RustDetails,
  index: number,
  truth: ReadonlyMap<string, TrueStream>,
): Late & { received: number } {
  if (errors[index]) throw new Error(`a request failed: ${errors[index]}`);
  const known = truth.get(eventIdOf(generated_texts[index]!));
  const written = known?.frames.filter(({ kind }) => isText(kind)).map((frame) => frame.written) ?? [];
  const gaps = itls[index]!;
  if (!known || written.length === 0 || written.length !== gaps.length + 1)
    throw new Error(`request ${index + 1}: ${gaps.length + 1} pieces came, ${written.length} were sent`);
  const ttft = ttfts[index]! * 1000;
  const e2e = gaps.reduce((sum, gap) => sum + gap * 1000, ttft);
  return {
    received: known.received,
    ttft: ttft - (written[0]! - known.received),
    e2e: e2e - (written.at(-1)! - known.received),
  };
}

const eventIdOf = (text: string): string => /^[\da-f-]{36}/.exec(text)?.[0] ?? '';
