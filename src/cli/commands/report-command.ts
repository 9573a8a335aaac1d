import { outputFormats } from '../../report/report-formats.ts';
import { defineCommand, flagTable, outFile, theRun } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  run: theRun,
  format: {
    type: 'text',
    choices: [...outputFormats.map(({ name }) => name), 'html'],
    default: 'table',
    value: 'NAME',
    describe: 'output format',
  },
  by: {
    type: 'text',
    choices: ['model', 'tag'],
    default: 'model',
    value: 'WHAT',
    describe: 'tag: the same for the prompts of each tag alone',
  },
  answers: {
    type: 'text',
    choices: ['some', 'all'],
    default: 'some',
    value: 'WHICH',
    describe: 'with --format html: all shows every answer side by side, in one file to share',
  },
  out: outFile,
  definitions: {
    type: 'switch',
    describe: 'show what vLLM, AIPerf, GuideLLM, MLPerf, and Artificial Analysis would report',
  },
  request: {
    type: 'text',
    value: 'WHICH',
    describe: 'show one request in full: an event id or its beginning, slowest, or PROMPT/MODEL',
  },
});

export type ReportFlags = Parsed<typeof flags>;

export const report = defineCommand({
  flags,
  examples: [
    ['gatebench report latest', 'the latest run'],
    ['gatebench report latest --by tag', 'which model for which kind of prompt'],
    ['gatebench report latest --format html --answers all -o report.html', 'a page with every answer'],
    ['gatebench report latest --format markdown -o summary.md', 'for a pull request'],
  ],
  async run(parsed, io) {
    const shown = { ...parsed, format: parsed.json ? 'json' : parsed.format };
    if (parsed.definitions) return (await import('../execute-definitions.ts')).executeDefinitions(shown, io);
    if (parsed.request !== undefined)
      return (await import('../execute-request.ts')).executeRequest(shown, parsed.request, io);
    return (await import('../execute-report.ts')).executeReport(shown, io);
  },
});
