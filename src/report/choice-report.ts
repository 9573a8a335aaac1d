import { count, oneLine } from '../base/text.ts';
import { firstLine } from './first-line.ts';
import { literal } from './markdown-text.ts';
import { painter } from './paint.ts';
import { answer, choiceList } from './run-markdown.ts';
import { choiceObject, jsonText, runObject, leadsObject } from './run-json.ts';
import { isSimulated, simulatedNotice, type Report, type Style } from './run-report.ts';
import { choiceLines } from './run-table.ts';
import { paragraphs, wrapped } from './text-width.ts';

/** What to write into a suite that does not define what its job needs. */
const howToAsk =
  'The suite does not say what the job needs. With quality: { need: { limits: [{ metric: rate(passed), min: 0.9 }], then: cheapest } } ' +
  'gatebench names the cheapest model that is surely good enough.';

/** Why there is no list, if there is none. */
const whyNone = ({ choices = [] }: Report): string => (choices.length === 0 ? howToAsk : '');

/** Every way to show a choice; `choose --format` offers exactly these. */
export const choiceFormats = {
  table: (report: Report, { columns, color }: Style): string => {
    const paint = painter(color);
    const plain = (text: string): string[] => (text === '' ? [] : wrapped(text, columns));
    return paragraphs([
      plain(firstLine(report)).map((line) => paint('strong', line)),
      plain(isSimulated(report.run) ? simulatedNotice : '').map((line) => paint('warning', line)),
      choiceLines(report, columns, paint),
      plain(whyNone(report)),
    ]);
  },
  markdown: (report: Report): string => {
    const sections = [
      answer(report),
      isSimulated(report.run) ? `> [!IMPORTANT]\n> ${literal(simulatedNotice)}` : '',
      choiceList(report),
      literal(whyNone(report)),
    ];
    return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
  },
  json: (report: Report): string =>
    jsonText({
      run: runObject(report.run),
      answer: firstLine(report),
      leads: (report.leads ?? []).map(leadsObject),
      choice: (report.choices ?? []).map(choiceObject),
    }),
} as const satisfies Record<string, (report: Report, style: Style) => string>;

/** As for a run with only the prompts of one tag. */
export interface TagChoice {
  readonly tag: string;
  readonly prompts: number;
  readonly report: Report;
}

/** As above, tag by tag: its sentence, then its lists. */
export const tagChoiceFormats = {
  table: (_run: Report, parts: readonly TagChoice[], { columns, color }: Style): string => {
    const paint = painter(color);
    return paragraphs(
      parts.map(({ tag, prompts, report }) => [
        ...wrapped(`${oneLine(tag, 60)} (${count(prompts, 'prompt')}): ${firstLine(report)}`, columns).map(
          (line) => paint('strong', line),
        ),
        ...choiceLines(report, columns, paint),
      ]),
    );
  },
  markdown: (_run: Report, parts: readonly TagChoice[]): string =>
    parts
      .map(({ tag, prompts, report }) =>
        [`### ${literal(oneLine(tag, 60))} (${count(prompts, 'prompt')})`, answer(report), choiceList(report)]
          .filter((section) => section !== '')
          .join('\n\n'),
      )
      .join('\n\n') + '\n',
  json: ({ run }: Report, parts: readonly TagChoice[]): string =>
    jsonText({
      run: runObject(run),
      tags: parts.map(({ tag, prompts, report }) => ({
        tag,
        prompts,
        answer: firstLine(report),
        leads: (report.leads ?? []).map(leadsObject),
        choice: (report.choices ?? []).map(choiceObject),
      })),
    }),
} as const satisfies Record<
  keyof typeof choiceFormats,
  (run: Report, parts: readonly TagChoice[], style: Style) => string
>;
