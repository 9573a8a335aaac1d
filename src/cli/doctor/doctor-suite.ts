import { routes } from '../../target/routes.ts';
import { loadSuite, loadSuiteText } from '../../suite/load.ts';
import { selectSuite } from '../../suite/select.ts';
import type { Suite } from '../../suite/suite.ts';
import { defined } from '../../base/defined.ts';

/** Tried where neither a suite nor `--models` names any: the ones that this program's own examples use. */
export const defaultModels = ['kimi-k2.6', 'glm-5.2', 'deepseek-v4-pro'];
const demoModels = ['sim-swift', 'sim-thinker', 'sim-wordy'];

/** The suite that says which models to try and how; without a file one that holds the default models. */
export async function suiteToExamine(
  file: string | undefined,
  models: readonly string[] | undefined,
  isDemo: boolean,
): Promise<Suite> {
  const names = routes.map(({ name }) => name);
  const suite =
    file === undefined
      ? await loadSuiteText(suiteOf(isDemo ? demoModels : defaultModels), '.', 'doctor')
      : await loadSuite(file, { routes: names });
  return selectSuite(suite, defined({ models }));
}

const suiteOf = (models: readonly string[]): string =>
  [
    'version: 1',
    'name: doctor',
    `models: [${models.map((name) => `custom-ollama/${name}`).join(', ')}]`,
    'prompts: [{ id: count, prompt: Count. }]',
  ].join('\n');
