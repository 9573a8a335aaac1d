import { parentPort, workerData } from 'node:worker_threads';
import { ByteBudget } from './byte-budget.ts';
import { Engine } from './engine.ts';
import { takePrecedence } from './precedence.ts';
import { type FromThread, machineAhead, type ThreadData, type ToThread } from './thread-messages.ts';
import { openWays } from './ways.ts';

/*
 * The thread that sends and stamps. It imports little and decodes nothing, so it loads quickly and nothing keeps it
 * from stamping.
 */
const { timeouts, proxies, ca, budget: limit, precedence } = workerData as ThreadData;
const port = parentPort!;
const budget = new ByteBudget(limit);
const engine = new Engine({
  way: openWays({ connectTimeoutMs: timeouts.connectMs, budget, proxies, ca }),
  timeouts,
  budget,
  emit: (batch) => port.postMessage(batch, [batch]),
});
if (precedence) takePrecedence();
const ahead = machineAhead();
const tell = (said: FromThread): void => port.postMessage(said);

port.on('message', (told: ToThread) => {
  switch (told.kind) {
    case 'send':
      for (const ask of told.asks) {
        if (ask.due !== undefined) ask.due -= ahead;
        engine.send(ask);
      }
      break;
    case 'recall':
      engine.recall(told.id);
      break;
    case 'cancel':
      engine.cancel(told.id, told.reason);
      break;
    case 'warm':
      void engine.warm(told.origin, told.connections).then(() => tell({ kind: 'warmed', call: told.call }));
      break;
    case 'end':
      void engine.end().then(() => tell({ kind: 'ended' }));
      break;
  }
});
tell({ kind: 'ready', ahead });
