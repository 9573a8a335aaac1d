import { routes } from '../../target/routes.ts';
import { loadSuite, loadSuiteText } from '../../suite/load.ts';
import { selectSuite } from '../../suite/select.ts';
import type { Suite } from '../../suite/suite.ts';
import { defined } from '../../base/defined.ts';

/** Used if neither a suite nor `--models` names any: the models of this program's own examples. */
export const defaultModels = ['kimi-k2.6', 'glm-5.2', 'deepseek-v4-pro'];
const demoModels = ['sim-swift', 'sim-thinker', 'sim-wordy'];

/** The suite with the models and settings to test. Without a file, one with the default models. */
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
