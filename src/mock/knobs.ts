import type { Ms } from '../base/clock.ts';

/** What the usage of an answer looks like. */
export const usageStyles = ['none', 'plain', 'cached', 'full', 'cumulative'] as const;

/** How the connection ends: as HTTP asks, by closing early, or by a reset. */
export const endings = ['end', 'close', 'reset'] as const;

/**
 * Everything that can be turned about one answer. There is one mechanism: knobs are merged from these defaults,
 * the model's law, the server's `knobs` option, the model's name (`sim-exact?ttftMs=50&gapMs=5`) and the request
 * header `x-sim` (`{"ttftMs":50}`), each over the one before. An unknown knob or a wrong type is refused with 400.
 * Instants count from the moment at which the request had been read. Times are divided by the server's `speed`.
 */
export interface Knobs {
  /** Every delay is 0 and the whole answer leaves in one write. */
  instant: boolean;
  /** To the response's headers, when streamed. Otherwise they leave with the body. */
  headersMs: Ms;
  /** To the first frame with text. */
  ttftMs: Ms;
  /** Between frames. */
  gapMs: Ms;
  /** Each gap is multiplied by a uniform number in 1 ± jitter. */
  jitter: number;
  /** Chance that a gap is `tailFactor` times as long. */
  tailChance: number;
  tailFactor: number;
  /** After this many frames there is a pause of `stallMs`. */
  stallAfter: number | undefined;
  stallMs: Ms;
  /** Send a comment this often during the pause; 0 is silence. */
  stallCommentMs: Ms;
  /** From `[DONE]` to the end of the body. At 0 both leave in one write. */
  lingerMs: Ms;
  /** Nothing is sent before all is ready; then it is one write. */
  buffered: boolean;

  /** Frames of reasoning, when `reasoning` gives no text. */
  reasoningFrames: number;
  reasoning: string | undefined;
  /** Frames of answer, when `answer` gives no text. */
  answerFrames: number;
  answer: string | undefined;
  /** A tool call in place of the answer; `arguments` is the JSON text. */
  toolCall: { name: string; arguments: string } | undefined;
  /** Chance that a prompt that wants one of the request's tools gets the right call; else it gets the answer as text. */
  toolShare: number;
  /** The finish reason; empty for no finish frame. `max_tokens` makes it `length`. */
  finish: string;
  /** Completion tokens that no frame shows. */
  hiddenTokens: number;

  /** Frames in one write. */
  framesPerPacket: number;
  /** Each write is cut into pieces of this many bytes; 0 leaves it whole. */
  splitBytes: number;
  /** Each frame is cut inside its first character that takes more than one byte. */
  splitCharacter: boolean;
  /** Between the pieces, so that the reader gets them one by one. Not divided by `speed`. */
  splitMs: Ms;
  crlf: boolean;
  /** A comment before every so many frames; 0 for none. */
  commentEvery: number;
  /** Up to this many characters of an unknown field in each frame. */
  padding: number;
  /** Role in every delta, and the finish reason on the last frame with text: Ollama before mid-2026. */
  oldStyle: boolean;
  /** A frame of its own for the role, with the headers. */
  roleFrame: boolean;
  /** `reasoning` (Ollama) or `reasoning_content` (others). */
  reasoningField: string;
  gzip: boolean;
  /** Whether `[DONE]` is sent. */
  done: boolean;
  /** Wire text put in after `rawAfter` frames, as it is. */
  raw: string | undefined;
  rawAfter: number;
  /** The body in place of the answer, when no stream was asked for. */
  rawWhole: string | undefined;
  /** The stream stops after this many frames, in the manner of `ending`. */
  cutAfter: number | undefined;
  ending: (typeof endings)[number];
  /** Not even headers: at `headersMs` the connection ends in the manner of `ending`. */
  noHead: boolean;

  usage: (typeof usageStyles)[number];
  cachedTokens: number;
  promptTokens: number | undefined;
  completionTokens: number | undefined;
  /** The model name in the answer. */
  echoModel: string | undefined;
  contentType: string | undefined;
  /** To read a token of the prompt that is not in the prompt cache: before headers and first frame. */
  promptTokenMs: Ms;
  /** Prompts that were read are kept; what a later one shares with them from its start costs nothing. */
  promptCache: boolean;
  /** Tokens of a prompt beyond these are cut off without a word; Ollama's own API refuses it when told to. */
  contextTokens: number | undefined;
  /** How long a local model takes to load when it is not in memory. */
  loadMs: Ms;
  /** Nothing of the request appears in the gateway's log. */
  logMissing: boolean;

  /** Response headers to leave out; `optional` for all that clients must not require. */
  omitHeaders: string[];
  extraHeaders: Record<string, string>;

  /** Name of a scenario of `failures.ts`: what `sim-fail-<name>` sets. */
  fail: string | undefined;
  /** Only so many requests with the same body fail; 0 for all. */
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

/** What a knob without a default takes. */
const kindsOfAbsent: Partial<Record<keyof Knobs, string>> = {
  stallAfter: 'number',
  cutAfter: 'number',
  promptTokens: 'number',
  completionTokens: 'number',
  contextTokens: 'number',
  toolCall: 'object',
};

const words: Partial<Record<keyof Knobs, readonly string[]>> = { usage: usageStyles, ending: endings };

/** A knob that nobody has, or a value that it does not take. */
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

/** `ttftMs=50&buffered=true&answer=yes`: values that are JSON are taken as such, others as text. */
export function knobsOfQuery(query: string): Partial<Knobs> {
  if (query === '') return {};
  const given = Array.from(new URLSearchParams(query), ([name, text]) => [name, jsonOrText(name, text)]);
  return checkKnobs(Object.fromEntries(given));
}

/** The header `x-sim`. An absent one turns nothing. */
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
