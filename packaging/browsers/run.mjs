// Walks a worker's morning in each engine given, from a copy of a demo book, and lays what was seen beside the first
// engine's: `run.mjs DESK BOOK FOLDER NAME=PROGRAM[:LIBRARIES]…`. What lies elsewhere than in the first is a fault.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Engine } from "./engine.mjs";
import { walk } from "./walk.mjs";

// Text is a pixel wider or lower in another engine, more in a card of many lines; what is out of its place is so by more.
const LEEWAY = 8;

const [desk, book, folder, ...engines] = process.argv.slice(2);

// A loopback host on a book of its own; ends with `stop`.
async function host(data) {
  cpSync(book, data, { recursive: true });
  const child = spawn(desk, ["--data", data, "serve", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const told = new Promise((done, fail) => {
    createInterface({ input: child.stdout }).once("line", (line) => done(JSON.parse(line).url));
    child.once("exit", () => fail(new Error("the host ended")));
  });
  return { url: await told, stop: () => child.kill() };
}

async function tried(name, program, libraries) {
  const pictures = join(folder, name);
  mkdirSync(pictures, { recursive: true });
  const data = join(folder, `${name}.book`);
  rmSync(data, { recursive: true, force: true });
  const running = await host(data);
  const engine = await Engine.start(program, libraries);
  try {
    const seen = await walk(engine, running.url, pictures, "谷阳镇", `近来都好，${name}`);
    writeFileSync(join(pictures, "places.json"), JSON.stringify(seen));
    return { version: engine.version, seen };
  } catch (cause) {
    await engine.picture(join(pictures, "failed.png")).catch(() => {});
    return { version: engine.version, cause };
  } finally {
    await engine.stop();
    running.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

// What is elsewhere than in the first engine, worst first.
function elsewhere(first, seen) {
  const found = [];
  for (const [page, places] of Object.entries(first)) {
    for (const [what, box] of Object.entries(places)) {
      const here = seen[page][what];
      const off = here ? Math.max(...box.map((length, side) => Math.abs(length - here[side]))) : Infinity;
      if (off > LEEWAY) found.push({ off, words: `${page}: ${what}: ${box.join(" ")} is ${here?.join(" ") ?? "not there"}` });
    }
  }
  return found.sort((one, other) => other.off - one.off);
}

let first;
let faults = 0;
for (const engine of engines) {
  const [name, place] = engine.split("=");
  const { version, seen, cause } = await tried(name, ...place.split(":"));
  first ??= seen;
  const off = seen && first ? elsewhere(first, seen) : [];
  const places = seen ? Object.values(seen).reduce((sum, page) => sum + Object.keys(page).length, 0) : 0;
  console.log(cause ? `${version}: FAILED: ${cause.message}` : `${version}: walked; ${places} places, ${off.length} elsewhere`);
  off.slice(0, 12).forEach(({ words }) => console.log(`  ${words}`));
  faults += (cause ? 1 : 0) + off.length;
}
process.exit(faults > 0 ? 1 : 0);
