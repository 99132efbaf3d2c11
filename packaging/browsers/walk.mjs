// A worker's morning in one browser engine: signs in, looks at 今日, finds a family in a list, reads its page, saves a
// visit, looks at the other pages. Gives the places of what was seen, so that engines can be compared.
import { join } from "node:path";

// What is laid beside the same of another engine: its place within what holds it and its size are told for each page.
// Lines of text are a pixel higher or lower in another engine; down a page that adds up.
const PLACES = [
  ".tx-gate-side h1", ".tx-gate-form > *", ".tx-gate-demo button > *", ".tx-gate-foot > *", ".tx-nav", ".tx-nav-link > *",
  ".tx-brand > *", ".tx-nav-foot > *", ".tx-top-button > *", ".tx-search > svg", ".tx-page-head > *", ".tx-page-action > *", ".tx-card",
  ".tx-due li > *", ".tx-due-who > *", ".tx-missing li > *", ".tx-list-bar > *", ".tx-head-row > *", ".tx-filter-row > *",
  ".tx-rows .tx-row:nth-child(-n+6) > .tx-cell", ".tx-rows .tx-row:nth-child(-n+6) > .tx-cell > *", ".tx-fields > *",
  ".tx-field .pf-v6-c-form-control", ".tx-field .pf-v6-c-form-control > *", ".tx-choice > *", ".tx-form-buttons > *",
  ".tx-flag > *", ".tx-family-head > *", ".tx-people li > *", ".tx-timeline > li > *", ".tx-fold-head > *",
  ".pf-v6-c-button", ".pf-v6-c-button > *", ".tx-chart", ".tx-tabs > *", ".tx-report-bar > *", ".tx-form-table tr > *",
  ".tx-form-signature", ".tx-import-kinds > *", ".tx-settings > *", ".tx-standing > *", ".tx-pair-head > *", ".tx-pair-side > *",
];

// Pages that are only looked at, each with a word on it.
const PAGES = [
  ["family/new", "户主姓名"], ["visits", "走访类型"], ["members", "会员"], ["volunteers", "志愿者"], ["activities", "活动"],
  ["record/activity/new", "活动名称"], ["reports", "暖心活动月报"], ["import", "选择文件"], ["sync", "省平台"],
  ["quarantine", "待处理"], ["duplicates", "可能重复"], ["settings", "大字"], ["voided", "已作废"],
];

const LOOK = `(() => {
  const found = {};
  for (const selector of ${JSON.stringify(PLACES)}) {
    Array.from(document.querySelectorAll(selector)).forEach((one, number) => {
      const box = one.getBoundingClientRect();
      const around = one.parentElement.getBoundingClientRect();
      if (box.width > 0 && box.top < innerHeight) {
        found[selector + " " + number] = [box.left - around.left, box.top - around.top, box.width, box.height].map(Math.round);
      }
    });
  }
  return found;
})()`;

export async function walk(engine, url, folder, account, note) {
  const seen = {};
  const look = async (name, sync = "暂时连不上") => {
    // Without a province the mark on top soon says so and stays.
    await engine.until(`!document.querySelector('.tx-sync') || document.querySelector('.tx-sync').title.includes('${sync}')`);
    // Pictures, fonts and what a page asks for a second time have come.
    await engine.until("document.fonts.status === 'loaded' && !document.querySelector('.tx-waiting, .tx-quiet-bar')");
    await new Promise((done) => setTimeout(done, 300));
    await engine.picture(join(folder, `${name}.png`));
    seen[name] = await engine.value(LOOK);
  };
  await engine.open(url);
  await engine.until("!!document.querySelector('.tx-gate-demo button')", "the sign-in page");
  await look("sign-in");
  await engine.press(".tx-gate-demo button", account);
  await engine.until("!!document.querySelector('.tx-nav')", "the frame");
  await engine.shows("该去看谁");
  await look("today");

  await engine.go("#/families", "双岗联系人");
  await engine.until("document.querySelectorAll('.tx-rows .tx-row .tx-open').length > 5", "rows");
  await look("families");
  const head = await engine.value("document.querySelectorAll('.tx-rows .tx-open')[5].textContent.trim()");
  await engine.fill(await engine.value("document.querySelector('.tx-find input').placeholder || document.querySelector('.tx-find input').getAttribute('aria-label')"), head);
  const only = `Array.from(document.querySelectorAll('.tx-rows .tx-row:not(.tx-row-coming)')).every((row) => row.textContent.includes(${JSON.stringify(head)}))`;
  await engine.until(`document.querySelectorAll('.tx-rows .tx-open').length > 0 && ${only}`, `only rows of ${head}`);
  await look("found");

  await engine.press(".tx-rows .tx-open", head);
  await engine.shows("走过的日子");
  await look("family");
  await engine.press("a, button", "记走访");
  await engine.shows("走访情况");
  await look("visit");
  await engine.press(".tx-choice-one", "日常");
  await engine.press(".tx-field .tx-choice-one", "");
  await engine.fill("走访情况", note);
  await engine.press("button", "保存");
  await engine.shows("走过的日子");
  await engine.shows(note);
  await look("visited", "待上传");

  await engine.until("!document.querySelector('.tx-toast')", "the note of saving is gone");
  for (const [route, word] of PAGES) {
    await engine.go(`#/${route}`, word);
    await look(route.replaceAll("/", "-"), "待上传");
  }
  return seen;
}
