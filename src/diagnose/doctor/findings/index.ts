import type { RefusalKind } from '../finding.ts';
import { access } from './access.ts';
import { answers } from './answers.ts';
import { limits } from './limits.ts';
import { models } from './models.ts';
import { provider } from './provider.ts';
import { transport } from './transport.ts';

export { observations } from './observations.ts';

/** Every reason for a failure, in the order in which they are tried. To add one: add its object to one of these. */
export const refusals: readonly RefusalKind[] = [
  ...access,
  ...limits,
  ...answers,
  ...provider,
  ...models,
  ...transport,
];
