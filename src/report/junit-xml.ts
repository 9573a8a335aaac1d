import { oneLine } from '../base/text.ts';

/** Text from outside for an XML attribute or element: one line, nothing that XML 1.0 forbids or gives a meaning to. */
export function xmlText(text: string, limit = 2000): string {
  return oneLine(text, limit)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

/** One rule, as a test. */
export interface JunitCase {
  name: string;
  /** What it belongs to: a dotted path that viewers group by. */
  group: string;
  outcome: 'passed' | 'failed' | 'error' | 'skipped';
  /** How long it took; 0 where that is not asked. */
  seconds?: number;
  /** What was found; shown with a failure or a skip. */
  text: string;
}

export interface JunitSuite {
  name: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  properties: Readonly<Record<string, string>>;
  cases: readonly JunitCase[];
}

/**
 * JUnit's XML, as CI systems read it. Only what has failed is a failure, what had no answer is an error, and what nobody
 * can tell yet is skipped.
 */
export function junitXml({ name, startedAt, properties, cases }: JunitSuite): string {
  const count = (outcome: JunitCase['outcome']): number =>
    cases.filter((one) => one.outcome === outcome).length;
  const counts = `tests="${cases.length}" failures="${count('failed')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="gatebench" ${counts}>`,
    `  <testsuite name="${xmlText(name)}" ${counts} timestamp="${xmlText(startedAt.slice(0, 19))}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([key, value]) => `      <property name="${xmlText(key)}" value="${xmlText(value)}"/>`,
    ),
    '    </properties>',
    ...cases.flatMap(caseLines),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function caseLines({ name, group, outcome, text, seconds = 0 }: JunitCase): string[] {
  const head = `    <testcase classname="${xmlText(group)}" name="${xmlText(name)}" time="${Number(seconds.toFixed(3))}"`;
  if (outcome === 'passed')
    return text === ''
      ? [`${head}/>`]
      : [`${head}>`, `      <system-out>${xmlText(text)}</system-out>`, '    </testcase>'];
  const message = `message="${xmlText(text)}"`;
  const inner = {
    failed: `      <failure ${message} type="limit">${xmlText(text)}</failure>`,
    error: `      <error ${message} type="request">${xmlText(text)}</error>`,
    skipped: `      <skipped ${message}/>`,
  }[outcome];
  return [`${head}>`, inner, '    </testcase>'];
}
