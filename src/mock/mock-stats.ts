interface Count {
  requests: number;
  inFlight: number;
  maxInFlight: number;
}

const nothing = (): Count => ({ requests: 0, inFlight: 0, maxInFlight: 0 });

/** Counters of chat requests, in all and by model, and of connections. Those in flight survive a reset. */
export class Stats {
  #all = nothing();
  #byModel = new Map<string, Count>();
  #connections = 0;
  #openConnections = 0;

  /** Counts a request until the returned function is called. */
  begin(model: string): () => void {
    let count = this.#byModel.get(model);
    if (!count) this.#byModel.set(model, (count = nothing()));
    const counts = [this.#all, count];
    for (const each of counts) {
      each.requests++;
      each.inFlight++;
      each.maxInFlight = Math.max(each.maxInFlight, each.inFlight);
    }
    return () => {
      for (const each of counts) each.inFlight--;
    };
  }

  /** Counts a connection until the returned function is called. */
  connected(): () => void {
    this.#connections++;
    this.#openConnections++;
    return () => this.#openConnections--;
  }

  reset(): void {
    for (const count of [this.#all, ...this.#byModel.values()]) {
      count.requests = 0;
      count.maxInFlight = count.inFlight;
    }
    this.#connections = 0;
  }

  toJSON(): object {
    return {
      ...this.#all,
      connections: this.#connections,
      openConnections: this.#openConnections,
      models: Object.fromEntries(this.#byModel),
    };
  }
}
