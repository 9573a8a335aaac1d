import { oneLine } from '../../base/text.ts';
import { isSimulated } from '../run-report.ts';
import { findings } from './annotations.ts';
import { gateObject } from './gate-json.ts';
import type { GateReport } from './gate-report.ts';
import { baselineText } from './gate-wording.ts';

/** A night as one JSON object for a chat: Slack and Mattermost show `text`, the rest is for programs. */
export function gateMessage(report: GateReport, jobUrl?: string): Record<string, unknown> {
  return { text: messageText(report, jobUrl), job_url: jobUrl ?? null, ...gateObject(report) };
}

function messageText(report: GateReport, jobUrl: string | undefined): string {
  const { run, word, verdict } = report;
  const head = `gatebench ${word}: ${oneLine(run.suite, 100)}${isSimulated(run) ? ' (simulated models)' : ''}`;
  const lines = [
    head,
    ...findings(report).map(({ text }) => `• ${oneLine(text, 400)}`),
    ...(verdict === 'incomplete' ? [] : [baselineText(report)]),
  ].map(withoutMentions);
  return [...lines, ...(jobUrl === undefined ? [] : [jobUrl])].join('\n');
}

/** Slack reads `<!channel>` and `<url|text>`, Mattermost `@all`: a name from a suite must not notify anybody. */
const withoutMentions = (line: string): string =>
  line
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/@(?=all\b|channel\b|here\b|everyone\b)/gi, '@\u200b');
