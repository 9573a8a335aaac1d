import { createHash } from 'node:crypto';
import { seededRandom } from '../base/random.ts';
import type { Random } from '../base/random.ts';
import type { ChatBody } from './chat-request.ts';
import { scenarioOf } from './failure-modes.ts';
import type { Scenario } from './failure-modes.ts';
import { defaultKnobs, KnobError, knobsOfHeader, knobsOfQuery } from './knobs.ts';
import type { Knobs } from './knobs.ts';
import { simModels } from './mock-models.ts';
import { judgeNamed } from './sim-judges.ts';
import type { MockOptions } from './options.ts';
import { rightCall } from './tool-use.ts';

/** How one request will be answered, with all random choices made. */
export interface Draw {
  /** `chatcmpl-` and a number below 999, as in Ollama: not unique. */
  id: string;
  knobs: Knobs;
  /** Random source for the gaps. */
  random: Random;
  /** A response instead of the answer. */
  failure: Extract<Scenario, { respond: unknown }> | undefined;
}

/** Distinct requests whose repetitions are counted. The oldest are forgotten. */
const maxCounted = 100_000;
const failPrefix = 'sim-fail-';

/** Draws answers from the models' distributions. The same requests in the same order get the same draws. */
export class Simulator {
  readonly #options: MockOptions;
  readonly #seen = new Map<string, number>();

  constructor(options: MockOptions) {
    this.#options = options;
  }

  /**
   * The draw for one request, from the server's seed, the model, the body and how often this body came before.
   * Undefined if there is no such model. Throws `KnobError`.
   */
  draw({ text, model, lastText, offer }: ChatBody, header: string | undefined): Draw | undefined {
    const [name, query] = splitOnce(model, '?');
    const bare = this.#options.acceptCloudSuffix ? name.replace(/:cloud$/, '') : name;
    const isFailure = bare.startsWith(failPrefix);
    const asked = isFailure ? 'sim-exact' : bare;
    const known = simModels.find(({ name: each }) => each === asked) ?? judgeNamed(asked);
    if (!known || this.#options.retired.includes(known.name)) return undefined;

    const key = createHash('sha1').update(model).update('\n').update(text).digest('base64');
    const occurrence = this.#count(key);
    const random = seededRandom(`${this.#options.seed}/${key}/${occurrence}`);
    const knobs: Knobs = {
      ...defaultKnobs,
      ...known.law(random, lastText),
      ...this.#options.knobs,
      ...(isFailure && { fail: bare.slice(failPrefix.length) }),
      ...knobsOfQuery(query),
      ...knobsOfHeader(header),
    };
    // Drawn only if there is a choice, so that the draws of all other requests do not change.
    const call = knobs.toolCall === undefined ? offer && rightCall(offer, lastText) : undefined;
    const calls = call !== undefined && random() < knobs.toolShare;
    return failed(calls ? { ...knobs, toolCall: call } : knobs, occurrence, random);
  }

  #count(key: string): number {
    const occurrence = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, occurrence);
    if (this.#seen.size > maxCounted) this.#seen.delete(this.#seen.keys().next().value!);
    return occurrence;
  }
}

function failed(knobs: Knobs, occurrence: number, random: Random): Draw {
  const id = `chatcmpl-${Math.floor(random() * 999)}`;
  const fails = knobs.fail !== undefined && (knobs.times === 0 || occurrence <= knobs.times);
  if (!fails) return { id, knobs, random, failure: undefined };
  const scenario = scenarioOf(knobs.fail!);
  if (!scenario) throw new KnobError(`there is no failure '${String(knobs.fail)}'`);
  if ('respond' in scenario) return { id, knobs, random, failure: scenario };
  return { id, knobs: { ...knobs, ...scenario.spoil }, random, failure: undefined };
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
