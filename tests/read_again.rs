//! The monthly routine at the screen: a ledger is imported, corrected in Excel and read again; what the book
//! lacks is filled, what differs is taken or left one by one; a hidden sheet is named; an import is taken back
//! and leaves what a visit recorded since needs.

use std::path::PathBuf;

use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::window::{self, Trouble};
use tiexin_testkit::worker::Seen;

use crate::seat::{Seat, Way};

const LIUJI: &str = "340323104";

#[tokio::test(flavor = "multi_thread")]
async fn in_the_window() -> Result<(), Trouble> {
    if !window::display() {
        return Ok(());
    }
    the_story(Way::Window).await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_browser() -> Result<(), Trouble> {
    the_story(Way::Browser).await
}

/// A ledger of the field cases.
fn ledger(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("crates/desk/tests/field-cases").join(path)
}

async fn the_story(way: Way) -> Result<(), Trouble> {
    let province = Province::start(Keep::sqlite())?;
    let code = province.user("liuji", "worker", LIUJI)?;
    let seat = Seat::taken(way, &province, "liuji", &code).await?;
    seat.worker.imports(&[(ledger("07-corrected-ledger-again/1-families-october.xlsx"), 3)]).await?;
    seat.worker.screen.shows("新增 3 行，补上空缺 0 行，0 行有出入，0 行原来就有").await?;
    corrected_and_read_again(&seat).await?;
    the_same_once_more(&seat).await?;
    a_hidden_sheet(&seat).await?;
    taken_back(&seat).await?;
    seat.worker.screen.close().await
}

/// One difference is taken from the ledger, one is left; a gap is filled without a question.
async fn corrected_and_read_again(seat: &Seat) -> Result<(), Trouble> {
    let Seat { worker, .. } = seat;
    let again = ledger("07-corrected-ledger-again/2-families-november.xlsx");
    worker.looks_at(&again, [0, 1, 1, 1, 0]).await?;
    let screen = &worker.screen;
    for text in ["2 处有出入：采用台账 0 处，保留本机 2 处", "补上的空缺 2 处", "尤桂芝", "199****1092"]
    {
        screen.shows(text).await?;
    }
    fits_the_screen(seat).await?;
    screen.tick_in("享受特别扶助").await?;
    screen.shows("采用台账 1 处，保留本机 1 处").await?;
    screen.press("全部采用台账的").await?;
    screen.shows("采用台账 2 处，保留本机 0 处").await?;
    screen.press("全部保留本机的").await?;
    screen.shows("采用台账 0 处，保留本机 2 处").await?;
    screen.tick_in("享受特别扶助").await?;
    screen.press("导入 1 行，采用台账 1 处").await?;
    screen
        .shows(
            "新增 0 行，补上空缺 1 行，1 行有出入（采用台账 1 处，保留本机 1 处），\
             1 行原来就有、没有改动，0 行等您改好再导。",
        )
        .await?;
    // What was taken, what was left, and what was filled stand on the families' pages.
    worker.opens("高文山").await?;
    screen.until("return document.body.innerText.replace(/\\s+/g, '').includes('特别扶助是')").await?;
    screen.shows("1092").await?;
    worker.opens("韩广田").await?;
    screen.shows("尤桂芝").await
}

/// Nothing to write is said, and there is no button that would do nothing.
async fn the_same_once_more(seat: &Seat) -> Result<(), Trouble> {
    let again = ledger("07-corrected-ledger-again/2-families-november.xlsx");
    seat.worker.looks_at(&again, [0, 0, 2, 1, 0]).await?;
    let screen = &seat.worker.screen;
    screen.shows("台账里没有新的内容，只有与本机不一致的地方").await?;
    screen.until("return !document.querySelector('.tx-page-action button')").await
}

/// A sheet that was passed over is named above the file's rows, and the rows are told as what they are.
async fn a_hidden_sheet(seat: &Seat) -> Result<(), Trouble> {
    seat.worker.imports(&[(ledger("20-hidden-sheet-and-rows/1-families.xlsx"), 5)]).await?;
    seat.worker.looks_at(&ledger("20-hidden-sheet-and-rows/2-visits.xlsx"), [3, 0, 0, 0, 0]).await?;
    let screen = &seat.worker.screen;
    screen.shows("工作表“九湾社区”在文件里是隐藏的，里面有 4 行，没有导入").await?;
    screen.press("导入 3 行").await?;
    screen.shows("新增 3 行，补上空缺 0 行，0 行有出入，0 行原来就有、没有改动，0 行等您改好再导。").await?;
    screen.shows("里面有 4 行，没有导入").await
}

/// A visit that somebody has recorded since keeps its family; the rest goes, and comes again with the ledger.
async fn taken_back(seat: &Seat) -> Result<(), Trouble> {
    let Seat { worker, .. } = seat;
    let screen = &worker.screen;
    let seen =
        Seen {
            family: "沈国梁", kind: "节日看望", day: "2026-10-12", met: &["沈国梁"], note: "送去棉被。"
        };
    worker.visits(&seen).await?;
    screen.go("#/import", "导入过的").await?;
    screen.press_in("1-families.xlsx", "撤销").await?;
    for text in ["会撤下：4 户家庭", "会留下", "家庭户 沈国梁家", "沈国梁 2026-10-12 节日看望”还要用到"]
    {
        screen.shows(text).await?;
    }
    screen.press("不撤销").await?;
    screen.until("return !document.querySelector('.tx-veil')").await?;
    screen.press_in("1-families.xlsx", "撤销").await?;
    screen.press("撤销这一批").await?;
    for text in ["“1-families.xlsx”的导入已经撤销", "撤下了：4 户家庭", "家庭户 沈国梁家", "已撤销"]
    {
        screen.shows(text).await?;
    }
    // It can be brought back by one press, and taken back again.
    screen.press_in("1-families.xlsx", "恢复这次导入").await?;
    screen.shows("已恢复").await?;
    screen.press_in("1-families.xlsx", "撤销").await?;
    screen.press("撤销这一批").await?;
    screen.shows("“1-families.xlsx”的导入已经撤销").await?;
    worker.opens("沈国梁").await?;
    screen.shows("送去棉被。").await?;
    worker.looks_at(&ledger("20-hidden-sheet-and-rows/1-families.xlsx"), [4, 0, 3, 1, 0]).await
}

/// At the office's 1366 × 768, which the browser has, nothing has to be scrolled sideways.
async fn fits_the_screen(seat: &Seat) -> Result<(), Trouble> {
    let fits = "const main = document.querySelector('main'); return main.scrollWidth <= main.clientWidth";
    seat.worker.screen.until(fits).await
}
