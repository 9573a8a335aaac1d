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

/** Fields of the request body beside `model` and `messages`. */
export type Params = Record<string, Json>;

/** Message of the chat; `content` is a string, or parts as the OpenAI API takes them. */
export interface Message {
  role: string;
  content: Json;
  [field: string]: Json;
}

/** As the suite names it: `custom-ollama/<model>`, and by a short name that is unique in the suite. */
export interface Model extends Resolved<Omit<Exclude<ModelSpec, string>, 'id' | 'params' | 'price'>> {
  id: string;
  params: Params;
  price?: Price;
  /** As the revision has it that a run is held against. Absent: the same. */
  before?: Pick<Model, 'model' | 'params'>;
}

/** One of several ways to ask, compared like models. Its texts stand in the prompts. */
export interface PromptVariant {
  id: string;
  description?: string;
  /** They win over those of prompts and models. */
  params: Params;
  /** As the revision has it that a run is held against. Absent: the same. */
  before?: Pick<PromptVariant, 'params'>;
}

export interface Prompt {
  /** Unique after expansion: `faq[de,plain]`, `tickets[4711]`. */
  id: string;
  tags: string[];
  messages: Message[];
  /** What is said instead, by variant, where a variant says something else. Absent: nowhere. */
  variants?: Record<string, Message[]>;
  /** Suite defaults and the prompt's own, merged; a model's `params` win over these. */
  params: Params;
  /** What is done to an answer's text before checks, judges, and people see it. Absent: nothing. */
  answer?: Transform[];
  checks: CheckSpec[];
  /** What judges and people are asked about its answers, in the suite's order. Absent: nothing. */
  criteria?: AskedCriterion[];
  /** As the revision has it that a run is held against. Absent: the same. */
  before?: Pick<Prompt, 'messages' | 'variants' | 'params' | 'answer' | 'checks'>;
}

/** What a run is held against: its own suite, as an earlier revision has it. */
export interface Against {
  /** As it was typed: a branch, a tag, `HEAD~1`. */
  ref: string;
  /** Its commit, 40 hexadecimal digits. */
  commit: string;
  /** Of the suite at that commit, from the top of its repository. */
  path: string;
  /** Prompts that are the same in both and are not asked. */
  unchanged: number;
  /** Prompts that only one of them has, which are not asked either. */
  added: string[];
  removed: string[];
}

/** Each with its default, or what the total leaves of it. Milliseconds. */
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
  /** Absent: none. Part of `suite_hash`, because it changes what is asked. */
  salt?: RunSpec['salt'];
  stop?: Resolved<NonNullable<RunSpec['stop']>>;
}

/** `p95(e2e_latency_ms)`, taken apart. */
export interface Threshold extends Resolved<Omit<ThresholdSpec, 'level'>> {
  /** Of `attainment`: requests per second, or requests in flight. */
  level?: number;
  statistic: (typeof statistics)[number];
  column: string;
  /** Where it stands in the suite file, 1-based, for annotations. */
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
  /** Unique among judges; a model of the suite may have the same. */
  id: string;
  params: Params;
  price?: Price;
}

/** One question about an answer, or about two. */
export interface Criterion extends Resolved<Pick<CriterionSpec, 'id' | 'reference' | 'show'>> {
  /** `ask`: about one answer. `prefer`: which of two is better. */
  kind: 'ask' | 'prefer';
  /** As it stands in the suite; `{{name}}` is filled in for each prompt. */
  question: string;
  /** Word → score, 0 to 1. Empty where answers are compared. */
  verdicts: Record<string, number>;
  /** Of `prefer`: `all` pairs of models, or those with this one. */
  against?: string;
}

/** A criterion as one prompt asks it, its variables filled in. */
export interface AskedCriterion {
  id: string;
  question: string;
  reference?: string;
}

/** One limit of a job. Of a criterion: its rate, from 0 to 1. */
export type NeedLimit = { metric: string; min?: number; max?: number } & (
  { criterion: string } | { statistic: Threshold['statistic']; column: string }
);

/** What is good enough, and which of those to choose. `best`: by the checks' rate (`passed`) or a criterion's. */
export interface Need {
  limits: NeedLimit[];
  then: { by: 'cheapest' | 'fastest' } | { by: 'best'; of: string };
}

/** How answers are judged, beside the checks. */
export interface Quality {
  judges: Judge[];
  criteria: Criterion[];
  /** Judging's own. */
  budget: Budget;
  need?: Need;
}

/** How a local Ollama is asked. */
export type LocalSettings = Resolved<NonNullable<GatewaySpec['local']>>;

export interface GatewaySettings extends Resolved<Omit<GatewaySpec, 'local'>> {
  /** For the route `local`. Absent: as `api: openai`. */
  local?: LocalSettings;
}

export type AuthMode = GatewaySettings['auth'];

/** A suite, checked, with every variable, matrix and dataset expanded. Plain data: it goes into the manifest. */
export interface Suite extends Resolved<Pick<SuiteSpec, 'version' | 'name' | 'description' | 'tags'>> {
  gateway: GatewaySettings;
  models: Model[];
  prompts: Prompt[];
  /** Absent: every prompt is asked in one way. */
  variants?: PromptVariant[];
  /** Prompts and models are those that differ, each with what it was `before`. Absent: the suite stands for itself. */
  against?: Against;
  /** Absent: checks alone say how good an answer is. */
  quality?: Quality;
  run: RunSettings;
  /** When each request is sent. Absent: the closed loop. */
  load?: LoadSettings;
  thresholds: Threshold[];
  gate?: GateSettings;
}
