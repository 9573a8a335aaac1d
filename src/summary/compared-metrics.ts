import { headlines } from '../metric/index.ts';

/** What pairs are compared on, in this order: the headline metrics, and the pass rate. */
export const comparedMetrics = [...headlines.map(({ name }) => name), 'passed'] as const;
export type ComparedMetric = (typeof comparedMetrics)[number];
