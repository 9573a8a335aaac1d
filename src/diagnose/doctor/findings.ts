import type { RefusalKind } from './finding.ts';
import { access } from './findings/access-findings.ts';
import { answers } from './findings/answer-findings.ts';
import { limits } from './findings/limit-findings.ts';
import { models } from './findings/model-findings.ts';
import { provider } from './findings/provider-findings.ts';
import { transport } from './findings/transport-findings.ts';

export { observations } from './findings/observations.ts';

/** Every reason for a failure, in the order in which they are tested. To add one: add its object to one of these. */
export const refusals: readonly RefusalKind[] = [
  ...access,
  ...limits,
  ...answers,
  ...provider,
  ...models,
  ...transport,
];
