// What of a sheet the oldest browser does not know, by the browsers' own table (MDN's browser-compat-data).
import { createRequire } from "node:module";
import { OLDEST } from "./oldest.mjs";

const { css: table } = createRequire(import.meta.url)("@mdn/browser-compat-data");
const { properties, selectors, types, "at-rules": atRules } = table;

// The version of Chromium that brought a feature, as a number; `undefined` where the table has no such feature.
function since(feature) {
  const told = feature?.__compat?.support?.chrome;
  if (!told) return undefined;
  const plain = [told].flat().filter((one) => !one.flags && !one.prefix && !one.alternative_name);
  const versions = plain.map((one) => Number(one.version_added)).filter((version) => version > 0);
  return versions.length > 0 ? Math.min(...versions) : undefined;
}

// Lines such as `property inset: Chromium 87`, each once, without those that `known` begins a line with.
export function newer(css, known) {
  const allowed = known.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(":  ")[0].trim());
  const found = new Map();
  const note = (what, feature) => {
    const version = since(feature);
    if (version > OLDEST) found.set(what, version);
  };
  for (const { prelude, declarations } of blocks(css)) {
    if (prelude.startsWith("@")) {
      note(`@${/^@([a-z-]+)/.exec(prelude)[1]}`, atRules[/^@([a-z-]+)/.exec(prelude)[1]]);
    } else {
      for (const [pseudo, name] of prelude.matchAll(/::?([a-z-]+)/g)) note(pseudo, selectors[name]);
    }
    declarations.forEach(([property, value]) => looked(property, value, note));
  }
  const unused = allowed.filter((what) => !found.has(what)).map((what) => `${what}: named in the list, but nowhere in the sheet`);
  const unknown = [...found].filter(([what]) => !allowed.includes(what)).map(([what, version]) => `${what}: Chromium ${version}`);
  return [...unknown, ...unused];
}

function looked(property, value, note) {
  if (!property.startsWith("--")) note(property, properties[property]);
  for (const [, name] of value.matchAll(/([a-z-]+)\(/g)) note(`${name}()`, types[name] ?? types.color?.[name]);
  for (const [word] of value.matchAll(/(?<![\w-#.])[a-z][a-z-]*(?![\w(-])/g)) note(`${property}: ${word}`, properties[property]?.[word]);
}

// Each `{…}` of declarations with what stands before it.
function* blocks(css) {
  const text = css.replace(/url\([^)]*\)|"[^"]*"|'[^']*'/g, "x");
  let prelude = "";
  for (const [, part, end] of text.matchAll(/([^{}]*)([{}])/g)) {
    if (end === "{") {
      prelude = part.trim();
      if (prelude.startsWith("@")) yield { prelude, declarations: [] };
      continue;
    }
    const declarations = part.split(";").map((one) => /^\s*([a-z-]+|--[\w-]+):(.*)$/s.exec(one)).filter(Boolean);
    if (declarations.length > 0) yield { prelude, declarations: declarations.map(([, name, value]) => [name, value]) };
  }
}
