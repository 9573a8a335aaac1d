/**
 * The shell scripts of a night, shared by the workflow and the composite action. They run as GitHub runs bash, with -e,
 * and read: SUITES (paths of suite files, separated by blanks) and HISTORY_BRANCH.
 */

/** Files of the history. Merges keep the lines of both sides. */
const historyFiles = ['history.csv', 'nights.csv', 'verdicts.csv'];

/** Folder of a suite's files: `suites-mine` for `suites/mine.yaml`. The shell's `idOf` does the same. */
export const folderOf = (suite: string): string => suite.replaceAll('/', '-').replace(/\.[^.]*$/, '');

/** For each suite, with `$id` as the name of its folder. */
function eachSuite(lines: string): string {
  return `for suite in $SUITES; do
  id=\${suite//\\//-}
  id=\${id%.*}
${indented(lines, 2)}
done`;
}

/** Writes to the step's output `ready` whether all of these variables are set. Missing ones are not an error. */
export function checkSecrets(names: readonly string[]): string {
  return `missing=''
for name in ${names.join(' ')}; do
  if [ -z "\${!name}" ]; then missing="$missing $name"; fi
done
if [ -z "$missing" ]; then
  echo ready=true >>"$GITHUB_OUTPUT"
else
  echo ready=false >>"$GITHUB_OUTPUT"
  echo "::notice title=gatebench::nothing is measured here; missing secrets:$missing (Settings → Secrets and variables → Actions; forks have none)"
fi`;
}

/** Merges the parts in `shards/*` of each suite into a night. */
export const joinShards = (program: string): string =>
  eachSuite(`# Exit 3: something is missing. The gate then calls the night incomplete.
code=0
${program} merge shards/*/"$id" --out "nights/$id" --no-color || code=$?
if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
  echo "::error title=gatebench::the shards of $suite could not be joined; this night is missing from its history"
fi`);

/** Sends each suite as a whole. The gate reports what is wrong with a run. */
export const sendWhole = (program: string): string =>
  `read -ra flags <<<"$RUN_FLAGS"
${eachSuite(`${program} run "$suite" --out "nights/$id" --no-color "\${flags[@]}" || echo "exit code $?"`)}`;

/** On a pull request: each suite that it changes, as it is and as it was, in the same blocks. */
export const measureChanges = (program: string): string =>
  `code=0
read -ra flags <<<"$RUN_FLAGS"
${eachSuite(measureChange(program, '"$suite"', '$id', '"${flags[@]}"'))}
exit "$code"`;

/** The checkout is the merge, whose first parent is the base. An unchanged suite is not sent. */
export const measureChange = (program: string, suite: string, id: string, flags: string): string =>
  `${program} run ${suite} --against HEAD^1 --out "change/${id}" --no-color ${flags} || code=$?
if [ -f "change/${id}/run.json" ]; then
  ${program} compare "change/${id}" --format markdown --out "change/${id}/comment.md" || code=$?
fi`;

/** Checks out the branch of the history as the folder `history`. Creates the branch if there is none yet. */
export const fetchHistory = `code=0
git ls-remote --exit-code --heads origin "$HISTORY_BRANCH" || code=$?
if [ "$code" -eq 0 ]; then
  git fetch origin "$HISTORY_BRANCH:refs/remotes/origin/$HISTORY_BRANCH"
  git worktree add -B "$HISTORY_BRANCH" history "origin/$HISTORY_BRANCH"
elif [ "$code" -eq 2 ]; then
  git worktree add --detach history
  git -C history checkout --orphan "$HISTORY_BRANCH"
  git -C history rm -rfq .
else
  exit "$code"
fi
printf '%s merge=union\\n' ${historyFiles.join(' ')} >history/.gitattributes`;

/** Gates every night, even if another one fails. Ends with the worst exit code. */
export const gateNights = (program: string): string =>
  `code=0
notify=()
if [ -n "$GATEBENCH_WEBHOOK_URL" ]; then notify=(--notify-on 'fail,warning'); fi
${eachSuite(`if [ -d "nights/$id" ]; then
  ${program} gate "nights/$id" --history history --github --no-color "\${notify[@]}" || code=$?
else
  code=3
fi`)}
exit "$code"`;

/** Commits the files of the history and pushes them. Concurrent pushes are merged: lines of both sides stay. */
export const keepHistory = `cd history
git config user.name 'github-actions[bot]'
git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
# By name: nothing else in this folder is history.
for file in ${historyFiles.join(' ')} .gitattributes; do
  if [ -f "$file" ]; then git add -- "$file"; fi
done
if git diff --cached --quiet; then exit 0; fi
git commit --quiet -m "night $GITHUB_RUN_NUMBER"
for attempt in 1 2 3 4 5 6; do
  if git push origin "HEAD:$HISTORY_BRANCH"; then exit 0; fi
  sleep $((attempt * 5))
  if git fetch origin "$HISTORY_BRANCH"; then git rebase FETCH_HEAD; fi
done
echo "::error title=gatebench::the history could not be pushed; this night is missing from it"
exit 1`;

/** Reports every night to GitHub. */
export const tellGithub = (program: string): string =>
  eachSuite(`if [ -d "nights/$id" ]; then ${program} deliver "nights/$id"; fi`);

/** A static site of the history. Figures are published; prompts and answers are left out. */
export const makeSite = (program: string): string => `${program} publish history --out site --results nights`;

/** Reports the effect of a pull request, for each suite that it changes. */
export const tellPullRequest = (program: string): string =>
  eachSuite(`if [ -f "change/$id/comment.md" ]; then ${program} deliver "change/$id"; fi`);

/** Indents each non-empty line of a text. */
export const indented = (text: string, blanks: number): string =>
  text.replaceAll(/^(?=.)/gm, ' '.repeat(blanks));
