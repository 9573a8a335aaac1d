import { splitModel, type Route } from '../route.ts';

/** Token, account and gateway that the mock gateway accepts. They open nothing. */
export const demoCredentials = { account: 'demo-account', gateway: 'demo', token: 'demo-token' } as const;

export const demo: Route = {
  name: 'demo',
  summary: 'the built-in mock gateway on loopback: simulated models, no key',
  kind: 'simulated',
  needs: [],
  choice: { rank: 5, why: 'its models are simulated' },
  endpoint(model, { baseUrl }) {
    splitModel(model);
    if (baseUrl === undefined) throw new Error('the mock gateway has not been started');
    return {
      baseUrl: `${baseUrl}/v1/${demoCredentials.account}/${demoCredentials.gateway}/compat`,
      wireModel: model,
      headers: { 'cf-aig-authorization': `Bearer ${demoCredentials.token}` },
      throughGateway: true,
    };
  },
};
