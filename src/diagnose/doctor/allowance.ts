import type { Ms } from '../../base/clock.ts';
import type { PlannedRequest } from '../../plan/plan.ts';
import type { GatewaySettings, Model } from '../../suite/suite.ts';
import type { Endpoint } from '../../target/route.ts';
import { chatRequest, type ChatRequest } from '../../wire/chat-request-body.ts';

/** The most that an examination may use. */
export interface Limits {
  /** Of every kind, pages without a model included. */
  requests: number;
  /** Prompt and completion of all requests to models. */
  tokens: number;
}

/** `max_tokens` of every question to a model. */
export const answerTokens = 256;
/** Of its prompt, generously: that is short and always the same, but each model counts in its own way. */
export const promptTokens = 64;
export const tokensPerQuestion = promptTokens + answerTokens;

/** Of a request that nobody should answer: one token, should somebody answer all the same. */
export const knockTokens = promptTokens + 1;

/** Questions to each model on each route: one streamed, one not. */
export const questionsPerCell = 2;
/** Pages that find one custom provider: its list of models at three places, or under two other names. */
export const pagesPerProvider = 3;
/** Requests to `/compat` that name no model: without a token, and with it in the other header. */
export const doors = 2;
/** Waits between looks into the log, which is late by seconds; together about a quarter of a minute. */
export const logWaits: readonly Ms[] = [500, 1000, 2000, 4000, 8000];
/** Cloudflare's API: gateway, custom providers, and the log, looked into before the first wait and after each. */
export const accountPages = 2 + 1 + logWaits.length;
/** Models times routes; more are better tried a few at a time. */
export const mostCells = 24;

/** What is to be examined, as far as it costs requests. */
export interface Extent {
  cells: number;
  /** Custom providers and lists of models, each counted once for each route. */
  providers: number;
  /** Whether `/compat` is among the routes. */
  compat: boolean;
  /** Whether one more model request may show the token to the provider. */
  tryBearer: boolean;
  /** Whether Cloudflare's API is asked. */
  account: boolean;
}

export function limitsOf({ cells, providers, compat, tryBearer, account }: Extent): Limits {
  const questions = questionsPerCell * cells + (tryBearer ? 1 : 0);
  const knocks = compat ? doors : 0;
  const pages = pagesPerProvider * providers + knocks + (account ? accountPages : 0);
  return { requests: questions + pages, tokens: questions * tokensPerQuestion + knocks * knockTokens };
}

/** Keeps to the limits: nothing is sent that it does not allow. */
export class Allowance {
  readonly limits: Limits;
  #requests = 0;
  #tokens = 0;
  #overrun = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  get spent(): Limits {
    return { requests: this.#requests, tokens: this.#tokens };
  }

  /**
   * Tokens that servers used beyond what they were allowed, whatever `max_tokens` said. They are no part of `spent`, but
   * nothing more is sent where both together reach the limit.
   */
  get overrun(): number {
    return this.#overrun;
  }

  /** Takes one request that may use up to `tokens`. False: it must not be sent. */
  take(tokens = 0): boolean {
    if (this.#requests >= this.limits.requests) return false;
    if (this.#tokens + this.#overrun + tokens > this.limits.tokens) return false;
    this.#requests++;
    this.#tokens += tokens;
    return true;
  }

  /** Puts what was used in the place of what was taken for it. */
  settle(taken: number, used: number): void {
    this.#tokens += Math.min(used, taken) - taken;
    this.#overrun += Math.max(0, used - taken);
  }
}

/** Long enough an answer to see whether it streams, and the same for every model. */
const prompt = 'Count from one to twelve in words, separated by spaces. Write nothing else.';
/** Names no provider, so a gateway can only refuse it. */
const nobody = 'gatebench-doctor';

export interface Asker {
  /** Names this examination in the gateway's log. */
  runId: string;
  settings: GatewaySettings;
  newEventId: () => string;
}

/** A small question to a model: made as a run makes its requests, with the model's own params. */
export function question(
  { model, route, endpoint }: { model: Model; route: string; endpoint: Endpoint },
  stream: boolean,
  { runId, settings, newEventId }: Asker,
  maxTokens = answerTokens,
): ChatRequest {
  const params = { ...model.params, max_tokens: maxTokens, stream };
  const planned: PlannedRequest = {
    key: '',
    phase: 'measure',
    repeat: 1,
    block: 1,
    position: 1,
    cell: { model: { ...model, params }, route },
    prompt: {
      id: stream ? 'streamed' : 'whole',
      tags: [],
      messages: [{ role: 'user', content: prompt }],
      params: {},
      checks: [],
    },
  };
  return chatRequest(planned, endpoint, { runId, suite: 'doctor', eventId: newEventId(), settings });
}

/**
 * The same to nobody: what the gateway refuses first, credentials or model, is the answer. A server that answers to any
 * name says one token.
 */
export function knock(
  { model, route, endpoint }: { model: Model; route: string; endpoint: Endpoint },
  asker: Asker,
): ChatRequest {
  return question({ model, route, endpoint: { ...endpoint, wireModel: nobody } }, false, asker, 1);
}
