// The first script of the page, in the words of 2009 so that every browser can read it. It starts the screens, or says
// that this browser is too old for them. A file of its own: the content security policy allows no inline script.
(function () {
  var root = document.documentElement;
  var note = document.querySelector(".tx-opening");

  function has(name) {
    return typeof window[name] !== "undefined";
  }

  // Without these the screens cannot start, or do not look right. Together they are what Chromium 69 has.
  function newEnough() {
    return "noModule" in document.createElement("script") && has("WebAssembly") && has("fetch") &&
      has("TextDecoder") && !!Array.prototype.flat && !!window.CSS && CSS.supports("display", "grid") &&
      CSS.supports("color", "var(--tx-ink)") && CSS.supports("margin-block-start", "0");
  }

  function say(sentences) {
    note.textContent = "";
    for (var i = 0; i < sentences.length; i++) {
      var line = document.createElement("span");
      line.appendChild(document.createTextNode(sentences[i]));
      note.appendChild(line);
      note.appendChild(document.createElement("br"));
    }
    note.setAttribute("role", "alert");
  }

  // What the second stylesheet makes up for.
  function lacking() {
    var found = [];
    if (!CSS.supports("selector(:has(a))")) found.push("tx-no-has");
    if (!gapBetweenBoxes()) found.push("tx-no-flex-gap");
    return found;
  }

  // A browser says that it knows `gap` as soon as it does so in grids.
  function gapBetweenBoxes() {
    var box = document.createElement("div");
    box.style.cssText = "display:flex;flex-direction:column;row-gap:1px;position:absolute";
    box.appendChild(document.createElement("div"));
    box.appendChild(document.createElement("div"));
    document.body.appendChild(box);
    var high = box.scrollHeight === 1;
    document.body.removeChild(box);
    return high;
  }

  function start() {
    var found = lacking();
    if (found.length > 0) {
      root.className += " " + found.join(" ");
      var sheet = document.createElement("link");
      sheet.rel = "stylesheet";
      sheet.href = "/tiexin-older.css";
      document.head.appendChild(sheet);
    }
    var boot = document.createElement("script");
    boot.type = "module";
    boot.src = "/boot.js";
    boot.onerror = failed;
    // What cannot be read in the scripts is told to the window.
    window.addEventListener("error", failed);
    document.head.appendChild(boot);
  }

  function failed() {
    // Gone once the screens have opened: what goes wrong later is not for this place.
    if (document.querySelector(".tx-opening") !== note) return;
    say(["界面没能打开。您已保存的内容都在本机，没有丢失。",
      "请关闭这一页，再打开一次贴心；仍不行，请换用较新的浏览器（如 Edge），或联系管理员。"]);
  }

  if (newEnough()) {
    start();
  } else {
    say(["这个浏览器太旧，打不开贴心的界面。您的内容都在本机，没有丢失。",
      "如果用的是 360 等双核浏览器：请点地址栏右边的“兼容模式”图标（e 形），换成“极速模式”（闪电形）。",
      "如果用的是 IE：请换用 Edge、360 安全浏览器 13 以上（极速模式），或统信、麒麟系统自带的浏览器的新版本。",
      "换浏览器：两分钟内把地址栏里的整个地址复制过去打开。过了两分钟，再打开一次贴心，复制新的地址。",
      "浏览器的内核要 Chromium 69 以上（2018 年秋天以后）；仍打不开，请联系管理员。"]);
  }
})();
