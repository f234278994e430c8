// Kills the process after the answer to its k-th call of SQS has come, before anybody sees it: CRASH_AFTER=k node --require crash.cjs ...
"use strict";
const { subscribe } = require("node:diagnostics_channel");

let calls = 0;
subscribe("http.client.response.finish", ({ request }) => {
  const target = request.getHeader("x-amz-target");
  if (!`${target}`.startsWith("AmazonSQS.") || `${target}`.endsWith("GetQueueAttributes")) return;
  calls++;
  if (calls === Number(process.env.CRASH_AFTER)) process.kill(process.pid, "SIGKILL");
});
