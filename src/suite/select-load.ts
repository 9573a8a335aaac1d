import { durationForm, parseDuration } from '../base/duration.ts';
import { UserError } from '../base/user-error.ts';
import { loadModeOf, loadSchema, type LoadSettings } from '../load/load-modes.ts';
import { validate } from './validate.ts';

/** What the flags say of a load, as they are typed. An absent one leaves the suite as it is. */
export interface LoadSelection {
  rate?: readonly string[];
  levels?: readonly number[];
  findLimit?: boolean;
  arrivals?: string;
  slo?: readonly string[];
  window?: string;
  visits?: number;
}

/**
 * The suite's `load:` as the flags want it. A flag that names a mode keeps what the suite says beside it. Throws a UserError
 * that names the flag.
 */
export function selectLoad(
  load: LoadSettings | undefined,
  { rate, levels, findLimit = false, arrivals, slo, window, visits }: LoadSelection,
): LoadSettings | undefined {
  const beside = {
    ...(arrivals === undefined ? {} : { arrivals: arrivalsOf(arrivals) }),
    ...(slo === undefined ? {} : { slo: sloOf(slo) }),
    ...(window === undefined ? {} : { window }),
    ...(visits === undefined ? {} : { visits }),
  };
  const kept = load?.mode === 'open' || load?.mode === 'limit' ? load : undefined;
  const common = Object.fromEntries(
    Object.entries(kept ?? {}).filter(([field]) => !['rate', 'limit'].includes(field)),
  );
  if (levels)
    return checked('--levels', { mode: 'closed', levels, ...(visits === undefined ? {} : { visits }) });
  if (rate) return checked('--rate', { ...common, mode: 'open', rate, ...beside });
  if (findLimit) {
    const limit = kept?.mode === 'limit' ? { limit: kept['limit'] } : {};
    return checked('--find-limit', { ...common, ...limit, mode: 'limit', ...beside });
  }
  const [first] = Object.keys(beside);
  if (first === undefined) return load;
  if (!load || (load.mode === 'closed' && first !== 'visits'))
    throw new UserError(`--${first} is about an open loop. Add --rate 0.5/s or --find-limit`);
  return checked(`--${first}`, { ...load, ...beside });
}

function checked(flag: string, load: LoadSettings): LoadSettings {
  const result = validate(loadSchema, load);
  if (!result.ok)
    throw new UserError(
      result.complaints
        .map(({ path, message }) => `${flag}: ${['load', ...path].join('.')}: ${message}`)
        .join('\n'),
    );
  loadModeOf(load).design?.(load);
  return load;
}

/** `poisson`, `constant`, `gamma:4`. */
function arrivalsOf(text: string): unknown {
  if (text === 'poisson' || text === 'constant') return text;
  const [, burstiness] = /^gamma:(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (burstiness !== undefined) return { gamma: { burstiness: Number(burstiness) } };
  throw new UserError(`--arrivals: ${text} is none of poisson, constant and gamma:4 (a burstiness)`);
}

const times = { ttft: 'ttft_ms', e2e: 'e2e_ms', tpot: 'tpot_ms' } as const;

/** `ttft=2s,e2e=15s,tpot=80ms,passed,attainment=0.95`. */
function sloOf(parts: readonly string[]): Record<string, unknown> {
  const slo: Record<string, unknown> = {};
  for (const part of parts) {
    const [name = '', value = ''] = part.split('=', 2).map((word) => word.trim());
    if (name === 'passed' && value === '') slo['passed'] = true;
    else if (name === 'attainment') slo['attainment'] = Number(value);
    else if (Object.hasOwn(times, name)) {
      const ms = parseDuration(value);
      if (ms === undefined) throw new UserError(`--slo: ${name} is ${durationForm}`);
      slo[times[name as keyof typeof times]] = ms;
    } else
      throw new UserError(
        `--slo: ${part} is none of ttft=2s, e2e=15s, tpot=80ms, passed and attainment=0.95`,
      );
  }
  return slo;
}
