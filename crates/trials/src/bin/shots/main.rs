//! A picture of every page, from a demo county of its own: `./dev shots [folder] [folder] [--import | --lists]`.
//!
//! PNG files of 1366×768 go into the first folder (default: docs/handbook/images), of 1920×1080
//! into the second (default: target/shots). The lists, forms and records of every kind on 全部列表 go into the
//! second alone, at both sizes and in large letters. `--import`: only the pages of the import. `--lists`: only those of
//! 全部列表, and what the handbook shows of that work.

mod album;
mod deeds;
mod import;
mod lists;
mod stage;

use std::path::PathBuf;

use album::Album;
use stage::Stage;
use tiexin_testkit::window::{Screen, Trouble};

/// Route, a word that the page shows once it is there, file name.
const PAGES: &[(&str, &str, &str)] = &[
    ("#/", "该去看谁", "today"),
    ("#/families", "双岗联系人", "special-families"),
    ("#/family/new", "户主姓名", "family-new"),
    ("#/visits", "走访", "visits"),
    ("#/members", "会员", "members"),
    ("#/volunteers", "志愿者", "volunteers"),
    ("#/activities", "活动", "activities"),
    ("#/record/activity/new", "活动名称", "activity-new"),
    ("#/quarantine", "待处理", "quarantine"),
    ("#/duplicates", "可能重复", "duplicates"),
    ("#/settings", "大字", "settings"),
    ("#/mine", "做了什么", "mine"),
    ("#/voided", "已作废", "voided"),
];

#[tokio::main]
async fn main() -> Result<(), Trouble> {
    let (options, folders): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let mut folders = folders.into_iter().map(PathBuf::from);
    let office = folders.next().unwrap_or_else(|| "docs/handbook/images".into());
    let large = folders.next().unwrap_or_else(|| "target/shots".into());
    let album = Album::new(office, large)?;
    let stage = Stage::set().await?;
    if options.iter().any(|option| option == "--import") {
        let screen = Screen::browser(&stage.demo.url()).await?;
        sign_in(&screen, "guyang").await?;
        import::looked_at(&stage, &screen, &album).await?;
        import::read_again(&stage, &album).await?;
        return screen.close().await;
    }
    if options.iter().any(|option| option == "--lists") {
        let screen = Screen::browser(&stage.demo.url()).await?;
        sign_in(&screen, "guyang").await?;
        deeds::shown(&screen, &album).await?;
        lists::every(&screen, &album).await?;
        return screen.close().await;
    }
    first_use(&stage, &album).await?;
    let screen = Screen::browser(&stage.demo.url()).await?;
    screen.shows("请登录").await?;
    album.take(&screen, "sign-in").await?;
    sign_in(&screen, "guyang").await?;
    for (route, word, name) in PAGES {
        screen.go(route, word).await?;
        album.take(&screen, name).await?;
    }
    program(&screen, &album).await?;
    registered_twice(&screen, &album).await?;
    families(&screen, &album).await?;
    records(&screen, &album).await?;
    reports(&screen, &album).await?;
    import::looked_at(&stage, &screen, &album).await?;
    import::read_again(&stage, &album).await?;
    sync(&screen, &album).await?;
    deeds::shown(&screen, &album).await?;
    lists::every(&screen, &album).await?;
    over_the_page(&screen, &album).await?;
    county(&screen, &album).await?;
    screen.close().await
}

