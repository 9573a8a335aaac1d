import { oneLine } from '../../base/text.ts';
import { jsonText } from '../run-json.ts';
import { isSimulated } from '../run-report.ts';
import type { GateFormat, GateReport } from './gate-report.ts';

const colours: Readonly<Record<GateReport['verdict'], string>> = {
  pass: 'brightgreen',
  warning: 'yellow',
  fail: 'red',
  learning: 'blue',
  'not settled': 'lightgrey',
  incomplete: 'orange',
};

/** What a Shields endpoint badge reads: https://shields.io/badges/endpoint-badge. */
export const badge: GateFormat = {
  name: 'badge',
  file: 'badge.json',
  render: ({ run, word, verdict }) =>
    jsonText({
      schemaVersion: 1,
      label: oneLine(run.suite, 40),
      message: isSimulated(run) ? `${word} (simulated)` : word,
      color: colours[verdict],
    }),
};
