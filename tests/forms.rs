//! A worker fills forms at a desk of her own, from the set-up on: a refusal is always seen, nothing typed is
//! dropped, and what is left unfinished waits on 今日.

use tiexin_testkit::desks::PASSWORD;
use tiexin_testkit::terminal::Host;
use tiexin_testkit::window::{Screen, Trouble};

const HIS: &str = "34052419800101001X";
const HERS: &str = "340524198001010028";

#[tokio::test(flavor = "multi_thread")]
async fn in_the_browser() -> Result<(), Trouble> {
    let home = tempfile::tempdir().map_err(|e| Trouble(e.to_string()))?;
    let host = Host::start(&home.path().join("book"))?;
    let screen = Screen::browser(&host.url()).await?;
    set_up(&screen).await?;
    a_family(&screen).await?;
    a_refusal_is_seen(&screen).await?;
    what_was_left_waits(&screen).await?;
    other_contacts(&screen).await?;
    kept_filters(&screen).await?;
    a_filter_kept_just_now(&screen).await?;
    screen.close().await
}

async fn set_up(screen: &Screen) -> Result<(), Trouble> {
    screen.shows("您想怎样开始").await?;
    screen.press("单机开始").await?;
    screen.press("建立台账").await?;
    for told in ["请选到乡镇或村", "请填写您的姓名", "请填写登录名", "密码至少 8 位"]
    {
        screen.shows(told).await?;
    }
    screen.fill("您负责的乡镇（或村）", "guyang").await?;
    screen.option("谷阳镇").await?;
    for (label, text) in
        [("您的姓名", "王丽"), ("登录名", "wangli"), ("密码", PASSWORD), ("再输一遍密码", PASSWORD)]
    {
        screen.fill(label, text).await?;
    }
    screen.press("建立台账").await?;
    screen.shows("该去看谁").await
}

async fn a_family(screen: &Screen) -> Result<(), Trouble> {
    screen.go("#/family/new", "户主姓名").await?;
    screen.fill("户主姓名", "贾文广").await?;
    screen.fill("村（社区）", "dongguan").await?;
    screen.option("东关社区").await?;
    screen.fill("户主身份证号", HIS).await?;
    screen.fill("配偶身份证号", HERS).await?;
    screen.tick("建立特殊家庭台账").await?;
    screen.press("保存").await?;
    // A number without a name is not dropped, and the file's fold opens where something is missing.
    screen.shows("请把配偶姓名也写上").await?;
    screen.shows("请选择家庭类别").await?;
    screen.fill("配偶姓名", "李芳").await?;
    screen.tick("死亡").await?;
    screen.fill("镇联系人", "赵镇长").await?;
    screen.fill("村联系人", "孙村医").await?;
    screen.press("保存").await?;
    screen.shows("走过的日子").await?;
    screen.shows("李芳").await
}

/// The desk names a field of a part of the family: its word stands beside the field of the form.
async fn a_refusal_is_seen(screen: &Screen) -> Result<(), Trouble> {
    screen.go("#/family/new", "户主姓名").await?;
    screen.fill("户主姓名", "孙有福").await?;
    screen.fill("村（社区）", "dongguan").await?;
    screen.option("东关社区").await?;
    screen.fill("配偶姓名", "周大姐").await?;
    screen.fill("配偶身份证号", HERS).await?;
    screen.press("保存").await?;
    screen.shows("这个身份证号在东关社区已经登记过").await
}

async fn what_was_left_waits(screen: &Screen) -> Result<(), Trouble> {
    screen.press("取消").await?;
    screen.press("留作草稿，先离开").await?;
    screen.go("#/", "没写完的").await?;
    screen.shows("孙有福").await?;
    screen.press("接着写").await?;
    screen.shows("已接着上次没保存的内容").await?;
    screen
        .until("return document.querySelector('[data-field=\"persons.0.name\"]')?.value === '孙有福'")
        .await?;
    screen.press("从头填写").await?;
    screen.until("return document.querySelector('[data-field=\"persons.0.name\"]')?.value === ''").await?;
    screen.go("#/", "该去看谁").await?;
    screen.until("return !document.body.textContent.includes('没写完的')").await
}

async fn other_contacts(screen: &Screen) -> Result<(), Trouble> {
    screen.press("贾文广").await?;
    screen.shows("走过的日子").await?;
    screen.press("换联系人").await?;
    screen.shows("从哪天起").await?;
    screen.fill("村联系人", "周村医").await?;
    screen.press("保存").await?;
    screen.shows("周村医").await?;
    screen.press("以前的联系人").await?;
    screen.shows("赵镇长、孙村医").await
}

/// Keeps what is looked for under a name, and has it counted in the navigation.
async fn keep(screen: &Screen, name: &str) -> Result<(), Trouble> {
    screen.fill("在列表中查找", "贾文广").await?;
    screen.press("常用筛选").await?;
    screen.fill("给现在的筛选起个名称", name).await?;
    screen.press("保存").await?;
    screen.tick_in(name).await?;
    // A press on mere words leaves the cursor nowhere: the dialog hears Esc all the same.
    let escape = "document.activeElement.blur(); document.body.dispatchEvent(new KeyboardEvent('keydown', \
                  {key: 'Escape', bubbles: true, cancelable: true}))";
    screen.run(escape).await?;
    screen.until("return !document.querySelector('.tx-dialog')").await
}

/// The list of a kept filter, by its line in the navigation.
async fn shows_kept(screen: &Screen, name: &str) -> Result<(), Trouble> {
    let press = format!(
        "const one = [...document.querySelectorAll('.tx-nav-view a')].find(a => a.textContent.startsWith('{name}')); \
         if (one) one.click(); return !!one;"
    );
    screen.until(&press).await?;
    screen.until(&format!("return document.querySelector('.tx-list-view')?.textContent === '{name}'")).await
}

async fn kept_filters(screen: &Screen) -> Result<(), Trouble> {
    screen.press("家庭台账").await?;
    keep(screen, "先存的").await?;
    shows_kept(screen, "先存的").await?;
    // Its line, pressed again on the list that stood on it, shows it again.
    screen.press("看全部").await?;
    screen.until("return !document.querySelector('.tx-list-view')").await?;
    shows_kept(screen, "先存的").await
}

/// The list knew the filters that there were before, and shows the new one all the same.
async fn a_filter_kept_just_now(screen: &Screen) -> Result<(), Trouble> {
    screen.press("家庭台账").await?;
    screen.until("return !document.querySelector('.tx-list-view')").await?;
    keep(screen, "后存的").await?;
    shows_kept(screen, "后存的").await
}
