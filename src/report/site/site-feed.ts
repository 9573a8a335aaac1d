import { createHash } from 'node:crypto';
import type { NightVerdict } from '../../analysis/night-verdicts.ts';
import type { TrendChange, TrendLine } from '../../analysis/trend.ts';
import { oneLine } from '../../base/text.ts';
import { watchedName } from '../gate/gate-wording.ts';
import { type Ways, waysOf } from '../../plan/cell.ts';
import { xmlText } from '../junit-xml.ts';
import { sizeText } from '../trend/trend-table.ts';
import type { Site, SiteSuite } from './site.ts';

/** An entry that a reader of the feed sees once. */
interface Entry {
  /** Source of its id: the same event always has the same id. */
  parts: readonly string[];
  /** Of its night. ISO 8601, UTC. */
  at: string;
  title: string;
  lines: readonly string[];
}

/** An Atom feed (RFC 4287), newest first: every verdict other than pass, and every day on which a level changed. */
export function siteFeed(site: Site): string {
  const entries = site.suites.flatMap((suite) =>
    [...verdictEntries(suite), ...changeEntries(suite)].map((entry) => ({ suite, entry })),
  );
  const ordered = entries.toSorted((a, b) =>
    a.entry.at > b.entry.at ? -1 : a.entry.at < b.entry.at ? 1 : 0,
  );
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `  <id>${idOf(['feed', site.firstRun])}</id>`,
    '  <title>gatebench nights</title>',
    `  <updated>${site.updatedAt}</updated>`,
    '  <author><name>gatebench</name></author>',
    '  <link rel="self" type="application/atom+xml" href="feed.xml"/>',
    '  <link rel="alternate" type="text/html" href="index.html"/>',
    ...ordered.flatMap(({ suite, entry }) => entryLines(site, suite, entry)),
    '</feed>',
  ].join('\n')}\n`;
}

function entryLines({ firstRun }: Site, { suite, name, isSimulated }: SiteSuite, entry: Entry): string[] {
  const title = `${entry.title}${isSimulated ? ' (simulated)' : ''}`;
  return [
    '  <entry>',
    `    <id>${idOf([firstRun, suite, ...entry.parts])}</id>`,
    `    <title>${xmlText(title, 200)}</title>`,
    `    <published>${entry.at}</published>`,
    `    <updated>${entry.at}</updated>`,
    `    <link rel="alternate" type="text/html" href="index.html#suite-${name}"/>`,
    `    <category term="${xmlText(suite, 100)}"/>`,
    `    <content type="text">${entry.lines.map((line) => xmlText(line)).join('\n')}</content>`,
    '  </entry>',
  ];
}

/** While the gate is learning there are no entries. */
function verdictEntries({ suite, verdicts }: SiteSuite): Entry[] {
  return verdicts
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'learning')
    .map((night) => ({
      parts: ['verdict', night.runId],
      at: night.at,
      title: `${night.word}: ${oneLine(suite, 80)}, ${night.at.slice(0, 10)}`,
      lines: verdictLines(night),
    }));
}

/** Reasons of the gate, line by line. */
export function verdictLines({ says, alarms, verdict }: NightVerdict): string[] {
  const lines = [...(says === undefined ? [] : [says]), ...alarms.flatMap((alarm) => alarm.says ?? [])];
  if (lines.length === 0 && verdict === 'not settled')
    return ['The night was beyond a limit, but not by more than nights usually differ.'];
  return lines;
}

function changeEntries({ suite, trend }: SiteSuite): Entry[] {
  const ways = waysOf(trend?.lines ?? []);
  return (trend?.lines ?? []).flatMap((line) =>
    line.changes.map((change) => ({
      parts: [
        ...['change', line.route, line.model ?? '', line.metric, change.runId],
        ...(line.vantage === undefined ? [] : [line.vantage]),
      ],
      at: change.at,
      title: `${oneLine(suite, 80)}: ${changeText(line, change, ways)}`,
      lines: [
        `${changeText(line, change, ways)}: the nights since then differ for good from those before, as far as they show${change.isAccepted ? '; the new level was accepted' : ''}.`,
      ],
    })),
  );
}

const changeText = (line: TrendLine, change: TrendChange, ways: Ways): string =>
  `${line.metric} of ${watchedName(line, ways)} ${sizeText(change)} from ${change.at.slice(0, 10)} on`;

const urlNamespace = '6ba7b8119dad11d180b400c04fd430c8';

/** A name-based UUID of these parts (RFC 9562, version 5). */
function idOf(parts: readonly string[]): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(urlNamespace, 'hex'))
    .update(JSON.stringify(['gatebench', ...parts]))
    .digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const part = (from: number, to: number): string => hex.slice(from, to);
  return `urn:uuid:${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
}
