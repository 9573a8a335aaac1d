import type { Cell } from '../cell.ts';
import type { Message, Model, Prompt } from '../../suite/suite.ts';
import type { PlannedRequest } from '../plan.ts';
import { requestKey } from '../blocks.ts';

/** A cell on the route `demo`, with its model as id. */
export function cell(id: string, rest: Partial<Model> = {}): Cell {
  return { model: { id, model: `custom-ollama/${id}`, params: {}, ...rest }, route: 'demo' };
}

export function prompt(id: string, rest: Partial<Prompt> = {}): Prompt {
  return { id, tags: [], messages: [user('Hello?')], params: {}, checks: [], ...rest };
}

export function user(content: string): Message {
  return { role: 'user', content };
}

/** The first measured request of a plan, or another one. */
export function planned(of: Cell, about: Prompt, rest: Partial<PlannedRequest> = {}): PlannedRequest {
  const place = { phase: 'measure' as const, repeat: 1, block: 1, position: 1, ...rest };
  const { phase, repeat, visit } = place;
  const within = visit && { visit: visit.number, arrival: visit.arrival, level: visit.level };
  const key = requestKey({ phase, repeat, prompt: about.id, model: of.model.id, route: of.route, ...within });
  return { key, cell: of, prompt: about, ...place };
}
