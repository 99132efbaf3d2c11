// Brings scripts and styles to what the oldest browser we work in understands, and refuses what cannot be brought there.
// Reads {scripts: {name: text}, style: text, known: text} from stdin, writes {scripts, style, older} to stdout.
import { text } from "node:stream/consumers";
import esbuild from "esbuild-wasm";
import { OLDEST } from "./lower/oldest.mjs";
import { lowered } from "./lower/main-sheet.mjs";
import { olderSheet } from "./lower/older-sheet.mjs";
import { newer } from "./lower/newer.mjs";

const asked = JSON.parse(await text(process.stdin));
const style = lowered(asked.style);
const older = olderSheet(style);
const faults = newer(style + older, asked.known);
if (faults.length > 0) {
  console.error(`Chromium ${OLDEST} does not know, and ui/newer-css.txt does not name:\n  ${faults.join("\n  ")}`);
  process.exit(1);
}

const scripts = {};
for (const [name, code] of Object.entries(asked.scripts)) {
  // What has no form for the oldest browser is an error of the tool's.
  const options = { target: `chrome${OLDEST}`, charset: "utf8", minifyWhitespace: true, logLevel: "silent" };
  scripts[name] = (await esbuild.transform(code, options)).code;
}
process.stdout.write(JSON.stringify({ scripts, style, older }), () => process.exit(0));
