import type { LoadSettings } from '../load/load-modes.ts';
import type { Ms } from '../base/clock.ts';
import type { CheckSpec } from '../check/check.ts';
import type { Price } from '../measure/price.ts';

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Fields of the request body beside `model` and `messages`. */
export type Params = Record<string, Json>;

/** Message of the chat; `content` is a string, or parts as the OpenAI API takes them. */
export interface Message {
  role: string;
  content: Json;
  [field: string]: Json;
}

export interface Model {
  /** Short name, unique in the suite, used in tables. */
  id: string;
  /** As the suite names it: `custom-ollama/<model>`. */
  model: string;
  params: Params;
  /** Its own ceiling of requests in flight. */
  concurrency?: number;
  price?: Price;
}

export interface Prompt {
  /** Unique after expansion: `faq[de,plain]`, `tickets[4711]`. */
  id: string;
  tags: string[];
  messages: Message[];
  /** Suite defaults and the prompt's own, merged; a model's `params` win over these. */
  params: Params;
  checks: CheckSpec[];
}

export interface Timeouts {
  connectMs: Ms;
  firstTokenMs: Ms;
  /** Longest silence between data frames; comments do not count. */
  idleMs: Ms;
  totalMs: Ms;
}

export interface Retry {
  /** Attempts after the first. */
  max: number;
  /** First and longest back-off; full jitter between 0 and the doubled value. */
  backoffMs: [Ms, Ms];
  /** Cap on what a `Retry-After` may make us wait. */
  maxWaitMs: Ms;
  /** How long a way that does not answer at all is waited for, before the run ends as interrupted. */
  outageMs: Ms;
}

/** Upper limits of a run. An absent one does not limit. */
export interface Budget {
  requests?: number;
  tokens?: number;
  usd?: number;
  minutes?: number;
}

export interface RunSettings {
  repeat: number;
  warmup: number;
  order: 'blocks' | 'sequential';
  concurrency: number;
  timeouts: Timeouts;
  retry: Retry;
  budget: Budget;
  answers: 'full' | 'preview' | 'none';
  /**
   * A fresh token in each request, against the server's prompt cache: before the system prompt, or behind it. Absent:
   * none. Part of `suite_hash`, because it changes what is asked.
   */
  salt?: 'none' | 'prefix' | 'suffix';
  /** Share of failed requests above which a run counts as incomplete, 0 to 1. */
  maxErrorRate: number;
  /** Adds repeats until the interval of `metric` is narrow enough. */
  stop?: { when: 'ci_half_width'; metric: string; ratio: number; maxRepeat: number };
}

/** `p95(e2e_latency_ms)`, taken apart. */
export interface Threshold {
  metric: string;
  statistic: 'p50' | 'p90' | 'p95' | 'p99' | 'mean' | 'geomean' | 'ratio' | 'rate';
  column: string;
  model?: string;
  min?: number;
  max?: number;
  /** Decide on the point instead of the interval. */
  strict: boolean;
  /** Where it stands in the suite file, 1-based, for annotations. */
  line: number;
}

export interface GateRule {
  maxRatio?: number;
  minRatio?: number;
  maxDrop?: number;
  maxRise?: number;
}

export interface GateSettings {
  /** Nights in the baseline. */
  window: number;
  metrics: Record<string, GateRule>;
  /** Consecutive nights of alarm that make a failure. */
  confirm: number;
}

export type AuthMode = 'aig' | 'bearer';

/** How a local Ollama is asked. */
export interface LocalSettings {
  /** `openai`: its `/v1`, as on every route. `native`: its own `/api/chat`, which reports where its time went. */
  api: 'openai' | 'native';
  /** Native only: how long a model stays in memory after a request. Seconds, below 0 for ever; or text such as `10m`. */
  keepAlive?: string | number;
  /** Native only: tokens of context. */
  numCtx?: number;
}

export interface GatewaySettings {
  route?: string;
  auth: AuthMode;
  byokAlias?: string;
  headers: Record<string, string>;
  logPayload: boolean;
  /** For the route `local`. Absent: as `api: openai`. */
  local?: LocalSettings;
}

/** A suite, checked, with every variable, matrix and dataset expanded. Plain data: it goes into the manifest. */
export interface Suite {
  version: 1;
  name: string;
  description?: string;
  tags: string[];
  gateway: GatewaySettings;
  models: Model[];
  prompts: Prompt[];
  run: RunSettings;
  /** When each request is sent. Absent: the closed loop. */
  load?: LoadSettings;
  thresholds: Threshold[];
  gate?: GateSettings;
}
