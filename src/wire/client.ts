import type { Dispatcher } from 'undici';
import type { Clock } from '../base/clock.ts';
import type { Redact } from '../base/redact.ts';
import type { Exchange } from '../measure/exchange.ts';
import type { Timeouts } from '../suite/suite.ts';
import { Attempt } from './attempt.ts';
import { bodyLimit, ByteBudget } from './byte-budget.ts';
import { WritingPace } from './buffered.ts';
import { LoopLag } from './loop-lag.ts';
import { nativeRequest } from './native-send.ts';
import type { ChatRequest } from './chat-request-body.ts';
import { SdkRequests, type WireRequest } from './sdk-request.ts';

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
 * The way to the models. The openai SDK says what each request looks like; it is sent, and its answer read, beneath
 * the SDK by an `Attempt`. Requests in Ollama's own words go the same way without the SDK.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #requests = new SdkRequests();
  readonly #lag = new LoopLag();
  readonly #budget: ByteBudget;
  readonly #paces = new Map<string, WritingPace>();
  #inFlight = 0;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#budget = options.budget ?? new ByteBudget();
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
      this.#send(
        request.native === true ? nativeRequest(request) : await this.#requests.of(request),
        attempt,
      );
    } catch (error) {
      // What the SDK refused, or undici, never left.
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

  #send({ url, method, headers, body }: WireRequest, attempt: Attempt): void {
    const { dispatcher } = this.#options;
    const path = url.pathname + url.search;
    const options = { origin: url.origin, path, method: method, headers, body };
    attempt.send(() => dispatcher.dispatch(options, attempt));
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#options.dispatcher.destroy();
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
