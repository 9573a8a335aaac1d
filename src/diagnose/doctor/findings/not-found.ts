import { isUnknownModel } from '../../../wire/classify.ts';
import type { Refused } from '../finding.ts';

/**
 * What a refusal did not find. Servers say "not found" of a path and of a model in a dozen ways. One about a model
 * mentions a model, or names the requested one. If a list of models was found at the same address, the address is
 * right.
 */
export function notFound({ failure, probe, provider, route }: Refused): 'model' | 'path' | undefined {
  if (failure.family !== 'provider' && failure.family !== 'edge') return undefined;
  const name = probe.name.replace(/^.*\//, '');
  const words = failure.message.split(/[^\w.:-]+/).map((word) => word.replace(/[.:]+$/, ''));
  const speaksOfModel = words.some((word) => /^models?$/i.test(word) || word === name);
  if (probe.exchange.httpStatus !== 404)
    return isUnknownModel(failure) && speaksOfModel ? 'model' : undefined;
  if (speaksOfModel) return 'model';
  const isRightAddress =
    !route.throughGateway && provider.names !== undefined && failure.family === 'provider';
  return isRightAddress ? 'model' : 'path';
}
