import { Attempt } from '../../measure/attempt.ts';
import { e2eLatency } from '../../measure/metrics/e2e-latency.ts';
import { ttft } from '../../measure/metrics/ttft.ts';
import type { Diagnosis } from './diagnose.ts';
import type { Probe, RouteFacts } from './doctor-facts.ts';

/** As above, for programs. What was not measured is null. */
export function diagnosisJson(diagnosis: Diagnosis): object {
  const { facts, findings, states, answers, recommendation, healthy } = diagnosis;
  return {
    healthy,
    stopped: facts.stopped,
    suite: facts.suite.name ?? null,
    limits: facts.limits,
    spent: facts.spent,
    routes: [
      ...facts.routes.map((route) => routeJson(route, states.get(route.route) ?? 'unasked')),
      ...facts.untried.map(({ route, missing, wanted }) => ({ route, state: 'untried', wanted, missing })),
    ],
    findings,
    answers,
    recommendation,
  };
}

function routeJson(route: RouteFacts, state: string): object {
  return {
    route: route.route,
    state,
    wanted: route.wanted,
    url: route.url,
    auth: route.auth,
    clock_ahead_ms: route.clockAheadMs ?? null,
    providers: route.providers.map(({ slug, names, basePath, knownAs }) => ({
      slug,
      models: names?.length ?? null,
      base_path: basePath ?? null,
      known_as: knownAs ?? null,
    })),
    probes: route.probes.map(probeJson),
    unasked: route.unasked,
  };
}

function probeJson({ model, wireModel, streamed, exchange, reasons }: Probe): object {
  const failure = exchange.outcome === 'failed' ? exchange.failure : undefined;
  const seen = new Attempt(exchange);
  return {
    model,
    model_id: wireModel,
    streamed,
    status: failure?.status ?? 'ok',
    http_status: exchange.httpStatus ?? null,
    error_family: failure?.family ?? null,
    error_code: failure?.code ?? null,
    error_message: failure?.message ?? null,
    invalid_reasons: reasons,
    ttfb_ms: exchange.headersMs ?? null,
    ttft_ms: ttft.of(seen) ?? null,
    e2e_latency_ms: e2eLatency.of(seen) ?? null,
    prompt_tokens: exchange.usage.promptTokens ?? null,
    completion_tokens: exchange.usage.completionTokens ?? null,
    finish_reason: exchange.finishReason ?? null,
    cache_status: exchange.receipts.cacheStatus ?? null,
    gateway_log_id: exchange.receipts.gatewayLogId ?? null,
    gateway_step: exchange.receipts.gatewayStep ?? null,
    echoed_model: exchange.receipts.echoedModel ?? null,
    event_id: exchange.eventId,
  };
}
