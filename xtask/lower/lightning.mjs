// The CSS tool, at the browsers that the screens are for.
import { transform as run } from "lightningcss-wasm";
import { OLDEST } from "./oldest.mjs";

// Beside the old Chromium the window's WebKitGTK, which counts as a Safari.
const targets = { chrome: OLDEST << 16, safari: (15 << 16) | (4 << 8) };

export function transform(css, visitor) {
  const asked = { filename: "tiexin.css", code: new TextEncoder().encode(css), minify: true, targets, visitor };
  const { code, warnings } = run(asked);
  if (warnings.length > 0) throw new Error(warnings.map((one) => one.message).join("\n"));
  return new TextDecoder().decode(code);
}

// What the tool gives for "nothing" it does not take back in a rule that is given to it.
export function given(tree) {
  return JSON.parse(JSON.stringify(tree), (name, value) => (value === null ? undefined : value));
}
