import type { Ms } from '../base/clock.ts';
import type { ChatBody } from './chat-request.ts';
import { compose } from './composition.ts';
import type { Draw } from './simulator.ts';

interface Totals {
  request_count: number;
  usage_usd: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
}

const hour: Ms = 3_600_000;
const ranges: Record<string, Ms> = { '24h': 24 * hour, '7d': 7 * 24 * hour, '30d': 30 * 24 * hour };
/** USD per token, invented. */
const price = { input: 0.5e-6, output: 2e-6 };

/** What the provider counted, by hour and model: its `/api/usage`. A failed request costs nothing. */
export class UsageBook {
  readonly #buckets = new Map<string, { start: Ms; model: string; totals: Totals }>();

  add(body: ChatBody, { knobs, failure }: Draw, wall: Date): void {
    if (failure) return;
    const { tokens } = compose(knobs, body);
    const start = Math.floor(wall.getTime() / hour) * hour;
    const key = `${start} ${body.model}`;
    let bucket = this.#buckets.get(key);
    if (!bucket) this.#buckets.set(key, (bucket = { start, model: body.model, totals: nothing() }));
    addTo(bucket.totals, {
      request_count: 1,
      usage_usd: tokens.prompt * price.input + tokens.completion * price.output,
      input_tokens: tokens.prompt,
      cached_input_tokens: knobs.cachedTokens,
      output_tokens: tokens.completion,
    });
  }

  /** Totals of a range (`24h`, `7d`, `30d`), and the same by hour, or by model and hour. */
  report(range: string, groupBy: string | null, now: Date): object {
    const from = now.getTime() - (ranges[range] ?? 24 * hour);
    const within = [...this.#buckets.values()].filter(({ start }) => start + hour > from);
    const totals = nothing();
    const grouped = new Map<string, { from: string; until: string; model?: string } & Totals>();
    for (const { start, model, totals: part } of within) {
      addTo(totals, part);
      const byModel = groupBy === 'model';
      const key = byModel ? `${start} ${model}` : String(start);
      const bucket = grouped.get(key) ?? {
        from: new Date(start).toISOString(),
        until: new Date(start + hour).toISOString(),
        ...(byModel && { model }),
        ...nothing(),
      };
      addTo(bucket, part);
      grouped.set(key, bucket);
    }
    return { range, totals, buckets: [...grouped.values()] };
  }
}

const nothing = (): Totals => ({
  request_count: 0,
  usage_usd: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
});

const names = Object.keys(nothing()) as (keyof Totals)[];

function addTo(sum: Totals, part: Totals): void {
  for (const name of names) sum[name] += part[name];
}
