// Fetches the wasm and starts it; `begin.js` loads this where the browser is new enough.
import init from "/tiexin.js";

init({ module_or_path: "/tiexin_bg.wasm" })
  .then(() => document.querySelector(".tx-opening")?.remove())
  .catch((cause) => {
    console.error(cause);
    const note = document.querySelector(".tx-opening") ?? document.body;
    note.textContent = "界面没能打开。您已保存的内容都在本机，没有丢失；请关闭窗口重新打开，仍不行请联系管理员。";
  });