/// The two ways to begin, and the tree of regions.
async fn first_use(stage: &Stage, album: &Album) -> Result<(), Trouble> {
    let screen = Screen::browser(&stage.unused.url()).await?;
    screen.shows("您想怎样开始").await?;
    album.take(&screen, "first-use").await?;
    screen.run("document.querySelectorAll('.tx-way')[1].click()").await?;
    screen.shows("接入码").await?;
    album.take(&screen, "first-use-enrol").await?;
    screen.press("返回").await?;
    screen.shows("您想怎样开始").await?;
    screen.run("document.querySelectorAll('.tx-way')[0].click()").await?;
    screen.shows("您负责的乡镇").await?;
    screen.press("按层级选").await?;
    screen.press("看蚌埠市下面的").await?;
    screen.press("看固镇县下面的").await?;
    screen.shows("谷阳镇").await?;
    album.take(&screen, "first-use-region").await?;
    let township = "const one = [...document.querySelectorAll('.tx-regions li span:first-child')] \
                    .find(name => name.textContent === '谷阳镇'); \
                    if (!one) return false; one.click(); return true;";
    screen.until(township).await?;
    screen.fill("您的姓名", "王丽").await?;
    screen.fill("登录名", "wangli").await?;
    screen.fill("密码", "暖心2026走访").await?;
    screen.fill("再输一遍密码", "暖心2026走访").await?;
    screen.press("建立台账").await?;
    empty(&screen, album).await?;
    screen.close().await
}

/// What the pages say when nothing has been recorded yet.
async fn empty(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    for (route, word, name) in [
        ("#/", "该去看谁", "empty-today"),
        ("#/families", "登记家庭", "empty-families"),
        ("#/reports", "报表", "empty-report"),
        ("#/sync", "接入省平台", "sync-alone"),
    ] {
        screen.go(route, word).await?;
        album.take(screen, name).await?;
    }
    Ok(())
}

async fn sign_in(screen: &Screen, name: &str) -> Result<(), Trouble> {
    let account = format!(
        "const b = [...document.querySelectorAll('button')].find(b => b.textContent.includes('{name}')); \
         if (!b) return false; b.click(); return true;"
    );
    screen.until(&account).await?;
    screen.find_css(".tx-nav").await.map(drop)
}

/// Which version runs, and where a new one comes from.
async fn program(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/settings", "大字").await?;
    screen.press("程序").await?;
    screen.shows("正在用的版本").await?;
    album.take(screen, "program").await
}

/// Two registrations of one family, side by side.
async fn registered_twice(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/duplicates", "可能重复").await?;
    screen.press("并排核对").await?;
    screen.shows("合并成一份").await?;
    album.take(screen, "duplicates-compare").await
}

/// All families, one family, a visit being recorded.
async fn families(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/families", "特殊家庭").await?;
    screen.press("全部家庭").await?;
    screen.shows("现居住地址").await?;
    album.take(screen, "families").await?;
    screen.go("#/", "该去看谁").await?;
    screen
        .until("const a = document.querySelector('.tx-due a'); if (!a) return false; a.click(); return true;")
        .await?;
    screen.shows("走过的日子").await?;
    album.take(screen, "family").await?;
    screen.press("迁往别处").await?;
    screen.shows("确定迁移").await?;
    album.take(screen, "family-moves").await?;
    // Esc closes the open list of places first, not the dialog.
    screen.press("取消").await?;
    no_veil(screen).await?;
    screen.go("#/", "该去看谁").await?;
    screen.find_css(".tx-due-act").await?;
    screen.run("document.querySelector('.tx-due-act').click()").await?;
    screen.shows("见到的人").await?;
    screen.run("const more = document.querySelector('.tx-fold, details, [aria-expanded=false].tx-fold-head'); if (more) more.scrollIntoView()")
        .await?;
    album.take(screen, "visit-form").await
}

/// One record of a kind, opened from its list.
async fn records(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    for (route, word, shown, name) in [
        ("#/activities", "活动", "经过", "activity"),
        ("#/members", "会员", "经过", "member"),
        ("#/visits", "走访", "记于", "visit"),
    ] {
        screen.go(route, word).await?;
        screen.until(OPEN_FIRST).await?;
        screen.shows(shown).await?;
        album.take(screen, name).await?;
    }
    Ok(())
}

const OPEN_FIRST: &str = "const row = document.querySelector('.tx-row .tx-open'); \
    if (!row) return false; row.click(); return true;";

