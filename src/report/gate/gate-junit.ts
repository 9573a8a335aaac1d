import type { GateCell } from '../../analysis/gate.ts';
import { junitXml, type JunitCase } from '../junit-xml.ts';
import { junitProperties, thresholdCase } from '../run-junit.ts';
import type { GateFormat, GateReport } from './gate-report.ts';
import { watchedName, cellSentence } from './gate-wording.ts';

/** For CI: each rule is a test. */
export const junit: GateFormat = {
  name: 'junit',
  file: 'gate-junit.xml',
  render: (report) =>
    junitXml({
      name: `${report.run.suite} gate`,
      startedAt: report.run.started_at,
      properties: { word: report.word, ...junitProperties(report.run) },
      cases: [
        ...(report.incompleteBecause === undefined
          ? []
          : [
              {
                name: 'run is complete',
                group: 'gate',
                outcome: 'skipped' as const,
                text: `incomplete: ${report.incompleteBecause}`,
              },
            ]),
        ...report.cells.map((cell) => cellCase(cell, report)),
        ...report.thresholds.map((result) => thresholdCase(result, report.run)),
      ],
    }),
};

const outcomes: Readonly<Record<GateCell['word'], JunitCase['outcome']>> = {
  pass: 'passed',
  warning: 'passed',
  fail: 'failed',
  learning: 'skipped',
  'not settled': 'skipped',
  incomplete: 'skipped',
};

function cellCase(cell: GateCell, { confirm, run }: GateReport): JunitCase {
  return {
    name: `${cell.metric} of ${watchedName(cell, run)}`,
    group: `gate.${cell.metric}`,
    outcome: outcomes[cell.word],
    text: cellSentence(cell, run, confirm),
  };
}
