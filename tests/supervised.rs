//! At the screen, in real windows: a worker without a line carries work on a stick; what is recorded without the
//! right waits for the supervisor, who takes it in; and a machine that was lost is shut out from the page of devices.

use tiexin_testkit::desks::ledgers;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::terminal;
use tiexin_testkit::window::{self, Trouble};
use tiexin_testkit::worker::Seen;

use crate::seat::{Seat, Way};

const GUYANG: &str = "340323100";
const COUNTY: &str = "340323";
/// Of a family of the township's ledger.
const ON_THE_STICK: Seen<'_> = Seen {
    family: "郝长文",
    kind: "日常走访",
    day: "2026-10-30",
    met: &["郝长文"],
    note: "没有网络，记在U盘上带走。",
};
const WITHOUT_RIGHT: Seen<'_> = Seen {
    family: "郝长文",
    kind: "日常走访",
    day: "2026-10-31",
    met: &["郝长文"],
    note: "调走以前最后一次上门。",
};

#[tokio::test(flavor = "multi_thread")]
async fn in_the_window() -> Result<(), Trouble> {
    if !window::display() {
        return Ok(());
    }
    let province = Province::start(Keep::sqlite())?;
    // Reads the county, works in the township.
    let helper_code = province.user("helper", "auditor", COUNTY)?;
    province.administer(&["grant", "add", "--user", "helper", "--role", "worker", "--region", GUYANG])?;
    let chief_code = province.user("chief", "supervisor", COUNTY)?;
    let (helper, chief) = tokio::try_join!(
        Seat::taken(Way::Window, &province, "helper", &helper_code),
        Seat::taken(Way::Window, &province, "chief", &chief_code),
    )?;
    with_families(&province)?;
    tokio::try_join!(helper.worker.syncs(), chief.worker.syncs())?;

    on_a_stick(&province, &helper).await?;
    chief.worker.syncs().await?;
    chief.worker.opens(ON_THE_STICK.family).await?;
    chief.worker.screen.shows(ON_THE_STICK.note).await?;

    settled(&province, &helper, &chief).await?;
    shut_out(&helper, &chief).await?;
    for seat in [helper, chief] {
        seat.worker.screen.close().await?;
    }
    Ok(())
}

/// The township's families, taken in at a desk of its own.
fn with_families(province: &Province) -> Result<(), Trouble> {
    let home = tempfile::tempdir().map_err(|e| Trouble(e.to_string()))?;
    let (book, url) = (home.path().join("book"), province.url());
    let code = province.user("owner", "worker", GUYANG)?;
    let ledger = ledgers("guyang-2026-10").remove(0);
    let enrol = ["enrol", "--server", &url, "--code", &code, "--user", "owner"];
    for words in [&enrol[..], &["import", &ledger.to_string_lossy()], &["sync"]] {
        terminal::told(&book, words, None)?;
    }
    Ok(())
}

/// The line is gone; a visit goes to the province's machine on a stick, and the reply comes back.
async fn on_a_stick(province: &Province, seat: &Seat) -> Result<(), Trouble> {
    let (worker, screen) = (&seat.worker, &seat.worker.screen);
    let stick = seat.home.path().join("stick");
    std::fs::create_dir(&stick).map_err(|e| Trouble(e.to_string()))?;
    seat.network.cut();
    worker.visits(&ON_THE_STICK).await?;
    worker.told("暂时连不上省平台，本机有 1 条待上传").await?;
    screen.go("#/sync", "没有网络时用U盘").await?;
    screen.pick_folder("用U盘带走", "带走到哪个U盘或文件夹", &stick).await?;
    screen.shows("第 1 号同步包做好了，带走 1 条").await?;
    // It is on the stick, and as long as nobody has answered it waits here all the same.
    worker.told("暂时连不上省平台，本机有 1 条待上传").await?;

    let stick_name = stick.to_string_lossy();
    let taken = province.administer(&["package", "take", &stick_name, "--reply", &stick_name])?;
    assert_eq!(taken["packages"].as_array().map(Vec::len), Some(1), "{taken}");
    screen.pick_folder("带回", "从哪个U盘或文件夹带回", &stick).await?;
    screen.shows("第 1 号同步包的答复：本机 1 条有了结果").await?;
    // Nothing waits any more; but only the line can say that all is told.
    worker.told("暂时连不上省平台，上次与省平台核对完毕").await
}

/// The right ends while the worker is away: the visit is kept, the supervisor takes it in.
async fn settled(province: &Province, helper: &Seat, chief: &Seat) -> Result<(), Trouble> {
    helper.worker.visits(&WITHOUT_RIGHT).await?;
    province.administer(&["grant", "end", "--user", "helper", "--role", "worker", "--region", GUYANG])?;
    helper.network.restore();
    helper.worker.checks().await?;
    helper.worker.told("有 1 条需处理").await?;
    helper.worker.screen.shows("没有权限").await?;
    helper.worker.screen.shows("等待审核人处理").await?;

    chief.worker.checks().await?;
    chief.worker.told("有 1 条需处理").await?;
    let screen = &chief.worker.screen;
    screen.go("#/quarantine", "等待处理").await?;
    screen.shows(WITHOUT_RIGHT.note).await?;
    screen.press("采纳").await?;
    screen.shows("没有待处理的内容").await?;
    chief.worker.syncs().await?;
    chief.worker.opens(WITHOUT_RIGHT.family).await?;
    screen.shows(WITHOUT_RIGHT.note).await?;

    // Whose it was hears of it, puts the answer away, and stands as well as anybody.
    helper.worker.checks().await?;
    helper.worker.screen.go("#/quarantine", "处理结果").await?;
    helper.worker.screen.press("知道了").await?;
    helper.worker.syncs().await
}

/// The helper's machine is lost: the next time that it speaks with the province its book is destroyed.
async fn shut_out(helper: &Seat, chief: &Seat) -> Result<(), Trouble> {
    let screen = &chief.worker.screen;
    screen.go("#/settings", "本机用户").await?;
    screen.press("辖区电脑").await?;
    screen.shows("在用").await?;
    screen.press_in("helper", "停用…").await?;
    screen.tick("遗失或被盗").await?;
    let hint =
        screen.run("return document.querySelector('[role=dialog]').textContent.match(/停用“(.*?)”/)[1]");
    let name = hint.await?.as_str().unwrap_or_default().to_owned();
    screen.fill("再写一遍这台电脑的名称", "不是它").await?;
    screen.press("停用").await?;
    screen.shows(&format!("请原样输入这台电脑的名称“{name}”，没有停用")).await?;
    screen.fill("再写一遍这台电脑的名称", &name).await?;
    screen.press("停用").await?;
    screen.shows("已停用，等它销毁").await?;

    helper.worker.screen.go("#/sync", "没有网络时用U盘").await?;
    helper.worker.screen.press("现在核对").await?;
    helper.worker.screen.shows("省平台已停用这台电脑，本机的数据和钥匙已经销毁").await?;
    screen.go("#/", "这个月的走访").await?;
    screen.go("#/settings", "本机用户").await?;
    screen.press("辖区电脑").await?;
    screen.shows("数据已销毁").await
}
