/** Address of the running job on GitHub. Undefined outside Actions. */
export function jobUrl(env: NodeJS.ProcessEnv): string | undefined {
  const [server, repository, id] = [env['GITHUB_SERVER_URL'], env['GITHUB_REPOSITORY'], env['GITHUB_RUN_ID']];
  return server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined;
}
