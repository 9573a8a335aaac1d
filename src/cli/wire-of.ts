import { openThreadWire } from '../wire/thread-wire.ts';
import type { Io } from './io.ts';

/** What opens a wire for a command: a thread of its own, before all others of our process. */
export const wireOf = ({ openWire, isOwnProcess = false }: Io): typeof openThreadWire =>
  openWire ?? ((options) => openThreadWire({ ...options, precedence: isOwnProcess }));
