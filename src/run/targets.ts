import type { Redact } from '../base/redact.ts';
import type { Cell } from '../plan/cell.ts';
import type { Endpoint } from '../target/route.ts';

/** Where the requests of a run go. */
export interface Targets {
  /** Every model on every route. */
  cells: readonly Cell[];
  endpointOf: (cell: Cell) => Endpoint;
  /** Takes tokens and the account id out of text. */
  redact: Redact;
  /** For the manifest: the hosts alone, no account. One for each route. */
  hosts: { route: string; host: string }[];
}
