// Runs a serialized handler once, as the Lambda runtime would: node run.cjs FOLDER, the event on standard input.
// With CRASH_AFTER=k its process dies after the answer to its k-th call has come, before the handler sees it.
"use strict";
const { subscribe } = require("node:diagnostics_channel");
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

let calls = 0;
const count = () => {
  calls++;
  if (calls === Number(process.env.CRASH_AFTER)) process.exit(99);
};
subscribe("http.client.response.finish", count); // the AWS SDK
subscribe("undici:request:trailers", count);

const { handler } = require(join(process.argv[2], "__index.js"));
handler(JSON.parse(readFileSync(0, "utf8")), {}).then(
  (result) => finish({ result, calls }),
  (error) => finish({ error: { name: error.name, message: error.message }, calls }),
);

function finish(outcome) {
  writeFileSync(process.env.OUTCOME, JSON.stringify(outcome));
  process.exit(0); // As Lambda, which does not wait for a kept connection.
}