/// Two forms, and what stands behind a figure.
async fn reports(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/reports", "填报单位").await?;
    screen.press("上一月").await?;
    screen
        .until("return !document.querySelector('.tx-waiting') && !!document.querySelector('.tx-figure')")
        .await?;
    album.take(screen, "report").await?;
    let figure = "const f = [...document.querySelectorAll('.tx-figure')] \
                  .find(f => Number(f.textContent) > 2 && Number(f.textContent) < 30); \
                  if (!f) return false; f.click(); return true;";
    screen.until(figure).await?;
    screen.shows("条记录").await?;
    album.take(screen, "figure").await
}

async fn sync(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/sync", "需要您处理").await?;
    screen.shows("用省平台的").await?;
    album.take(screen, "conflicts").await?;
    screen.press("用省平台的").await?;
    screen.until("return !document.body.innerText.includes('需要您处理')").await?;
    album.take(screen, "sync").await
}

/// Search, the map of keys, large type.
async fn over_the_page(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/", "该去看谁").await?;
    screen.run("document.querySelector('.tx-search').click()").await?;
    let field = screen.find_css(".tx-palette input").await?;
    field.send_keys("wang").await.map_err(|e| Trouble(e.to_string()))?;
    screen.until("return document.querySelectorAll('.tx-palette li[role=option]').length > 4").await?;
    album.take(screen, "search").await?;
    escape(screen).await?;
    screen.run("document.querySelector('.tx-nav-foot').click()").await?;
    screen.shows("快捷键").await?;
    album.take(screen, "keys").await?;
    escape(screen).await?;
    menu(screen, "换成大字").await?;
    album.take(screen, "large-type").await?;
    // The page comes up on the tab on which it was left.
    screen.go("#/families", "特殊家庭").await?;
    screen.press("特殊家庭").await?;
    screen.shows("双岗联系人").await?;
    album.take(screen, "large-type-list").await?;
    menu(screen, "恢复标准字号").await
}

/// The same county as its supervisor sees it.
async fn county(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    menu(screen, "退出登录").await?;
    screen.shows("请登录").await?;
    sign_in(screen, "county").await?;
    screen.go("#/", "各处的情况").await?;
    album.take(screen, "today-county").await?;
    screen.go("#/reports", "填报单位").await?;
    album.take(screen, "report-county").await?;
    screen.go("#/settings", "辖区电脑").await?;
    screen.press("辖区电脑").await?;
    screen.until("return !document.querySelector('.tx-waiting')").await?;
    album.take(screen, "devices").await
}

/// Closes what lies over the page.
async fn escape(screen: &Screen) -> Result<(), Trouble> {
    screen.action_chain().send_keys("\u{e00c}").perform().await.map_err(|e| Trouble(e.to_string()))?;
    no_veil(screen).await
}

/// Nothing lies over the page any more.
async fn no_veil(screen: &Screen) -> Result<(), Trouble> {
    screen.until("return !document.querySelector('.tx-veil')").await
}

/// An entry of the user's own menu.
async fn menu(screen: &Screen, entry: &str) -> Result<(), Trouble> {
    screen.run("document.querySelector('.tx-top-user button').click()").await?;
    screen.press(entry).await
}

#[cfg(test)]
mod tests {
    const HANDBOOK: [&str; 2] = [
        include_str!("../../../../../docs/handbook/README.md"),
        include_str!("../../../../../docs/handbook/updates.md"),
    ];
    const SOURCES: [&str; 3] = [include_str!("main.rs"), include_str!("deeds.rs"), include_str!("import.rs")];

    /// A page of the handbook with a picture that nobody takes shows a hole, or what the program looked like once.
    #[test]
    fn every_picture_of_the_handbook_is_taken() {
        let shown = HANDBOOK.iter().flat_map(|page| page.split("](images/").skip(1));
        let names: Vec<&str> =
            shown.filter_map(|rest| rest.split_once(".png)")).map(|(name, _)| name).collect();
        assert!(names.len() > 40, "the handbook is read");
        for name in names {
            let quoted = format!("\"{name}\"");
            assert!(SOURCES.iter().any(|source| source.contains(&quoted)), "{name} is never taken");
        }
    }
}
