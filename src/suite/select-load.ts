import { durationForm, parseDuration } from '../base/duration.ts';
import { UserError } from '../base/user-error.ts';
import { lengthsOf } from '../load/modes/load-fields.ts';
import { loadModeOf, loadSchema, type LoadSettings } from '../load/load-modes.ts';
import { quote } from './nearest.ts';
import type { Suite } from './suite.ts';
import { validate } from './validate.ts';

/** The flags for the load, as typed. An absent one leaves the suite as it is. */
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
 * The suite's `load:` with the flags applied. A flag that names a mode keeps the suite's other settings. Throws a
 * UserError that names the flag.
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
  const typed = Object.keys(beside);
  const kept = load?.mode === 'open' || load?.mode === 'limit' ? load : undefined;
  const common = Object.fromEntries(
    Object.entries(kept ?? {}).filter(([field]) => !['rate', 'limit'].includes(field)),
  );
  const loose = ['arrivals', 'slo', 'window'].find((flag) => Object.hasOwn(beside, flag));
  if (levels && loose !== undefined)
    throw new UserError(
      `--${loose} is about an open loop, and --levels about requests in flight. Leave out one of them`,
    );
  if (levels)
    return checked(
      '--levels',
      { ...(load?.mode === 'closed' ? load : {}), mode: 'closed', levels, ...beside },
      typed,
    );
  if (rate) return checked('--rate', { ...common, mode: 'open', rate, ...beside }, typed);
  if (findLimit) {
    const limit = kept?.mode === 'limit' ? { limit: kept['limit'] } : {};
    return checked('--find-limit', { ...common, ...limit, mode: 'limit', ...beside }, typed);
  }
  const [first] = typed;
  if (first === undefined) return load;
  if (!load || (load.mode === 'closed' && (first !== 'visits' || !Object.hasOwn(load, 'levels'))))
    throw new UserError(
      first === 'visits'
        ? '--visits is about levels of a load. Add --levels 1,2,4, --rate 0.5/s, or --find-limit'
        : `--${first} is about an open loop. Add --rate 0.5/s or --find-limit`,
    );
  return checked(`--${first}`, { ...load, ...beside }, typed);
}

/** `typed`: the fields that have their own flags in this command. */
function checked(flag: string, load: LoadSettings, typed: readonly string[]): LoadSettings {
  const result = validate(loadSchema, load);
  if (!result.ok)
    throw new UserError(
      result.complaints.map(({ path, message }) => `${flagOf(path, flag)}: ${message}`).join('\n'),
    );
  try {
    loadModeOf(load).design?.(load);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      error.message.replace(/^load(?:\.(\w+))?: /, (_, field?: string) =>
        field === undefined || typed.includes(field) ? `${flagOf([field ?? ''], flag)}: ` : `load.${field}: `,
      ),
    );
  }
  return load;
}

/** The flag that a complaint is about: the one that set the field, or `named`, which set the mode. */
function flagOf([field = '']: readonly PropertyKey[], named: string): string {
  return ['slo', 'arrivals', 'window', 'visits'].includes(String(field)) ? `--${String(field)}` : named;
}

/** An unchecked answer has passed nothing. This says why `slo.passed` cannot apply to these prompts. */
export function uncheckedIn(load: LoadSettings | undefined, prompts: Suite['prompts']): string | undefined {
  if ((load?.['slo'] as { passed?: boolean } | undefined)?.passed !== true) return undefined;
  if (lengthsOf({ arrivals: load?.['arrivals'] }).length > 0)
    return 'asks for answers that pass their checks, and the trace cuts them at its own lengths. Leave out passed, or lengths: true';
  const bare = prompts.find(({ checks }) => checks.length === 0);
  if (!bare) return undefined;
  return `asks for answers that pass their checks, and the prompt ${quote(bare.id)} has none`;
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
    const field = Object.hasOwn(times, name) ? times[name as keyof typeof times] : name;
    if (Object.hasOwn(slo, field)) throw new UserError(`--slo: ${name} is given twice`);
    if (name === 'passed' && value === '') slo['passed'] = true;
    else if (name === 'attainment') slo['attainment'] = shareOf(value);
    else if (Object.hasOwn(times, name)) {
      const ms = parseDuration(value);
      if (ms === undefined) throw new UserError(`--slo: ${name} is ${durationForm}`);
      if (ms === 0) throw new UserError(`--slo: ${name} must be above 0`);
      slo[field] = ms;
    } else
      throw new UserError(
        `--slo: ${part} is none of ttft=2s, e2e=15s, tpot=80ms, passed and attainment=0.95`,
      );
  }
  return slo;
}

function shareOf(text: string): number {
  const share = text === '' ? NaN : Number(text);
  if (share > 0 && share <= 1) return share;
  const percent = Number(/^(\d+(?:\.\d+)?) ?%?$/.exec(text)?.[1] ?? 95) / 100;
  const meant = percent >= 0.1 && percent <= 1 ? percent : 0.95;
  throw new UserError(`--slo: attainment is a share above 0 and at most 1, such as ${meant}, not "${text}"`);
}
