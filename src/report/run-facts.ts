import { count, oneLine } from '../base/text.ts';
import { duration } from './number-text.ts';
import { labelWords } from '../plan/vantage.ts';
import type { RunFacts } from './run-report.ts';

/** Facts in a few words each: status, requests, design, length, start. */
export function runFacts(run: RunFacts): string[] {
  const failed = run.requests_failed > 0 ? `, ${run.requests_failed.toLocaleString('en-US')} failed` : '';
  const done =
    run.requests_done === run.requests_planned
      ? count(run.requests_done, 'request')
      : `${run.requests_done.toLocaleString('en-US')} of ${count(run.requests_planned, 'request')}`;
  const length =
    run.ended_at === undefined ? undefined : Date.parse(run.ended_at) - Date.parse(run.started_at);
  return [
    `${run.routes.length === 1 ? 'route' : 'routes'} ${oneLine(run.routes.join(', '), 60)}`,
    ...(run.vantages === undefined
      ? []
      : [`${run.vantages.length === 1 ? 'vantage' : 'vantages'} ${oneLine(run.vantages.join(', '), 60)}`]),
    ...(run.labels === undefined ? [] : [oneLine(labelWords(run.labels)?.join(', ') ?? '', 120)]),
    statusWord(run),
    ...(run.too_busy === undefined ? [] : ['machine too busy to measure']),
    done + failed,
    run.visits === undefined
      ? `${count(run.prompts, 'prompt')} × ${count(run.repeats, 'repeat')}${run.against ? ' × 2 versions' : ''}`
      : `${count(run.prompts, 'prompt')}, ${count(run.visits, 'visit')}`,
    ...(run.order === 'sequential' ? ['sequential order'] : []),
    ...(length === undefined ? [] : [duration(length)]),
    `${run.started_at.slice(0, 16).replace('T', ' ')} UTC`,
  ];
}

/** A complete run without all rows was complete once: rows were removed or damaged since. */
function statusWord({ status, requests_done, requests_planned }: RunFacts): string {
  return status === 'complete' && requests_done < requests_planned ? 'ended, rows are missing' : status;
}

/** Origin of the run, for repeating it. */
export function runOrigin(run: RunFacts): string[] {
  const { gatebench, openai, node } = run.versions;
  return [
    `run ${oneLine(run.run_id, 60)}`,
    `seed ${oneLine(String(run.seed), 30)}`,
    `suite ${run.suite_hash.slice(0, 12)}`,
    `gatebench ${gatebench}`,
    `openai ${openai}`,
    `Node ${node}`,
    ...(run.machine === undefined ? [] : [oneLine(run.machine, 80)]),
  ];
}
