// graphile-worker for `headgate bench jobs --graphile`, with the batching of its own performance test. Arguments: the URL
// of the database, how many jobs at once, the interval of its polls in milliseconds. Says "ready" when its tables are there,
// starts when it is told "go", then says the number of each job that its empty handler got. Ends with its standard input.
import { createInterface } from "node:readline";
import { run, runMigrations, Logger } from "graphile-worker";

const [connectionString, concurrency, pollInterval] = process.argv.slice(2);
const preset = {
  worker: {
    connectionString,
    concurrentJobs: Number(concurrency),
    maxPoolSize: Number(concurrency) + 2,
    pollInterval: Number(pollInterval),
    localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    logger: new Logger(() => () => {}),
  },
};

let done = [];
const say = () => {
  process.stdout.write(done.join("\n") + "\n");
  done = [];
};
const bench = ({ i }) => {
  if (done.push(i) === 1) {
    setImmediate(say);
  }
};

await runMigrations({ preset });
process.stdout.write("ready\n");
let runner;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "go") {
    runner = await run({ preset, taskList: { bench } });
  }
}
await runner?.stop();
process.exit(0);
