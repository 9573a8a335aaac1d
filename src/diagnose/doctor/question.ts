import { chatRequest, type ChatRequest } from '../../wire/chat-request-body.ts';
import type { Endpoint } from '../../target/route.ts';
import type { PlannedRequest } from '../../plan/plan.ts';
import type { GatewaySettings, Model } from '../../suite/suite.ts';
import { answerTokens } from './allowance.ts';

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
