// Whether an engine that is too old is told so: `too-old.mjs DIST NAME=PROGRAM`. Only the page's files are needed.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { Engine } from "./engine.mjs";

const [dist, engine] = process.argv.slice(2);
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const host = createServer(({ url }, answer) => {
  const file = join(dist, url === "/" ? "index.html" : url);
  if (!existsSync(file)) return answer.writeHead(404).end();
  return answer.writeHead(200, { "content-type": KINDS[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
});
await new Promise((done) => host.listen(0, "127.0.0.1", done));
const old = await Engine.start(...engine.split("=")[1].split(":"));
try {
  // Stands for IE: nothing of the web since 2012.
  const poor = "for (const name of ['WebAssembly', 'fetch', 'CSS', 'TextDecoder']) delete window[name];";
  await old.say("Page.addScriptToEvaluateOnNewDocument", { source: poor });
  await old.open(`http://127.0.0.1:${host.address().port}/`);
  await old.shows("这个浏览器太旧");
  await old.shows("极速模式");
  // The ticket in the address is good for no longer.
  await old.shows("两分钟内");
  console.log(`${old.version} without WebAssembly, fetch and CSS: says that it is too old, and what to do`);
} finally {
  await old.stop();
  host.close();
}
process.exit(0);
