import { oneLine } from '../base/text.ts';

/**
 * Text from outside for an XML attribute or element: one line, without characters that XML 1.0 forbids or interprets.
 */
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

/** One rule as a test. */
export interface JunitCase {
  name: string;
  /** A dotted path by which viewers group tests. */
  group: string;
  outcome: 'passed' | 'failed' | 'error' | 'skipped';
  /** Duration. 0 if that is not of interest. */
  seconds?: number;
  /** Details, shown with a failure or a skip. */
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
 * JUnit's XML for CI systems. A failed rule is a failure, a missing answer is an error, and an open verdict is skipped.
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
