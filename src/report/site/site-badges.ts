import { count, oneLine } from '../../base/text.ts';
import { badgeColors } from '../gate/gate-json.ts';
import { figureText, rangeText } from '../number-text.ts';
import { jsonText } from '../run-json.ts';
import type { Site, SiteModel, SiteSuite } from './site.ts';

export interface SiteFile {
  /** Path from the site's folder, with `/`. */
  path: string;
  text: string;
}

/** For Shields: the gate's result for each suite, and how fast each of its models begins to answer. */
export function badgeFiles({ suites }: Site): SiteFile[] {
  return suites.flatMap((suite) => [
    { path: suite.badge, text: badge(suiteBadge(suite)) },
    ...suite.models.map((model) => ({ path: model.badge, text: badge(modelBadge(suite, model)) })),
  ]);
}

interface Badge {
  label: string;
  message: string;
  color: string;
}

/** JSON for a Shields endpoint badge: https://shields.io/badges/endpoint-badge. */
const badge = (of: Badge): string => jsonText({ schemaVersion: 1, ...of });

/** With its day: a badge does not change after the nights stop. */
function suiteBadge({ suite, newest, trend, isSimulated }: SiteSuite): Badge {
  const label = oneLine(suite, 40);
  if (newest === undefined) return { label, message: count(trend?.nights ?? 0, 'night'), color: 'lightgrey' };
  return {
    label,
    message: message(newest.word, newest.at, isSimulated),
    color: badgeColors[newest.verdict],
  };
}

function modelBadge({ suite }: SiteSuite, { name, at, isSimulated, ...figure }: SiteModel): Badge {
  return {
    label: `${oneLine(name, 40)} TTFT, ${oneLine(suite, 40)}`,
    message: message(speedText(figure), at, isSimulated),
    color: figure.value === undefined ? 'lightgrey' : 'blue',
  };
}

/** `842 ms (790 ms – 900 ms)`. */
export function speedText({ value, low, high }: Pick<SiteModel, 'value' | 'low' | 'high'>): string {
  if (value === undefined) return 'not measured';
  return `${figureText('ttft_ms', value)} (${rangeText('ttft_ms', low, high)})`;
}

const message = (said: string, at: string, isSimulated: boolean): string =>
  `${said}, ${at.slice(0, 10)}${isSimulated ? ' (simulated)' : ''}`;
