import type { Route } from './route.ts';
import { compat } from './routes/compat.ts';
import { demo } from './routes/demo.ts';
import { direct } from './routes/direct.ts';
import { local } from './routes/local.ts';
import { provider } from './routes/provider.ts';

/** Every way to a model; `--route` offers exactly these. To add one: write its file, add its line. */
export const routes: readonly Route[] = [compat, provider, direct, local, demo];
