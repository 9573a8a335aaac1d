import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  history: {
    type: 'path',
    argument: true,
    required: true,
    completes: 'folders',
    describe: 'folder of history.csv',
  },
  out: {
    type: 'path',
    short: 'o',
    value: 'DIR',
    required: true,
    completes: 'folders',
    describe: 'folder of the site; what else is in it stays',
  },
  answers: { type: 'switch', describe: 'with questions and answers in the latest reports' },
});

export type PublishFlags = Parsed<typeof flags>;

export const publish = defineCommand({
  flags,
  examples: [
    ['gatebench publish history --out site', 'nights, badges, feed, and the latest reports, as static files'],
    ['gatebench publish history --out site --answers', 'the latest reports with every answer'],
  ],
  epilogue:
    'The latest reports are of runs in --results, or in folders right below it. The site needs no server and no script: open site/index.html. Badges (badge-SUITE.json, badge-SUITE-MODEL.json) and feed.xml keep their addresses. Questions, answers, and messages of servers are left out unless you ask for them. The same history gives the same files.',
  run: async (parsed, io) => (await import('../publish/execute-publish.ts')).executePublish(parsed, io),
});
