import { z } from 'zod';
import type { Ms } from '../base/clock.ts';
import { workerSchema } from '../journal/manifest.ts';
import { chunkKinds } from '../measure/chunk-log.ts';
import type { Hello, ResultForm, WorkerBeat } from './forms.ts';

/** What comes from other machines is checked once, here: it may be of another version, or from a stranger. */
const known = z.looseObject;

/** Longer than any request, and short enough that a time with it is still a date. */
const longestMs: Ms = 30 * 24 * 3_600_000;
const ms = z.number().min(0).max(longestMs);
const word = z.string().max(1000);

const hello = known({
  ...workerSchema.shape,
  // Without one that can be read, its rows are marked.
  calibration: workerSchema.shape.calibration.catch(undefined),
  name: word.min(1),
  process: word,
  routes: z.array(known({ route: word, host: word })),
  wire_models: z.record(z.string(), word),
  refuses: word.optional(),
});

const beat = known({
  beat: z.number(),
  in_flight: z.number(),
  done: z.number(),
  is_ready: z.boolean(),
});

const maybe = z.number().optional();
const numbers = z.record(z.string(), z.number());
const texts = z.array(z.string());

const exchange = known({
  outcome: z.enum(['ok', 'failed']),
  startedAt: z.iso.datetime(),
  wasSent: z.boolean(),
  streamed: z.boolean(),
  buffered: z.boolean(),
  endMs: ms,
  ...{ eventId: z.string(), finishReason: z.string().optional(), unread: z.string().optional() },
  ...{ requestWrittenMs: maybe, httpStatus: maybe, headersMs: maybe, firstEventMs: maybe },
  ...{ doneMs: maybe, bodyEndMs: maybe, clientLagMs: maybe },
  answer: z.string(),
  reasoning: z.string(),
  toolCalls: z.array(known({ id: z.string(), name: z.string(), arguments: z.string() })),
  connection: z.record(z.string(), z.union([z.number(), z.boolean()])),
  usage: numbers,
  serverTimings: numbers.optional(),
  receipts: z.record(z.string(), z.string()),
  notes: texts.optional(),
  withheld: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
  chunks: z.array(
    z.object({ at: z.number(), kind: z.enum(chunkKinds), chars: z.number().min(0), merged: z.boolean() }),
  ),
}).and(
  z.union([
    known({ outcome: z.literal('ok') }),
    known({
      failure: known({
        ...{ status: z.string(), family: z.string(), code: z.string(), message: z.string() },
        retryAfterMs: maybe,
      }),
    }),
  ]),
);

const result = known({
  worker: word.min(1),
  hand_ms: ms,
  queue_ms: z.number().optional(),
  memory: z.record(z.string(), z.union([z.number(), z.boolean()])),
  verdict: known({
    ...{ passed: z.boolean().optional(), score: maybe, passed_now: z.boolean().optional() },
    ...{ failed_checks: texts.optional(), check_why: texts.optional() },
  }).optional(),
  exchange,
});

/** Undefined if it cannot be understood. */
export const helloOf = (value: unknown): Hello | undefined => parsed(hello, value) as Hello | undefined;

/** Undefined if it cannot be understood. */
export const beatOf = (value: unknown): WorkerBeat | undefined =>
  parsed(beat, value) as WorkerBeat | undefined;

/** Undefined if it cannot be understood. */
export function resultOf(text: string): ResultForm | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return parsed(result, value) as ResultForm | undefined;
}

function parsed(schema: z.ZodType, value: unknown): unknown {
  const read = schema.safeParse(value);
  return read.success ? read.data : undefined;
}
