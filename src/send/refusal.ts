import type { Failed, Failure } from '../measure/exchange.ts';

/** Told by the body that no request to the model, or to none of them, can succeed. */
interface AboutAll {
  about: 'model' | 'account';
  reason: string;
}

/** It may be this request alone: the same said to several prompts says more. */
interface AboutRequest {
  about: 'request';
  /** Equal for refusals that say the same. */
  like: string;
}

const codes: Readonly<Record<string, string>> = {
  session_limit: "the plan's usage limit is reached",
  weekly_limit: "the plan's usage limit is reached",
  model_not_found: 'no such model here',
  not_found_error: 'no such model here',
};

/** What the gateway itself and Cloudflare's API say of the way there: no request can pass. */
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

/** Statuses of the family 400 that say "later", not "no". */
const laterStatuses = new Set([408, 409, 425, 429]);

/**
 * What a refusal is about, as far as its own words say: one event decides no more than it shows. A page of the edge, a
 * moderation, a limit on what one request may hold are about the request. Undefined for what is no refusal.
 */
export function refusalOf({ failure, httpStatus = 0 }: Failed): AboutAll | AboutRequest | undefined {
  const { code, family, message } = failure;
  const known = codes[code] ?? (family === 'gateway' || family === 'cloudflare' ? wayCodes[code] : undefined);
  // A file or an image that was not found has the code of a model that was not found.
  if (known !== undefined && (code !== 'not_found_error' || namesUnknownModel(message)))
    return { about: known.includes('model') ? 'model' : 'account', reason: known };
  if (httpStatus < 400 || httpStatus >= 500 || laterStatuses.has(httpStatus)) return undefined;
  // Reported for an upstream that failed, and for a good token under load.
  if (family === 'gateway' && (code === '2005' || code === '2009')) return undefined;
  if (family !== 'edge') {
    if (namesUnknownModel(message)) return { about: 'model', reason: 'no such model here' };
    if (notInPlan.test(message)) return { about: 'model', reason: 'the plan does not cover it' };
    if (httpStatus === 401 || (httpStatus === 403 && namesCredentials.test(message)))
      return { about: 'account', reason: 'the credentials were refused' };
  }
  return { about: 'request', like: likeness(failure, httpStatus) };
}

/** A sentence in quotes is one that is spoken of. */
function namesUnknownModel(message: string): boolean {
  return unknownModel.test(message.replace(/"[^"]*\s[^"]*"/g, '""'));
}

/** Ids, numbers and what is quoted differ from request to request; what is left is what was said. */
function likeness({ family, code, message }: Failure, httpStatus: number): string {
  const said = message.replace(/"[^"]*"|'[^']*'|`[^`]*`|\b[0-9a-f-]{8,}\b|\d+/gi, '#');
  return [httpStatus, family, code, said].join(' ');
}

/** So many different prompts refused alike, and none answered, are about the model. */
export const enoughPrompts = 3;

/** Which prompts a model has refused alike. One answer, and its refusals are about prompts for good. */
export class Refusals {
  readonly #prompts = new Map<string, Set<string>>();
  #answered: boolean;

  constructor(answered: boolean) {
    this.#answered = answered;
  }

  answered(): void {
    this.#answered = true;
  }

  /** Whether it is enough to say that the model answers nobody. */
  add(like: string, promptId: string): boolean {
    const prompts = this.#prompts.get(like) ?? new Set();
    this.#prompts.set(like, prompts.add(promptId));
    return !this.#answered && prompts.size >= enoughPrompts;
  }
}

/** So many first requests of a model under load, none of them answered, say that no load is to blame. */
export const enoughFirst = 10;

/**
 * The first requests that a model is sent under load, from an idle start, each sent once. A service that answers anybody
 * answers one of them; a refusal for the rate, or an answer that takes too long, is what a load may do.
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

  /** How one ended. Returns whether all of the first have failed now. */
  ended(key: string, isFailure: boolean): boolean {
    if (this.#isOver || !this.#sent.has(key)) return false;
    if (isFailure) this.#failed++;
    else this.#isOver = true;
    return this.#failed === enoughFirst;
  }
}
