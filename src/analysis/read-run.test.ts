import { expect, test } from 'vitest';
import { row } from '../report/sheet/testing/runs.ts';
import { loadRun } from './read-run.ts';
import { scratch } from '../cli/testing/gatebench.ts';
import { writeRun } from '../cli/testing/run-folder.ts';

test("rows of another run are not shown under this one's name", async () => {
  await using home = await scratch();
  const folder = await writeRun(home.path, [row({ run_id: 'mine' }), row({ run_id: 'other' })], {
    run_id: 'mine',
  });
  await expect(loadRun(folder)).rejects.toThrow(
    /requests\.csv has rows of the run other, but run\.json has mine/,
  );
});
