import { oneLine } from '../../base/text.ts';
import type { GateCell } from '../../analysis/gate.ts';
import { isSimulated } from '../run-report.ts';
import { thresholdLine } from '../threshold-lines.ts';
import type { GateReport } from './gate-report.ts';
import { cellSentence } from './gate-wording.ts';

/** GitHub shows at most ten of each type per step. */
const most = 10;

/** Where a suite defines its rules. */
export interface RulePlaces {
  /** Path in the repository. */
  file: string;
  /** Line of a metric's gate rule, or of the gate part, from 1. Undefined if neither is known. */
  gateLine: (metric: string) => number | undefined;
}

export interface Finding {
  level: 'error' | 'warning';
  line: number | undefined;
  text: string;
}

/**
 * GitHub's workflow commands for failures and warnings, failures first, at most ten. Source of the escapes:
 * actions/toolkit, packages/core/src/command.ts.
 */
export function annotations(report: GateReport, { file, gateLine }: RulePlaces): string[] {
  const title = `gatebench ${report.word}${isSimulated(report.run) ? ' (simulated)' : ''}`;
  return findings(report, gateLine).map(({ level, line, text }) => {
    const place = line === undefined ? '' : `,line=${line}`;
    return `::${level} file=${property(file)}${place},title=${property(title)}::${data(text)}`;
  });
}

/** Failures and warnings, failures first, at most ten, in sentences. */
export function findings(report: GateReport, gateLine: RulePlaces['gateLine'] = () => undefined): Finding[] {
  const ofCell = (cell: GateCell, level: Finding['level']): Finding => ({
    level,
    line: gateLine(cell.metric),
    text: cellSentence(cell, report.run, report.confirm),
  });
  const all: Finding[] = [
    ...report.thresholds
      .filter(({ verdict }) => verdict === 'failed')
      .map((result) => ({
        level: 'error' as const,
        line: result.threshold.line,
        text: thresholdLine(result, report.run),
      })),
    ...report.cells.filter(({ word }) => word === 'fail').map((cell) => ofCell(cell, 'error')),
    ...(report.incompleteBecause === undefined
      ? []
      : [{ level: 'warning' as const, line: undefined, text: `incomplete: ${report.incompleteBecause}` }]),
    ...report.cells.filter(({ word }) => word === 'warning').map((cell) => ofCell(cell, 'warning')),
  ];
  return all.slice(0, most);
}

/** A line that GitHub shows next to the job, without a place in a file. */
export const notice = (level: 'notice' | 'warning' | 'error', text: string): string =>
  `::${level} title=gatebench::${data(text)}`;

function data(text: string): string {
  return oneLine(text, 1000).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
