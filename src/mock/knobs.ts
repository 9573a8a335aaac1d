import type { Ms } from '../base/clock.ts';

/** Form of an answer's usage. */
export const usageStyles = ['none', 'plain', 'cached', 'full', 'cumulative'] as const;

/** How the connection ends: as HTTP requires, by closing early, or by a reset. */
export const endings = ['end', 'close', 'reset'] as const;

/**
 * Everything adjustable about one answer. There is one mechanism: knobs are merged from these defaults, the model's
 * distribution, the server's `knobs` option, the model's name (`sim-exact?ttftMs=50&gapMs=5`) and the request header
 * `x-sim` (`{"ttftMs":50}`). Later ones override earlier ones. An unknown knob or a wrong type is refused with 400.
 * Instants count from the moment at which the request had been read. Times are divided by the server's `speed`.
 */
export interface Knobs {
  /** Every delay is 0 and the whole answer leaves in one write. */
  instant: boolean;
  /** Until the response's headers, if streamed. Otherwise they leave with the body. */
  headersMs: Ms;
  /** Until the first frame with text. */
  ttftMs: Ms;
  /** Between frames. */
  gapMs: Ms;
  /** Each gap is multiplied by a uniform random number in 1 ± jitter. */
  jitter: number;
  /** Probability that a gap is `tailFactor` times as long. */
  tailChance: number;
  tailFactor: number;
  /** After this many frames there is a pause of `stallMs`. */
  stallAfter: number | undefined;
  stallMs: Ms;
  /** Send a comment at this interval during the pause. 0: silence. */
  stallCommentMs: Ms;
  /** From `[DONE]` to the end of the body. At 0 both leave in one write. */
  lingerMs: Ms;
  /** Nothing is sent before everything is ready. Then it is one write. */
  buffered: boolean;

  /** Frames of reasoning, if `reasoning` gives no text. */
  reasoningFrames: number;
  reasoning: string | undefined;
  /** Frames of answer, if `answer` gives no text. */
  answerFrames: number;
  answer: string | undefined;
  /** The first piece is the request's event id, which names its truth for a client that cannot send one. */
  namesEvent: boolean;
  /** A tool call instead of the answer. `arguments` is the JSON text. */
  toolCall: { name: string; arguments: string } | undefined;
  /**
   * Probability that a prompt that needs one of the request's tools gets the right call. Otherwise it gets the answer
   * as text.
   */
  toolShare: number;
  /** The finish reason. Empty: no finish frame. `max_tokens` makes it `length`. */
  finish: string;
  /** Completion tokens that no frame shows. */
  hiddenTokens: number;

  framesPerPacket: number;
  /** Each write is split into pieces of this many bytes. 0 leaves it whole. */
  splitBytes: number;
  /** Each frame is split inside its first multi-byte character. */
  splitCharacter: boolean;
  /** Delay between the pieces, so that the reader gets them one by one. Not divided by `speed`. */
  splitMs: Ms;
  crlf: boolean;
  /** A comment before every this many frames. 0: none. */
  commentEvery: number;
  /** Up to this many characters of an unknown field in each frame. */
  padding: number;
  /** Role in every delta, and the finish reason on the last frame with text: Ollama before mid-2026. */
  oldStyle: boolean;
  /** A separate frame for the role, with the headers. */
  roleFrame: boolean;
  /** `reasoning` (Ollama) or `reasoning_content` (others). */
  reasoningField: string;
  gzip: boolean;
  /** Whether `[DONE]` is sent. */
  done: boolean;
  /** Wire text inserted after `rawAfter` frames, unchanged. */
  raw: string | undefined;
  rawAfter: number;
  /** The body instead of the answer, if no stream was requested. */
  rawWhole: string | undefined;
  /** The stream stops after this many frames, as `ending` says. */
  cutAfter: number | undefined;
  ending: (typeof endings)[number];
  /** Not even headers: at `headersMs` the connection ends as `ending` says. */
  noHead: boolean;

  usage: (typeof usageStyles)[number];
  cachedTokens: number;
  promptTokens: number | undefined;
  completionTokens: number | undefined;
  /** The model name in the answer. */
  echoModel: string | undefined;
  contentType: string | undefined;
  /** Time to read a token of the prompt that is not in the prompt cache: before headers and first frame. */
  promptTokenMs: Ms;
  /** Keep prompts that were read. A common beginning with a later one then costs nothing. */
  promptCache: boolean;
  /** Tokens of a prompt beyond this are silently cut off. Ollama's own API refuses the prompt if told to. */
  contextTokens: number | undefined;
  /** Time for a local model to load if it is not in memory. */
  loadMs: Ms;
  /** The request does not appear in the gateway's log. */
  logMissing: boolean;

