import type { Ms } from '../../base/clock.ts';
import type { PlannedRequest } from '../../plan/plan.ts';
import type { GatewaySettings, Model } from '../../suite/suite.ts';
import type { Endpoint } from '../../target/route.ts';
import { chatRequest, type ChatRequest } from '../../wire/chat-request-body.ts';

/** Maximum usage of an examination. */
export interface Limits {
  /** Of any kind, including pages without a model. */
  requests: number;
  /** Prompt and completion of all requests to models. */
  tokens: number;
}

/** `max_tokens` of every question to a model. */
export const answerTokens = 256;
/** Tokens of its prompt, generously: it is short and always the same, but each model counts differently. */
export const promptTokens = 64;
export const tokensPerQuestion = promptTokens + answerTokens;

/** For a request that should not be answered: one token, in case it is answered anyway. */
export const knockTokens = promptTokens + 1;

/** Questions to each model on each route: one streamed, one not. */
export const questionsPerCell = 2;
/** Pages for finding one custom provider: its list of models at three places, or under two other names. */
export const pagesPerProvider = 3;
/** Requests to `/compat` without a model: without a token, and with it in the other header. */
export const doors = 2;
/** Waits between checks of the log, which is late by seconds. Together about a quarter of a minute. */
export const logWaits: readonly Ms[] = [500, 1000, 2000, 4000, 8000];
/** Cloudflare's API: gateway, custom providers, and the log, checked before the first wait and after each. */
export const accountPages = 2 + 1 + logWaits.length;
/** Models times routes. Try more of them in smaller groups. */
export const mostCells = 24;

/** The size of an examination, as far as it costs requests. */
export interface Extent {
  cells: number;
  /** Custom providers and lists of models, each counted once per route. */
  providers: number;
  /** Whether `/compat` is among the routes. */
  compat: boolean;
  /** Whether one more model request may show the token to the provider. */
  tryBearer: boolean;
  /** Whether Cloudflare's API is used. */
  account: boolean;
}

export function limitsOf({ cells, providers, compat, tryBearer, account }: Extent): Limits {
  const questions = questionsPerCell * cells + (tryBearer ? 1 : 0);
  const knocks = compat ? doors : 0;
  const pages = pagesPerProvider * providers + knocks + (account ? accountPages : 0);
  return { requests: questions + pages, tokens: questions * tokensPerQuestion + knocks * knockTokens };
}

/** Enforces the limits: nothing is sent that it does not allow. */
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
   * Tokens that servers used beyond `max_tokens`. They are not part of `spent`, but nothing more is sent if both
   * together reach the limit.
   */
  get overrun(): number {
    return this.#overrun;
  }

  /** Reserves one request that may use up to `tokens`. False: it must not be sent. */
  take(tokens = 0): boolean {
    if (this.#requests >= this.limits.requests) return false;
    if (this.#tokens + this.#overrun + tokens > this.limits.tokens) return false;
    this.#requests++;
    this.#tokens += tokens;
    return true;
  }

  /** Replaces the reservation by the actual usage. */
  settle(taken: number, used: number): void {
    this.#tokens += Math.min(used, taken) - taken;
    this.#overrun += Math.max(0, used - taken);
  }
}

/** Long enough to show whether it streams, and the same for every model. */
const prompt = 'Count from one to twelve in words, separated by spaces. Write nothing else.';
/** Names no provider, so a gateway can only refuse it. */
const nobody = 'gatebench-doctor';

export interface Asker {
  /** Names this examination in the gateway's log. */
  runId: string;
  settings: GatewaySettings;
  newEventId: () => string;
}

/** A small question to a model, built like a run's requests, with the model's own params. */
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
 * The same without a real model: what the gateway refuses first, credentials or model, is the answer. A server that
 * answers to any name sends one token.
 */
export function knock(
  { model, route, endpoint }: { model: Model; route: string; endpoint: Endpoint },
  asker: Asker,
): ChatRequest {
  return question({ model, route, endpoint: { ...endpoint, wireModel: nobody } }, false, asker, 1);
}
