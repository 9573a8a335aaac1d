import { count } from '../../base/text.ts';
import type { Fault } from '../fault.ts';
import { quote } from '../nearest.ts';

/** Faults that come up once for every expanded prompt, gathered into one each. */
export interface Reports {
  /** `prompt` is the id of the expanded prompt in which it came up; absent where it concerns all of an entry. */
  add(fault: Fault, prompt?: string): void;
  readonly size: number;
  faults(): Fault[];
}

interface Report {
  fault: Fault;
  prompts: string[];
  more: number;
}

const namedAtMost = 3;

export function createReports(): Reports {
  const reports = new Map<string, Report>();
  return {
    add(fault, prompt) {
      const key = `${fault.source.name}\0${fault.offset}\0${fault.path?.join('.') ?? ''}\0${fault.message}`;
      const report = reports.get(key) ?? { fault, prompts: [], more: 0 };
      reports.set(key, report);
      if (prompt === undefined) return;
      if (report.prompts.length < namedAtMost) report.prompts.push(prompt);
      else report.more++;
    },
    get size() {
      return reports.size;
    },
    faults: () => [...reports.values()].map(combined),
  };
}

function combined({ fault, prompts, more }: Report): Fault {
  if (prompts.length === 0) return fault;
  const names = prompts.map(quote).join(', ');
  const rest = more > 0 ? ` and ${count(more, 'more', 'more')}` : '';
  return { ...fault, message: `${fault.message} (in ${names}${rest})` };
}