  /** Response headers to leave out. `optional`: all that clients must not require. */
  omitHeaders: string[];
  extraHeaders: Record<string, string>;

  /** Name of a scenario of `failures.ts`, as set by `sim-fail-<name>`. */
  fail: string | undefined;
  /** Only this many requests with the same body fail. 0: all. */
  times: number;
}

export const defaultKnobs: Knobs = {
  instant: false,
  headersMs: 20,
  ttftMs: 100,
  gapMs: 20,
  jitter: 0,
  tailChance: 0,
  tailFactor: 10,
  stallAfter: undefined,
  stallMs: 0,
  stallCommentMs: 0,
  lingerMs: 0,
  buffered: false,
  reasoningFrames: 0,
  reasoning: undefined,
  answerFrames: 50,
  answer: undefined,
  namesEvent: false,
  toolCall: undefined,
  toolShare: 0.9,
  finish: 'stop',
  hiddenTokens: 0,
  framesPerPacket: 1,
  splitBytes: 0,
  splitCharacter: false,
  splitMs: 2,
  crlf: false,
  commentEvery: 0,
  padding: 0,
  oldStyle: false,
  roleFrame: false,
  reasoningField: 'reasoning',
  gzip: false,
  done: true,
  raw: undefined,
  rawAfter: 0,
  rawWhole: undefined,
  cutAfter: undefined,
  ending: 'end',
  noHead: false,
  usage: 'plain',
  cachedTokens: 0,
  promptTokens: undefined,
  completionTokens: undefined,
  echoModel: undefined,
  contentType: undefined,
  promptTokenMs: 0,
  promptCache: false,
  contextTokens: undefined,
  loadMs: 0,
  logMissing: false,
  omitHeaders: [],
  extraHeaders: {},
  fail: undefined,
  times: 0,
};

/** Types of knobs without a default. */
const kindsOfAbsent: Partial<Record<keyof Knobs, string>> = {
  stallAfter: 'number',
  cutAfter: 'number',
  promptTokens: 'number',
  completionTokens: 'number',
  contextTokens: 'number',
  toolCall: 'object',
};

const words: Partial<Record<keyof Knobs, readonly string[]>> = { usage: usageStyles, ending: endings };

/** An unknown knob, or a value that it does not accept. */
export class KnobError extends Error {
  override readonly name = 'KnobError';
}

/** Checks knobs from outside. Throws `KnobError` with every fault in one line. */
export function checkKnobs(given: unknown): Partial<Knobs> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new KnobError('knobs are a JSON object, like {"ttftMs":50}');
  const faults = Object.entries(given).flatMap(([name, value]) => fault(name, value) ?? []);
  if (faults.length > 0) throw new KnobError(faults.join('; '));
  return given;
}

function fault(name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(defaultKnobs, name)) return `there is no knob '${name}'`;
  const knob = name as keyof Knobs;
  const kind =
    defaultKnobs[knob] === undefined ? (kindsOfAbsent[knob] ?? 'string') : typeof defaultKnobs[knob];
  if (typeof value !== kind || value === null) return `'${name}' takes a ${kind}`;
  if (typeof value === 'number' && !(value >= 0)) return `'${name}' takes a number of 0 or more`;
  const known = words[knob];
  if (typeof value === 'string' && known && !known.includes(value))
    return `'${name}' takes one of ${known.join(', ')}`;
  return undefined;
}

/** `ttftMs=50&buffered=true&answer=yes`: values that are JSON are parsed, others are text. */
export function knobsOfQuery(query: string): Partial<Knobs> {
  if (query === '') return {};
  const given = Array.from(new URLSearchParams(query), ([name, text]) => [name, jsonOrText(name, text)]);
  return checkKnobs(Object.fromEntries(given));
}

/** The header `x-sim`. If absent, there are no knobs. */
export function knobsOfHeader(header: string | undefined): Partial<Knobs> {
  if (header === undefined) return {};
  try {
    return checkKnobs(JSON.parse(header));
  } catch (error) {
    if (error instanceof KnobError) throw error;
    throw new KnobError('x-sim is not JSON');
  }
}

function jsonOrText(name: string, text: string): unknown {
  const takesText = Object.hasOwn(defaultKnobs, name) && fault(name, '') === undefined;
  if (takesText) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
