import { defined } from '../../base/defined.ts';
import { routes } from '../../target/routes.ts';
import { loadSuite } from '../../suite/load.ts';
import { selectLoad } from '../../suite/select-load.ts';
import { selectSuite } from '../../suite/select.ts';
import type { Budget, Suite } from '../../suite/suite.ts';
import type { SuiteFlags } from '../commands/suite-flags.ts';

/** A suite from its file, with the flags applied. */
export async function readSuite(file: string, flags: SuiteFlags): Promise<Suite> {
  const { models, prompts, tags, repeat, warmup, concurrency, order, salt } = flags;
  const suite = selectSuite(
    await loadSuite(file, { routes: routes.map(({ name }) => name) }),
    defined({ models, prompts, tags, repeat, warmup, concurrency, order, salt }),
  );
  const { rate, levels, findLimit, slo, arrivals, window, visits } = flags;
  const load = selectLoad(suite.load, defined({ rate, levels, findLimit, slo, arrivals, window, visits }));
  return {
    ...suite,
    ...(load ? { load } : {}),
    run: { ...suite.run, budget: { ...suite.run.budget, ...budgetOf(flags) } },
  };
}

/** The limits that the flags name; they win over the suite's. */
export function budgetOf(flags: SuiteFlags): Budget {
  return defined({
    requests: flags.maxRequests,
    tokens: flags.maxTokensTotal,
    usd: flags.maxCost,
    minutes: flags.maxMinutes,
  });
}
