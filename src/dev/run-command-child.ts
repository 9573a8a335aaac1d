import { main } from '../main.ts';

// A command of ours in a process of its own, which tells its parent what it took in the end.
process.exitCode = await main(process.argv.slice(2));
process.send!(process.resourceUsage().maxRSS * 1024);
process.disconnect();
