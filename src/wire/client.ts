import OpenAI from 'openai';
import type { Dispatcher } from 'undici';
import type { Clock } from '../base/clock.ts';
import type { Redact } from '../base/redact.ts';
import type { Exchange } from '../measure/exchange.ts';
import type { Timeouts } from '../suite/suite.ts';
import { Attempt } from './attempt.ts';
import { bodyLimit, ByteBudget } from './byte-budget.ts';
import { WritingPace } from './buffered.ts';
import { LoopLag } from './loop-lag.ts';
import { sendNative } from './native-send.ts';
import type { ChatRequest } from './chat-request-body.ts';
import { tapFetch, type TapOptions } from './tap.ts';

/** Longest wait that a timer can hold; our own deadlines come long before. */
const never = 2 ** 31 - 1;
/** How often the loop is looked at while requests are in flight, to keep the lag's bound tight. */
const heartbeatMs = 10;

export interface GatewayOptions {
  dispatcher: Dispatcher;
  timeouts: Timeouts;
  clock: Clock;
  redact: Redact;
  /** What all answers in flight may hold. Absent: a share of the heap. */
  budget?: ByteBudget;
}

export interface AskHooks {
  /** Aborting it ends the attempt as cancelled. */
  signal?: AbortSignal;
  /** Called at the moment of `sent`. */
  onSent?: () => void;
}

/**
 * The way to the models. The openai SDK builds and makes each request, with its retries off; the answer is
 * read beneath it by an `Attempt`. Requests in Ollama's own words go the same way without the SDK.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #fetch: typeof fetch;
  readonly #clients = new Map<string, OpenAI>();
  readonly #lag = new LoopLag();
  readonly #budget: ByteBudget;
  readonly #paces = new Map<string, WritingPace>();
  #inFlight = 0;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#budget = options.budget ?? new ByteBudget();
    this.#fetch = tapFetch(options.dispatcher);
  }

  /** Requests under way and not over. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Never rejects: whatever happens is in the exchange. */
  async ask(request: ChatRequest, hooks: AskHooks = {}): Promise<Exchange> {
    this.#enter();
    const attempt = new Attempt({
      eventId: request.eventId,
      streamed: request.body.stream,
      native: request.native === true,
      timeouts: this.#options.timeouts,
      clock: this.#options.clock,
      redact: this.#options.redact,
      lag: this.#lag,
      budget: this.#budget,
      longestBody: bodyLimit(request.body),
      pace: this.#paceOf(request),
    });
    attempt.onSent = hooks.onSent;
    const cancel = (): void => {
      attempt.cancel('the run was stopped');
    };
    hooks.signal?.addEventListener('abort', cancel, { once: true });
    if (hooks.signal?.aborted) cancel();
    try {
      if (request.native === true) sendNative(this.#options.dispatcher, request, attempt);
      else await this.#sendBySdk(request, attempt);
    } catch (error) {
      // Mostly the attempt is over by now and knows better; what the SDK refused by itself never left.
      attempt.fail({
        status: 'error',
        family: 'client',
        code: 'not_sent',
        message: error instanceof Error ? error.message : String(error),
      });
    }
    const exchange = await attempt.finished;
    hooks.signal?.removeEventListener('abort', cancel);
    this.#leave();
    return exchange;
  }

  async #sendBySdk(request: ChatRequest, attempt: Attempt): Promise<void> {
    const options: TapOptions = { attempt };
    await this.#client(request.baseUrl)
      .chat.completions.create(request.body as unknown as OpenAI.ChatCompletionCreateParamsStreaming, {
        headers: request.headers,
        fetchOptions: options as never,
      })
      .asResponse();
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#options.dispatcher.destroy();
  }

  #client(baseURL: string): OpenAI {
    let client = this.#clients.get(baseURL);
    if (!client) {
      client = new OpenAI({
        baseURL,
        // The SDK insists on a key; the request's own headers decide what is sent.
        apiKey: 'unused',
        maxRetries: 0,
        timeout: never,
        logLevel: 'off',
        fetch: this.#fetch,
      });
      this.#clients.set(baseURL, client);
    }
    return client;
  }

  #paceOf({ baseUrl, body }: ChatRequest): WritingPace {
    const key = `${baseUrl}\n${body.model}`;
    const pace = this.#paces.get(key) ?? new WritingPace();
    this.#paces.set(key, pace);
    return pace;
  }

  #enter(): void {
    if (this.#inFlight++ === 0) this.#heartbeat = setInterval(() => this.#lag.observe(), heartbeatMs).unref();
  }

  #leave(): void {
    if (--this.#inFlight === 0) clearInterval(this.#heartbeat);
  }
}
