import type { Incoming } from './incoming.ts';

const maxKept = 5000;

/** The last requests as they came, secrets and all: kept only where the option says so. */
export class SeenRequests {
  readonly #keeps: boolean;
  #requests: Pick<Incoming, 'method' | 'path' | 'headers' | 'body'>[] = [];

  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  add({ method, path, headers, body }: Incoming): void {
    if (!this.#keeps) return;
    this.#requests.push({ method, path, headers, body });
    if (this.#requests.length > 2 * maxKept) this.#requests = this.#requests.slice(-maxKept);
  }

  clear(): void {
    this.#requests = [];
  }

  toJSON(): object[] {
    return this.#requests.slice(-maxKept);
  }
}
