// One browser engine with one page, spoken to over the DevTools pipe: no library, so any Chromium since 2018 will do.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--no-first-run",
  "--disable-background-networking", "--hide-scrollbars", "--lang=zh-CN", "--window-size=1366,768", "about:blank",
];
const PATIENCE_MS = 20_000;
const GLANCE_MS = 50;

export class Engine {
  // Starts `program`; `libraries` is a folder with what it is linked to, if it brings its own.
  static async start(program, libraries) {
    const engine = new Engine();
    engine.profile = mkdtempSync(join(tmpdir(), "tiexin-engine-"));
    const env = { ...process.env, HOME: engine.profile };
    if (libraries) env.LD_LIBRARY_PATH = libraries;
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
    engine.child = spawn(program, [`--user-data-dir=${engine.profile}`, ...ARGUMENTS], { env, stdio });
    engine.answers = new Map();
    engine.number = 0;
    engine.errors = [];
    engine.child.on("exit", () => engine.ended());
    // A program that has ended is told by `exit`.
    engine.child.stdio[3].on("error", () => {});
    let text = "";
    engine.child.stdio[4].setEncoding("utf8").on("data", (part) => {
      const messages = (text + part).split("\0");
      text = messages.pop();
      messages.forEach((message) => engine.hears(JSON.parse(message)));
    });
    engine.version = (await engine.say("Browser.getVersion", {}, true)).product;
    const { targetId } = await engine.say("Target.createTarget", { url: "about:blank" }, true);
    engine.session = (await engine.say("Target.attachToTarget", { targetId }, true)).sessionId;
    for (const domain of ["Page", "Runtime", "Log"]) await engine.say(`${domain}.enable`);
    const screen = { width: 1366, height: 768, deviceScaleFactor: 1, mobile: false };
    await engine.say("Emulation.setDeviceMetricsOverride", screen);
    return engine;
  }

  ended() {
    for (const { fail } of this.answers.values()) fail(new Error("the browser ended"));
    this.answers.clear();
  }

  hears(message) {
    if (message.method === "Target.receivedMessageFromTarget") return this.hears(JSON.parse(message.params.message));
    if (message.method === "Runtime.exceptionThrown") {
      const { text, exception } = message.params.exceptionDetails;
      this.errors.push(`${text} ${exception?.description ?? ""}`);
    }
    if (message.method === "Log.entryAdded" && message.params.entry.level === "error") {
      this.errors.push(message.params.entry.text);
    }
    const answer = this.answers.get(message.id);
    if (!answer) return undefined;
    this.answers.delete(message.id);
    if (message.error) return answer.fail(new Error(message.error.message));
    return answer.done(message.result);
  }

  // To the page, or to the browser itself. Wrapped as before the "flat" sessions of 2019, which all still take.
  say(method, params = {}, browser = false) {
    const id = ++this.number;
    const told = new Promise((done, fail) => this.answers.set(id, { done, fail }));
    this.write(browser ? { id, method, params } : {
      id: ++this.number,
      method: "Target.sendMessageToTarget",
      params: { sessionId: this.session, message: JSON.stringify({ id, method, params }) },
    });
    return told;
  }

  write(message) {
    this.child.stdio[3].write(`${JSON.stringify(message)}\0`);
  }

  // The value of an expression in the page.
  async value(expression) {
    const { result, exceptionDetails } = await this.say("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${exceptionDetails.exception?.description}: ${expression}`);
    return result.value;
  }

  // Waits until an expression is true in the page.
  async until(expression, what = expression) {
    const end = Date.now() + PATIENCE_MS;
    // Until the page is there the expression may fail.
    while (!(await this.value(`document.body && (${expression})`))) {
      if (Date.now() > end) {
        const page = await this.value("document.body.innerText.slice(0, 1500)");
        throw new Error(`never: ${what}\nerrors: ${this.errors.join("\n")}\nthe page says:\n${page}`);
      }
      await new Promise((later) => setTimeout(later, GLANCE_MS));
    }
  }

  open(url) {
    return this.say("Page.navigate", { url });
  }

  shows(text) {
    return this.until(`document.body.innerText.includes(${JSON.stringify(text)})`, `“${text}” is seen`);
  }

  async go(route, word) {
    await this.value(`location.hash = ${JSON.stringify(route)}; 0`);
    await this.shows(word);
  }

  // Presses, with the pointer, the first element of a kind that holds `text` and can be seen.
  async press(selector, text) {
    const find = `Array.from(document.querySelectorAll(${JSON.stringify(selector)}))
      .find((one) => one.offsetParent && !one.disabled && one.textContent.includes(${JSON.stringify(text)}))`;
    await this.until(`!!(${find})`, `“${text}” of ${selector}`);
    await this.value(`(${find}).scrollIntoView({ block: "center" }); 0`);
    const [x, y] = await this.value(
      `(() => { const box = (${find}).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.say("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  }

  // Types into the field of a label, over what stands there.
  async fill(label, text) {
    const find = `Array.from(document.querySelectorAll("input, textarea")).find((one) => one.offsetParent
      && (one.getAttribute("aria-label") === ${JSON.stringify(label)} || one.placeholder === ${JSON.stringify(label)}
      || Array.from(one.labels || []).some((of) => of.textContent.trim().startsWith(${JSON.stringify(label)}))))`;
    await this.until(`!!(${find})`, `the field ${label}`);
    await this.value(`(() => { const one = ${find}; one.focus(); one.select(); })()`);
    for (const letter of text) await this.say("Input.dispatchKeyEvent", { type: "char", text: letter });
  }

  async picture(file) {
    const { data } = await this.say("Page.captureScreenshot", { format: "png" });
    writeFileSync(file, Buffer.from(data, "base64"));
  }

  async stop() {
    const gone = new Promise((done) => this.child.on("exit", done));
    this.child.kill("SIGKILL");
    await gone;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
