// Unpacks the engines below `node_modules` of FOLDER into FOLDER/engines, and prints `name=program:libraries` of each.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const folder = process.argv[2];
const names = readdirSync(join(folder, "node_modules")).filter((name) => name.startsWith("chromium-"));
for (const name of names.sort()) {
  const packed = join(folder, "node_modules", name, "bin");
  const out = join(folder, "engines", name);
  if (!existsSync(out)) unpack(packed, out);
  console.log(`${name}=${join(out, "chromium")}:${join(out, "lib")}`);
}

function unpack(packed, out) {
  const half = `${out}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  for (const file of readdirSync(packed).filter((one) => /^(chromium.*|aws\.tar)\.br$/.test(one))) {
    const plain = join(half, file.startsWith("chromium") ? "chromium" : "aws.tar");
    writeFileSync(plain, brotliDecompressSync(readFileSync(join(packed, file))), { mode: 0o755 });
    if (plain.endsWith(".tar")) execFileSync("tar", ["-xf", plain, "-C", half]);
  }
  renameSync(half, out);
}
