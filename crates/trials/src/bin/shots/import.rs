//! Ledgers being looked at, read again, and taken back.

use tiexin_testkit::desks::PASSWORD;
use tiexin_testkit::window::{Screen, Trouble};
use tiexin_testkit::worker::{Seen, Worker};

use crate::album::Album;
use crate::stage::Stage;

/// A sample township's ledgers, looked at and not taken in.
pub(crate) async fn looked_at(stage: &Stage, screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/import", "先预览").await?;
    screen.shows("别的名单，请说是哪一类").await?;
    album.take(screen, "import").await?;
    screen.pick("选择文件", "选择台账文件", &stage.ledgers).await?;
    screen.shows("要看的").await?;
    album.take(screen, "import-preview").await?;
    screen.press("认出的列").await?;
    // Of a file with several sheets each is folded.
    screen.until("const sheet = document.querySelector('.tx-columns'); if (!sheet) return false; sheet.open = true; return true;")
        .await?;
    screen.shows("表头").await?;
    album.take(screen, "import-columns").await
}

/// A township's own ledgers: last month's, corrected in Excel, then one with a hidden sheet; and one taken back.
pub(crate) async fn read_again(stage: &Stage, album: &Album) -> Result<(), Trouble> {
    let screen = Screen::browser(&stage.township.url()).await?;
    screen.fill("密码", PASSWORD).await?;
    screen.press("进入").await?;
    let worker = Worker { screen };
    worker.screen.shows("该去看谁").await?;
    worker.looks_at(&stage.corrected, [0, 1, 1, 1, 0]).await?;
    worker.screen.tick_in("享受特别扶助").await?;
    worker.screen.shows("采用台账 1 处").await?;
    album.take(&worker.screen, "import-again").await?;
    worker.screen.press("导入 1 行，采用台账 1 处").await?;
    worker.screen.shows("导入完成").await?;
    album.take(&worker.screen, "import-done").await?;
    worker.imports(&[(stage.families.clone(), 5)]).await?;
    worker.looks_at(&stage.visits, [3, 0, 0, 0, 0]).await?;
    album.take(&worker.screen, "import-hidden-sheet").await?;
    worker
        .visits(&Seen {
            family: "沈国梁",
            kind: "节日看望",
            day: "2026-10-12",
            met: &["沈国梁"],
            note: "送去棉被。",
        })
        .await?;
    // The ledger that was looked at and not taken in still lies open.
    worker.turns_to_import().await?;
    worker.screen.shows("导入过的").await?;
    worker.screen.press_in("特殊家庭台账全镇.xlsx", "撤销").await?;
    worker.screen.shows("会留下").await?;
    album.take(&worker.screen, "import-undo").await?;
    worker.screen.press("撤销这一批").await?;
    worker.screen.shows("留下了").await?;
    album.take(&worker.screen, "import-undone").await?;
    worker.screen.close().await
}
