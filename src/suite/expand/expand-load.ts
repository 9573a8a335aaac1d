import { UserError } from '../../base/user-error.ts';
import type { LoadSettings } from '../../load/load-modes.ts';
import type { Design } from '../../load/design.ts';
import { loadModeOf } from '../../load/load-modes.ts';
import { parseRate, rateText } from '../../load/rate.ts';
import type { TraceArrival, TraceFormat } from '../../load/trace.ts';
import { oneOf, quote } from '../nearest.ts';
import { uncheckedIn } from '../select-load.ts';
import type { Files } from '../read/files.ts';
import { parseTrace } from '../read/trace.ts';
import type { Source } from '../fault.ts';
import type { PartialSpec } from '../sections.ts';
import type { Suite } from '../suite.ts';
import type { Conflict } from './expand-settings.ts';

/** Maximum arrivals of a trace to replay. The rest of a longer one is left out. */
export const mostArrivals = 10_000;

interface TraceSpec {
  file: string;
  format: TraceFormat;
  speed: number;
  lengths?: boolean;
}

/** `load:` with its trace read, or its faults. */
export function expandLoad(
  { load }: PartialSpec,
  files: Files,
  prompts: Suite['prompts'],
): { load?: LoadSettings; conflicts: readonly Conflict[] } {
  if (!load) return { conflicts: [] };
  const settings: LoadSettings = load;
  try {
    const complete = withTrace(settings, files);
    loadModeOf(complete).design?.(complete);
    return { load: complete, conflicts: uncheckedConflicts(complete, prompts) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { load: settings, conflicts: [conflictOf(error.message)] };
  }
}

function uncheckedConflicts(load: LoadSettings, prompts: Suite['prompts']): Conflict[] {
  const message = uncheckedIn(load, prompts);
  return message === undefined ? [] : [{ path: ['load', 'slo', 'passed'], message }];
}

/** Reports what has no effect in a load with levels: limits on other levels, and repeats as needed. */
export function levelConflicts(
  { thresholds = [], run }: PartialSpec,
  load: LoadSettings | undefined,
): Conflict[] {
  const design = load && loadModeOf(load).design?.(load);
  if (!design) return [];
  const repeats = run?.stop
    ? [
        {
          path: ['run', 'stop'],
          message:
            'adds repeats, and in a load with levels load.visits says how often each is visited. Leave it out',
        },
      ]
    : [];
  return [...repeats, ...(design.limit ? [] : unknownLevels(thresholds, design))];
}

function unknownLevels(thresholds: NonNullable<PartialSpec['thresholds']>, design: Design): Conflict[] {
  const levels = design.next([], false).map(({ rate }) => rate);
  const text = (level: number): string => (design.load === 'open' ? rateText(level) : String(level));
  return thresholds.flatMap((threshold, index) => {
    const level = levelOf(threshold?.level);
    if (level === undefined || levels.includes(level)) return [];
    const message = `the load has no level ${text(level)}; it has ${oneOf(levels.map(text))}`;
    return [{ path: ['thresholds', index, 'level'], message }];
  });
}

/** Requests per second, or in flight. Undefined for anything else. */
export const levelOf = (written: string | number | undefined): number | undefined =>
  typeof written === 'string' ? parseRate(written) : written;

/** Splits `load.window: …` into its path and the rest. */
function conflictOf(text: string): Conflict {
  const [, place, message] = /^(load(?:\.\w+)*): ([^]*)$/.exec(text) ?? [];
  return place === undefined
    ? { path: ['load'], message: text }
    : { path: place.split('.'), message: message! };
}

export const traceOf = (load: unknown): TraceSpec | undefined =>
  (load as { arrivals?: { trace?: TraceSpec } } | undefined)?.arrivals?.trace;

/** The suite keeps what is replayed, so a run does not need the file again. */
function withTrace(load: LoadSettings, files: Files): LoadSettings {
  const trace = traceOf(load);
  const file = trace && files.get(trace.file);
  // An unreadable file is reported with all other files.
  if (!trace || !file?.ok) return load;
  const all = arrivalsOf(file.source, trace);
  const some = all.slice(0, mostArrivals);
  const offsets = some.map(({ at }) => at);
  const tokens = some.map(({ promptTokens, completionTokens }) => [promptTokens, completionTokens]);
  return {
    ...load,
    ...('rate' in load ? {} : { rate: recordedRate(offsets, trace) }),
    arrivals: {
      trace: { ...trace, offsets, recorded: all.length, ...(trace.lengths === true ? { tokens } : {}) },
    },
  };
}

function arrivalsOf(source: Source, { file, format, lengths = false }: TraceSpec): TraceArrival[] {
  try {
    return parseTrace(source, format, { lengths });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`load.arrivals.trace.file: ${quote(file)}: ${error.message}`);
  }
}

function recordedRate(offsets: readonly number[], { file, speed }: TraceSpec): string {
  const span = (offsets.at(-1) ?? 0) / 1000;
  if (span <= 0)
    throw new UserError(
      `load.arrivals.trace.file: ${quote(file)} has all its arrivals at one moment; give a rate`,
    );
  return rateText(((offsets.length - 1) / span) * speed);
}
