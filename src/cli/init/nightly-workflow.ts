export interface WorkflowOptions {
  /** Path of the suite from the repository's root. */
  suite: string;
  /** How a shell starts gatebench. */
  program: string;
}

/** By commit: a tag can be moved to other code, and these see the secrets. */
const pinned = {
  checkout: 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2',
  setupNode: 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0',
  upload: 'actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2',
  download: 'actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0',
};

/** A workflow for GitHub Actions: every night, in shards, joined, gated, remembered on a branch of its own. */
export function nightlyWorkflow({ suite, program }: WorkflowOptions): string {
  return `# Runs ${suite} every night and compares it with the nights before.
#
# Needs three secrets (Settings → Secrets and variables → Actions): CF_ACCOUNT_ID, CF_GATEWAY_ID, CF_AIG_TOKEN.
# The history is kept on the branch gatebench-history. To accept a change as the new level, on that branch:
#   gatebench gate accept NIGHT --reason "why" --history .
# GitHub stops schedules of public repositories after 60 days without a commit.
name: gatebench nightly

on:
  schedule:
    - cron: '17 3 * * *' # off the hour, when everybody else starts
  workflow_dispatch:

permissions:
  contents: read

# One night at a time: the next one waits, none is cut short.
concurrency:
  group: gatebench-nightly
  cancel-in-progress: false

env:
  SUITE: ${suite}
  HISTORY_BRANCH: gatebench-history

jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - name: secrets are there
        env:
          CF_ACCOUNT_ID: \${{ secrets.CF_ACCOUNT_ID }}
          CF_GATEWAY_ID: \${{ secrets.CF_GATEWAY_ID }}
          CF_AIG_TOKEN: \${{ secrets.CF_AIG_TOKEN }}
        run: |
          missing=''
          for name in CF_ACCOUNT_ID CF_GATEWAY_ID CF_AIG_TOKEN; do
            if [ -z "\${!name}" ]; then missing="$missing $name"; fi
          done
          if [ -n "$missing" ]; then
            echo "::error title=gatebench::missing secrets:$missing (Settings → Secrets and variables → Actions)"
            exit 1
          fi

  run:
    needs: check
    runs-on: ubuntu-latest
    timeout-minutes: 60
    strategy:
      fail-fast: false
      matrix:
        # Shards run at the same time, so the requests in flight add up. If you change this list, change SHARDS too.
        shard: [1, 2]
    env:
      SHARDS: 2
    steps:
      - uses: ${pinned.checkout}
      - uses: ${pinned.setupNode}
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - name: send the shard
        env:
          CF_ACCOUNT_ID: \${{ secrets.CF_ACCOUNT_ID }}
          CF_GATEWAY_ID: \${{ secrets.CF_GATEWAY_ID }}
          CF_AIG_TOKEN: \${{ secrets.CF_AIG_TOKEN }}
        # Budgets hold for each shard. The seed makes the shards parts of one plan.
        run: >-
          ${program} run "$SUITE"
          --shard "\${{ matrix.shard }}/$SHARDS"
          --seed \${{ github.run_number }}
          --max-requests 500
          --max-tokens-total 400000
          --max-cost 2
          --max-minutes 45
          --out shard
          --no-color
      - if: \${{ !cancelled() }}
        uses: ${pinned.upload}
        with:
          name: gatebench-shard-\${{ matrix.shard }}
          path: shard
          retention-days: 7
          overwrite: true

  gate:
    needs: [check, run]
    # A shard that failed makes the night incomplete; the gate says so.
    if: \${{ !cancelled() && needs.check.result == 'success' }}
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      contents: write
    steps:
      - uses: ${pinned.checkout}
      - uses: ${pinned.setupNode}
        with:
          node-version: 24
          cache: npm
      - run: npm ci
      - uses: ${pinned.download}
        with:
          pattern: gatebench-shard-*
          path: shards
      - name: join the shards
        # Exit 3: something is missing. The gate then calls the night incomplete.
        run: |
          ${program} merge shards/* --out night --no-color || test $? -eq 3
      - name: fetch the history
        run: |
          code=0
          git ls-remote --exit-code --heads origin "$HISTORY_BRANCH" || code=$?
          if [ "$code" -eq 0 ]; then
            git fetch origin "$HISTORY_BRANCH:refs/remotes/origin/$HISTORY_BRANCH"
            git worktree add -B "$HISTORY_BRANCH" history "origin/$HISTORY_BRANCH"
          elif [ "$code" -eq 2 ]; then
            git worktree add --detach history
            git -C history checkout --orphan "$HISTORY_BRANCH"
            git -C history rm -rfq .
            printf '%s merge=union\\n' history.csv nights.csv verdicts.csv > history/.gitattributes
          else
            exit "$code"
          fi
      - name: gate the night
        run: |
          ${program} gate night --history history --github --no-color
      - name: keep the history
        if: \${{ !cancelled() }}
        run: |
          cd history
          git config user.name 'github-actions[bot]'
          git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
          # By name: nothing else in this folder is history.
          for file in history.csv nights.csv verdicts.csv .gitattributes; do
            if [ -f "$file" ]; then git add -- "$file"; fi
          done
          if git diff --cached --quiet; then exit 0; fi
          git commit --quiet -m "night $GITHUB_RUN_NUMBER"
          for attempt in 1 2 3 4 5; do
            if git push origin "HEAD:$HISTORY_BRANCH"; then exit 0; fi
            sleep $((attempt * 5))
            git fetch origin "$HISTORY_BRANCH"
            git rebase FETCH_HEAD
          done
          echo "::error title=gatebench::the history could not be pushed; this night is missing from it"
          exit 1
      - if: \${{ !cancelled() }}
        uses: ${pinned.upload}
        with:
          name: gatebench-night
          path: night
          retention-days: 90
          overwrite: true
`;
}
