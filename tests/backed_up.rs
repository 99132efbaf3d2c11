//! A township that stands alone, in a browser: a backup into a folder that is chosen and never made by a slip, a
//! restore that keeps the old book and says where, a page that comes back to what it showed, further tabs, and pages
//! that show nothing once their desk has ended.

use std::path::PathBuf;

use tempfile::TempDir;
use tiexin_testkit::desks::PASSWORD;
use tiexin_testkit::terminal::{Host, told, written};
use tiexin_testkit::window::{Screen, Trouble};

const TOWNSHIP: &str = "340323100";

/// A browser at the book of 王丽.
struct Office {
    screen: Screen,
    host: Host,
    home: TempDir,
}

impl Office {
    async fn opened() -> Result<Office, Trouble> {
        let home = tempfile::tempdir().map_err(|e| Trouble(e.to_string()))?;
        let data = home.path().join("book");
        let words =
            ["--user", "wangli", "init", "--standalone", "--region", TOWNSHIP, "--display-name", "王丽"];
        told(&data, &words, None)?;
        let host = Host::start(&data)?;
        let screen = Screen::browser(&host.url()).await?;
        let office = Office { screen, host, home };
        office.signs_in().await?;
        Ok(office)
    }

    async fn signs_in(&self) -> Result<(), Trouble> {
        self.screen.shows("请登录").await?;
        self.screen.fill("密码", PASSWORD).await?;
        self.screen.press("进入").await?;
        self.screen.shows("该去看谁").await
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Opens the tab of the book in the settings.
    async fn looks_after_the_book(&self) -> Result<(), Trouble> {
        self.screen.go("#/settings", "显示").await?;
        self.screen.press("台账").await?;
        self.screen.shows("备份是一个文件夹").await
    }

    /// Writes a place into the list of folders and goes there.
    async fn goes_to(&self, place: &str) -> Result<(), Trouble> {
        self.screen.fill("位置", place).await?;
        let enter = "const field = document.querySelector('[data-field=place]'); if (!field) return false; \
             field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true})); \
             return true;";
        self.screen.until(enter).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_and_restored_in_the_browser() -> Result<(), Trouble> {
    let office = Office::opened().await?;
    let screen = &office.screen;
    office.looks_after_the_book().await?;
    screen.press("备份台账").await?;
    screen.shows("备份到哪个文件夹").await?;
    office.goes_to("U盘").await?;
    screen.shows("没有建立任何文件夹").await?;
    office.goes_to(&written(&office.at("拔掉了"))).await?;
    screen.shows("这台电脑上没有这个文件夹").await?;
    let stick = office.at("stick");
    std::fs::create_dir(&stick).map_err(|e| Trouble(e.to_string()))?;
    office.goes_to(&written(&stick)).await?;
    screen.press("就放在这个文件夹里").await?;
    screen.shows("已备份到").await?;
    assert!(!office.at("拔掉了").exists());

    screen.press("从备份恢复……").await?;
    screen.press("选一份备份").await?;
    office.goes_to(&written(&stick)).await?;
    let backup = "const one = [...document.querySelectorAll('.tx-folder')].find(f => f.textContent.includes('贴心备份')); \
         if (!one) return false; one.click(); return true;";
    screen.until(backup).await?;
    for text in ["备份时间", "王丽", "备份以后记下的不在里面"] {
        screen.shows(text).await?;
    }
    screen.fill("备份时的密码", "这个密码不对呀呀").await?;
    screen.press("用这份备份换下现在的台账").await?;
    screen.shows("这个密码打不开这份备份").await?;
    screen.fill("备份时的密码", PASSWORD).await?;
    screen.press("用这份备份换下现在的台账").await?;
    screen.shows("恢复好了").await?;
    let aside = office.home.path().join("book").join("book.db.aside-1");
    screen.shows(&written(&aside)).await?;
    assert!(aside.is_file());
    screen.press("去登录").await?;
    office.signs_in().await?;
    office.screen.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standalone_book_is_told_the_truth_about_a_lost_password() -> Result<(), Trouble> {
    let office = Office::opened().await?;
    office.screen.press("王丽").await?;
    office.screen.press("退出登录").await?;
    office.screen.press("忘记密码").await?;
    office.screen.shows("管理员也没有办法另给一个").await?;
    office.screen.press("从备份恢复……").await?;
    office.screen.shows("先选备份所在的文件夹").await?;
    office.screen.press("返回").await?;
    office.signs_in().await?;
    // The menu was left open when somebody signed out.
    let shut = "return document.querySelector('.tx-user-menu') === null";
    office.screen.until(shut).await?;
    office.screen.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn back_is_back_and_a_closed_desk_leaves_nothing_to_read() -> Result<(), Trouble> {
    let office = Office::opened().await?;
    let screen = &office.screen;
    screen.go("#/reports", "填报单位").await?;
    let month = || screen.run("return document.querySelector('.tx-report-month strong').textContent");
    let newest = month().await?;
    screen.press("上一月").await?;
    let before = format!("return document.querySelector('.tx-report-month strong').textContent !== {newest}");
    screen.until(&before).await?;
    let chosen = month().await?;
    screen.press("设置").await?;
    screen.shows("大字").await?;
    screen.run("history.back()").await?;
    let there = "return document.querySelector('.tx-report-month strong') !== null";
    screen.until(there).await?;
    assert_eq!(month().await?, chosen, "the month that was looked at");
    // By a link the page begins anew.
    screen.press("设置").await?;
    screen.shows("大字").await?;
    screen.press("报表").await?;
    screen.until(there).await?;
    assert_eq!(month().await?, newest);

    // A further tab has the address alone, and asks this one.
    let address = office.host.url();
    let (address, _) = address.split_once('#').unwrap_or((&address, ""));
    let lost = |e: &dyn std::fmt::Display| Trouble(e.to_string());
    let tab = screen.new_tab().await.map_err(|e| lost(&e))?;
    screen.switch_to_window(tab).await.map_err(|e| lost(&e))?;
    screen.goto(format!("{address}#/visits")).await.map_err(|e| lost(&e))?;
    screen.shows("记一次走访").await?;

    office.host.kill();
    screen.shows("贴心已经关闭").await?;
    let read = screen.text().await?;
    assert!(!read.contains("记一次走访"), "{read}");
    office.screen.close().await
}
