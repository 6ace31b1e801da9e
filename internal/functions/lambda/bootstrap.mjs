// Runs one handler in node. An event is one line of JSON on descriptor 3, the
// answer one line on descriptor 4; whatever the handler prints stays apart.
import fs from "node:fs";
import net from "node:net";
import { pathToFileURL } from "node:url";

const [file, name] = process.argv.slice(1);
const answer = (value) => {
  for (const printed of [1, 2]) {
    try { fs.writeSync(printed, "\n\0end\n"); } catch { /* the handler closed it */ }
  }
  fs.writeSync(4, JSON.stringify(value) + "\n");
};
const failure = (e) => ({
  error: { type: (e && e.name) || "Error", message: String((e && e.message) || e).slice(0, 2000), stack: String((e && e.stack) || "").slice(0, 4000) },
});

let handler;
let broken;
try {
  const loaded = await import(pathToFileURL(file).href);
  handler = loaded[name] || (loaded.default && loaded.default[name]);
  if (typeof handler !== "function") broken = { name: "Runtime.HandlerNotFound", message: name + " is undefined or not exported" };
} catch (e) {
  broken = e;
}

const run = (event, id) =>
  new Promise((resolve, reject) => {
    const context = {
      awsRequestId: id,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: "1",
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => 30000,
      done: (e, value) => (e ? reject(e) : resolve(value)),
      succeed: resolve,
      fail: reject,
    };
    const returned = handler(event, context, (e, value) => (e ? reject(e) : resolve(value)));
    if (returned && typeof returned.then === "function") returned.then(resolve, reject);
  });

process.on("uncaughtException", (e) => {
  answer({ ...failure(e), fatal: true });
  process.exit(1);
});

let rest = "";
const input = new net.Socket({ fd: 3, readable: true, writable: false }); // a file stream would keep exit() waiting
input.setEncoding("utf8");
let queue = Promise.resolve();
input.on("data", (text) => {
  rest += text;
  for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
    const line = rest.slice(0, end);
    rest = rest.slice(end + 1);
    queue = queue.then(async () => {
      try {
        if (broken) throw broken;
        const message = JSON.parse(line);
        const value = await run(message.event, message.id);
        answer({ result: value === undefined ? null : value });
      } catch (e) {
        answer(failure(e));
      }
    });
  }
});
input.on("close", () => process.exit(0));
