import type { LoadSettings } from '../load/load-modes.ts';
import type { CheckSpec } from '../check/check.ts';
import type { Transform } from '../check/transforms.ts';
import type { Price } from '../measure/price.ts';
import type { Resolved } from './resolved.ts';
import type { GatewaySpec } from './schema/gateway-schema.ts';
import type { ModelSpec } from './schema/model-schema.ts';
import type { QualitySpec } from './schema/quality-schema.ts';
import type { RunSpec } from './schema/run-schema.ts';
import type { SuiteSpec } from './schema/suite-schema.ts';
import type { GateSpec, ThresholdSpec } from './schema/verdict-schema.ts';
import type { statistics } from './vocabulary.ts';

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Fields of the request body besides `model` and `messages`. */
export type Params = Record<string, Json>;

/** Message of the chat. `content` is a string, or parts as in the OpenAI API. */
export interface Message {
  role: string;
  content: Json;
  [field: string]: Json;
}

/** A model of the suite: `custom-ollama/<model>`, with a short id that is unique in the suite. */
export interface Model extends Resolved<Omit<Exclude<ModelSpec, string>, 'id' | 'params' | 'price'>> {
  id: string;
  params: Params;
  price?: Price;
  /** As it was in the revision that a run compares with. Absent: the same. */
  before?: Pick<Model, 'model' | 'params'>;
}

/** One of several ways to ask, compared like models. Its texts are in the prompts. */
export interface PromptVariant {
  id: string;
  description?: string;
  /** Override those of prompts and models. */
  params: Params;
  /** As it was in the revision that a run compares with. Absent: the same. */
  before?: Pick<PromptVariant, 'params'>;
}

export interface Prompt {
  /** Unique after expansion: `faq[de,plain]`, `tickets[4711]`. */
  id: string;
  tags: string[];
  messages: Message[];
  /** Other messages, by variant, for variants that have them. Absent: none do. */
  variants?: Record<string, Message[]>;
  /** Suite defaults merged with the prompt's own. A model's `params` override these. */
  params: Params;
  /** Transforms of an answer's text before checks, judges, and people see it. Absent: none. */
  answer?: Transform[];
  checks: CheckSpec[];
  /** Criteria that judges and people apply to its answers, in the suite's order. Absent: none. */
  criteria?: AskedCriterion[];
  /** As it was in the revision that a run compares with. Absent: the same. */
  before?: Pick<Prompt, 'messages' | 'variants' | 'params' | 'answer' | 'checks'>;
}

/** The earlier revision of its own suite that a run compares with. */
export interface Against {
  /** As typed: a branch, a tag, `HEAD~1`. */
  ref: string;
  /** Its commit, 40 hexadecimal digits. */
  commit: string;
  /** Path of the suite at that commit, from the top of its repository. */
  path: string;
  /** Prompts that are the same in both. They are not asked. */
  unchanged: number;
  /** Prompts that only one of them has. They are not asked either. */
  added: string[];
  removed: string[];
}

/** Milliseconds. Each has its default, or what the total leaves for it. */
export type Timeouts = Required<Resolved<RunSpec['timeouts']>>;

/** The wait between attempts is drawn between 0 and `backoffMs`, which doubles from its first value to its second. */
export type Retry = Required<Resolved<RunSpec['retry']>>;

/** Upper limits of a run. An absent one does not limit. */
export type Budget = Resolved<RunSpec['budget']>;

export interface RunSettings extends Resolved<
  Omit<RunSpec, 'timeouts' | 'retry' | 'budget' | 'salt' | 'stop'>
> {
  timeouts: Timeouts;
  retry: Retry;
  budget: Budget;
  /** Absent: none. Part of `suite_hash`, because it changes the requests. */
  salt?: RunSpec['salt'];
  stop?: Resolved<NonNullable<RunSpec['stop']>>;
}

/** `p95(e2e_latency_ms)`, parsed. */
export interface Threshold extends Resolved<Omit<ThresholdSpec, 'level'>> {
  /** For `attainment`: requests per second, or requests in flight. */
  level?: number;
  statistic: (typeof statistics)[number];
  column: string;
  /** Its place in the suite file, from 1, for annotations. */
  line: number;
}

export type GateRule = Resolved<NonNullable<GateSpec['metrics'][string]>>;

export interface GateSettings extends Resolved<Omit<GateSpec, 'metrics'>> {
  metrics: Record<string, GateRule>;
}

type JudgeSpec = QualitySpec['judges'][number];
type CriterionSpec = QualitySpec['criteria'][number];

/** A model that answers criteria. */
export interface Judge extends Resolved<Omit<JudgeSpec, 'id' | 'params' | 'price'>> {
  /** Unique among judges. A model of the suite may have the same id. */
  id: string;
  params: Params;
  price?: Price;
}

/** One question about an answer, or about two. */
export interface Criterion extends Resolved<Pick<CriterionSpec, 'id' | 'reference' | 'show'>> {
  /** `ask`: about one answer. `prefer`: which of two is better. */
  kind: 'ask' | 'prefer';
  /** As written in the suite. `{{name}}` is filled in for each prompt. */
  question: string;
  /** Word → score, 0 to 1. Empty if answers are compared. */
  verdicts: Record<string, number>;
  /** For `prefer`: `all` pairs of models, or those with this one. */
  against?: string;
}

/** A criterion as one prompt asks it, its variables filled in. */
export interface AskedCriterion {
  id: string;
  question: string;
  reference?: string;
}

/** One limit of a job. For a criterion: its rate, from 0 to 1. */
export type NeedLimit = { metric: string; min?: number; max?: number } & (
  { criterion: string } | { statistic: Threshold['statistic']; column: string }
);

/** What is good enough, and which good model to choose. `best`: by the checks' rate (`passed`) or a criterion's. */
export interface Need {
  limits: NeedLimit[];
  then: { by: 'cheapest' | 'fastest' } | { by: 'best'; of: string };
}

/** How answers are judged, in addition to the checks. */
export interface Quality {
  judges: Judge[];
  criteria: Criterion[];
  /** Budget for judging only. */
  budget: Budget;
  need?: Need;
}

/** How to ask a local Ollama. */
export type LocalSettings = Resolved<NonNullable<GatewaySpec['local']>>;

export interface GatewaySettings extends Resolved<Omit<GatewaySpec, 'local'>> {
  /** For the route `local`. Absent: `api: openai`. */
  local?: LocalSettings;
}

export type AuthMode = GatewaySettings['auth'];

/** A checked suite, with every variable, matrix and dataset expanded. Plain data: the manifest contains it. */
export interface Suite extends Resolved<Pick<SuiteSpec, 'version' | 'name' | 'description' | 'tags'>> {
  gateway: GatewaySettings;
  models: Model[];
  prompts: Prompt[];
  /** Absent: every prompt has a single form. */
  variants?: PromptVariant[];
  /**
   * Its prompts and models are those that differ, each with its earlier version in `before`. Absent: no comparison with
   * a revision.
   */
  against?: Against;
  /** Absent: only checks say how good an answer is. */
  quality?: Quality;
  run: RunSettings;
  /** When each request is sent. Absent: the closed loop. */
  load?: LoadSettings;
  thresholds: Threshold[];
  gate?: GateSettings;
}
