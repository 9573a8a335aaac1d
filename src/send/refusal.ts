import type { Failed, Failure } from '../measure/exchange.ts';

/** The body says that no request to the model, or to any model, can succeed. */
interface AboutAll {
  about: 'model' | 'account';
  reason: string;
}

/** It may concern only this request: the same refusal of several prompts says more. */
interface AboutRequest {
  about: 'request';
  /** Equal for refusals with the same message. */
  like: string;
}

const codes: Readonly<Record<string, string>> = {
  session_limit: "the plan's usage limit is reached",
  weekly_limit: "the plan's usage limit is reached",
  model_not_found: 'no such model here',
  not_found_error: 'no such model here',
};

/** Codes of the gateway itself and of Cloudflare's API about the route: no request can pass. */
const wayCodes: Readonly<Record<string, string>> = {
  '2001': 'the gateway does not exist',
  '2019': 'the gateway does not accept this form of model name',
  '7003': 'Cloudflare has no such address',
  '10000': 'the credentials were refused',
};

const unknownModel =
  /\bmodels?\b[:\s]+(name |id )?["'`]?[^\s"'`;,]{0,200}["'`]?,? ?(was |is )?(not found|(does not|doesn.t) exist|unknown)|\b(unknown|invalid|no such) model\b(?! (output|input|response))/i;
const notInPlan = /\bmodel\b.{0,80}\b(requires|needs) (an? )?(\w+ )?(subscription|plan|upgrade)\b/i;
const namesCredentials =
  /\b(api|access|auth\w*|bearer|gateway|provider)[ _-]?(key|token)\b|\bcredentials?\b|\bunauthori[sz]ed\b|\bauthenticat\w+|\bpermissions?\b(?! to \w+ (?:this|that|the) (?:image|file|document|prompt|page|url)\b)/i;

/** Statuses in the 400s that mean "later", not "no". */
const laterStatuses = new Set([408, 409, 425, 429]);

/**
 * What a refusal is about, as far as its own words say. One event decides no more than it shows. A page of the edge, a
 * moderation, or a limit on one request are about the request. Undefined if it is not a refusal.
 */
export function refusalOf({ failure, httpStatus = 0 }: Failed): AboutAll | AboutRequest | undefined {
  const { code, family, message } = failure;
  const known = codes[code] ?? (family === 'gateway' || family === 'cloudflare' ? wayCodes[code] : undefined);
  // A missing file or image has the same code as a missing model.
  if (known !== undefined && (code !== 'not_found_error' || namesUnknownModel(message)))
    return { about: known.includes('model') ? 'model' : 'account', reason: known };
  if (httpStatus < 400 || httpStatus >= 500 || laterStatuses.has(httpStatus)) return undefined;
  // Reported for a failed upstream, and for a good token under load.
  if (family === 'gateway' && (code === '2005' || code === '2009')) return undefined;
  if (family !== 'edge') {
    if (namesUnknownModel(message)) return { about: 'model', reason: 'no such model here' };
    if (notInPlan.test(message)) return { about: 'model', reason: 'the plan does not cover it' };
    if (httpStatus === 401 || (httpStatus === 403 && namesCredentials.test(message)))
      return { about: 'account', reason: 'the credentials were refused' };
  }
  return { about: 'request', like: likeness(failure, httpStatus) };
}

/** A quoted sentence is only mentioned. */
function namesUnknownModel(message: string): boolean {
  return unknownModel.test(message.replace(/"[^"]*\s[^"]*"/g, '""'));
}

/** Removes ids, numbers and quotes, which differ from request to request. */
function likeness({ family, code, message }: Failure, httpStatus: number): string {
  const said = message.replace(/"[^"]*"|'[^']*'|`[^`]*`|\b[0-9a-f-]{8,}\b|\d+/gi, '#');
  return [httpStatus, family, code, said].join(' ');
}

/** If this many different prompts are refused alike, and none is answered, the cause is the model. */
export const enoughPrompts = 3;

/** Which prompts a model has refused alike. After one answer, its refusals are always about prompts. */
export class Refusals {
  readonly #prompts = new Map<string, Set<string>>();
  #answered: boolean;

  constructor(answered: boolean) {
    this.#answered = answered;
  }

  answered(): void {
    this.#answered = true;
  }

  /** Whether this is enough to say that the model answers no request. */
  add(like: string, promptId: string): boolean {
    const prompts = this.#prompts.get(like) ?? new Set();
    this.#prompts.set(like, prompts.add(promptId));
    return !this.#answered && prompts.size >= enoughPrompts;
  }
}

/** If this many first requests of a model under load all fail, the load is not to blame. */
export const enoughFirst = 10;

/**
 * The first requests to a model under load, from an idle start, each sent once. A working service answers at least one
 * of them. A refusal for the rate, or an answer that takes too long, can be due to the load.
 */
export class FirstRequests {
  readonly #sent = new Set<string>();
  #failed = 0;
  #isOver: boolean;

  constructor(hasAnswered: boolean) {
    this.#isOver = hasAnswered;
  }

  /** A request is sent, by its key. */
  sent(key: string): void {
    if (!this.#isOver && this.#sent.size < enoughFirst) this.#sent.add(key);
  }

  /** It reached no server after all, so another one takes its place. */
  unsent(key: string): void {
    this.#sent.delete(key);
  }

  /** Records how one ended. Returns whether all of the first have failed now. */
  ended(key: string, isFailure: boolean): boolean {
    if (this.#isOver || !this.#sent.has(key)) return false;
    if (isFailure) this.#failed++;
    else this.#isOver = true;
    return this.#failed === enoughFirst;
  }
}
