import { isSimulatedRoute } from '../../target/routes.ts';
import { count, oneLine } from '../../base/text.ts';
import { compact, duration } from '../../report/number-text.ts';
import { painter, type Paint, type Tone } from '../../report/paint.ts';
import { simulatedNotice, type Style } from '../../report/run-report.ts';
import { pad, shorten, wrapped } from '../../report/text-width.ts';
import type { Diagnosis } from './diagnose.ts';
import type { Probe, RouteFacts } from './doctor-facts.ts';
import type { Finding, Mark, Place } from './finding.ts';
import type { RouteState } from './route-state.ts';

const signs: Readonly<Record<Mark | 'fine' | 'untried', readonly [sign: string, tone: Tone]>> = {
  fine: ['✓', 'good'],
  wrong: ['✗', 'bad'],
  warning: ['!', 'warning'],
  note: ['·', 'quiet'],
  untried: ['–', 'quiet'],
};
type Sign = keyof typeof signs;

const stateSigns: Readonly<Record<RouteState, Sign>> = {
  works: 'fine',
  partly: 'warning',
  fails: 'wrong',
  unasked: 'untried',
};

/** For the terminal: what was tested, what is wrong and how to fix it, and how this account behaves. */
export function renderDiagnosis(diagnosis: Diagnosis, style: Style): string {
  const lines = new Lines(style);
  const { facts } = diagnosis;
  const sections = [
    head(diagnosis, lines),
    [
      ...facts.routes.flatMap((route) => routeLines(route, diagnosis, lines)),
      ...untriedLines(diagnosis, lines),
    ],
    ...diagnosis.findings.map((finding) => findingLines(finding, lines)),
    answerLines(diagnosis, lines),
    lines.of(diagnosis.recommendation, { tone: 'strong' }),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

/** Wrapped and painted text. */
class Lines {
  readonly columns: number;
  readonly paint: Paint;

  constructor({ columns, color }: Style) {
    this.columns = columns;
    this.paint = painter(color);
  }

  /** `lead` precedes the first line. The others are indented by its width. */
  of(
    text: string,
    { lead = '', tone, leadTone }: { lead?: string; tone?: Tone; leadTone?: Tone } = {},
  ): string[] {
    const blanks = ' '.repeat(lead.length);
    const room = Math.max(20, this.columns - lead.length);
    return wrapped(text, room).map(
      (line, index) => (index === 0 ? this.paint(leadTone, lead) : blanks) + this.paint(tone, line),
    );
  }

  signed(sign: Sign, text: string, indent = ''): string[] {
    const [mark, tone] = signs[sign];
    return this.of(text, { lead: `${indent}${mark} `, leadTone: tone });
  }
}

function head({ facts, healthy, findings }: Diagnosis, lines: Lines): string[] {
  const { limits, spent, suite, routes, stopped } = facts;
  const wrong = findings.filter(({ mark }) => mark === 'wrong').length;
  const warnings = findings.filter(({ mark }) => mark === 'warning').length;
  const verdict = healthy
    ? stopped
      ? 'stopped'
      : warnings === 0
        ? 'all is well'
        : `works, with ${count(warnings, 'warning')}`
    : wrong === 0
      ? 'no usable answer right now'
      : `${count(wrong, 'thing')} to fix`;
  return [
    ...lines.of(`doctor${suite.name === undefined ? '' : ` · ${oneLine(suite.name, 60)}`} · ${verdict}`, {
      tone: 'strong',
    }),
    ...lines.of(
      `${spent.requests} of at most ${count(limits.requests, 'request')} sent, ` +
        `${spent.tokens.toLocaleString('en-US')} of at most ${count(limits.tokens, 'token')} used`,
      { tone: 'quiet' },
    ),
    ...(routes.some(({ route }) => isSimulatedRoute(route))
      ? lines.of(simulatedNotice, { tone: 'warning' })
      : []),
  ];
}

function routeLines(route: RouteFacts, { states, findings }: Diagnosis, lines: Lines): string[] {
  const { probes, unasked } = route;
  const state = states.get(route.route)!;
  const title = pad(route.route, 9);
  const whys = new Set(unasked.map(({ why }) => why));
  if (probes.length === 0 && whys.size === 1)
    return lines.signed('untried', `${title} not tried: ${[...whys].join()}`);
  const models = [...new Set(probes.map(({ model }) => model))];
  const ids = [...models, ...unasked.map(({ model }) => model)];
  const width = Math.min(28, Math.max(...ids.map((id) => id.length)));
  const name = (model: string): string => pad(shorten(oneLine(model), width), width);
  const onRoute = worst(findings, (place) => place.route === route.route && place.model === undefined);
  return [
    ...lines.signed(state === 'works' ? (onRoute ?? 'fine') : stateSigns[state], `${title} ${route.url}`),
    ...models.flatMap((model) => {
      const asked = probes.filter((probe) => probe.model === model);
      const mark = worst(
        findings,
        (place) => place.route === route.route && (place.model ?? model) === model,
      );
      return lines.signed(signOf(asked, mark), `${name(model)}  ${asked.map(probeText).join('; ')}`, '  ');
    }),
    ...unasked.flatMap(({ model, why }) =>
      lines.signed('untried', `${name(model)}  not asked: ${why}`, '  '),
    ),
  ];
}

/** The mark of a model: its finding, or that all is well. */
function signOf(probes: readonly Probe[], mark: Mark | undefined): Sign {
  if (mark && mark !== 'note') return mark;
  return probes.every(({ exchange }) => exchange.outcome === 'ok') ? 'fine' : 'warning';
}

function worst(findings: readonly Finding[], isHere: (place: Place) => boolean): Mark | undefined {
  return findings.find(({ where, mark }) => mark !== 'note' && where.some(isHere))?.mark;
}

function probeText({ streamed, exchange }: Probe): string {
  const way = streamed ? 'streamed' : 'whole';
  if (exchange.outcome === 'failed') {
    const { family, code } = exchange.failure;
    return `${way} ${exchange.httpStatus ?? 'no answer'} ${family} ${oneLine(code, 40)}`;
  }
  const { promptTokens, completionTokens } = exchange.usage;
  const tokens =
    completionTokens === undefined
      ? 'no token counts'
      : `${compact(promptTokens)} + ${compact(completionTokens)} tokens`;
  if (!streamed) return `${way} ${duration(exchange.bodyEndMs)}`;
  const instants = Array.from(exchange.chunks.texts(), ({ at }) => at);
  return `${count(instants.length, 'piece')} from ${duration(instants[0])} on, ${tokens}`;
}

function untriedLines({ facts }: Diagnosis, lines: Lines): string[] {
  return facts.untried.flatMap(({ route, missing, wanted }) =>
    lines.signed(wanted ? 'wrong' : 'untried', `${pad(route, 9)} not tried: needs ${missing.join(', ')}`),
  );
}

function findingLines({ mark, says, where, means, fix }: Finding, lines: Lines): string[] {
  const places = placesText(where);
  return [
    ...lines.signed(mark, `${says}${places === '' ? '' : ` · ${places}`}`),
    ...lines.of(means, { lead: '  ' }),
    ...lines.of(fix, { lead: '  → ', tone: 'strong' }),
  ];
}

/** `compat, provider: kimi, glm; direct`: groups routes with the same models. */
function placesText(where: readonly Place[]): string {
  const byModels = new Map<string, string[]>();
  for (const route of new Set(where.map((place) => place.route))) {
    const here = where.flatMap((place) =>
      place.route === route && place.model !== undefined ? [oneLine(place.model, 60)] : [],
    );
    const models = [...new Set(here)].join(', ');
    byModels.set(models, [...(byModels.get(models) ?? []), route ?? '']);
  }
  return [...byModels]
    .map(([models, routes]) => routes.join(', ') + (models === '' ? '' : `: ${models}`))
    .join('; ');
}

function answerLines({ answers }: Diagnosis, lines: Lines): string[] {
  if (answers.length === 0) return [];
  const width = Math.max(...answers.map(({ asks }) => asks.length));
  return [
    ...lines.of('What this account does', { tone: 'quiet' }),
    ...answers.flatMap(({ asks, found, settled }) =>
      lines.of(found, {
        lead: `  ${pad(asks, width)}  `,
        leadTone: 'quiet',
        ...(settled ? {} : { tone: 'quiet' as const }),
      }),
    ),
  ];
}
