import type { Model, Prompt, Suite } from '../suite/suite.ts';

/** What may tell two cells apart beside the model. */
const otherDimensions = ['route', 'variant', 'vantage', 'level'] as const;

/** Names a cell. In a plan `model` is the model itself; in rows and figures it is its id. */
export interface CellNames {
  model: string | { readonly id: string };
  route: string;
  /** Of the prompts. Absent where there is one. */
  variant?: string | undefined;
  /** Where the requests were sent from. Absent where it is one place. */
  vantage?: string | undefined;
  /** Of the load: requests in flight, or requests a second. Absent where there is one. */
  level?: string | number | undefined;
}

/** What is compared: a model on a route. A run over one route has one cell for each model. */
export interface Cell extends CellNames {
  model: Model;
}

/** Same cell, same key, in every process. No name may contain a line feed. */
export function cellKey(cell: CellNames): string {
  let key = idOf(cell);
  let gap = '';
  for (const dimension of otherDimensions) {
    const name = cell[dimension];
    gap += '\n';
    if (name === undefined) continue;
    key += `${gap}${name}`;
    gap = '';
  }
  return key;
}

const idOf = ({ model }: CellNames): string => (typeof model === 'string' ? model : model.id);

/** Every model on every route, in every variant of the prompts, whose `params` it then has. */
export function cellsOf(
  { models, variants }: Pick<Suite, 'models' | 'variants'>,
  routes: readonly string[],
): Cell[] {
  const arms = models.flatMap((model): Pick<Cell, 'model' | 'variant'>[] =>
    variants
      ? variants.map(({ id, params }) => ({
          model: { ...model, params: { ...model.params, ...params } },
          variant: id,
        }))
      : [{ model }],
  );
  return arms.flatMap((arm) => routes.map((route) => ({ ...arm, route })));
}

/** The prompt as a variant asks it. */
export function promptIn(variant: string | undefined, prompt: Prompt): Prompt {
  const { variants, ...own } = prompt;
  if (variants === undefined) return prompt;
  const messages = variant === undefined ? undefined : variants[variant];
  return { ...own, messages: messages ?? own.messages };
}

/** What people call a cell: `glm`, `glm (short)` with its variant, and `glm@compat` where a run has several routes. */
export function cellName(cell: CellNames, withRoute: boolean): string {
  const variant = cell.variant === undefined ? '' : ` (${cell.variant})`;
  return `${idOf(cell)}${variant}${withRoute ? `@${cell.route}` : ''}`;
}
