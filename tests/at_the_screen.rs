//! The story of the two townships, at the screen: once in real windows, once in a browser from loopback
//! hosts. Both workers take in their ledgers, lose the line, go on working, also on the same family,
//! get it back; the supervisor reads, opens and exports the month.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tiexin_testkit::desks::{expected, ledgers};
use tiexin_testkit::f1::Row;
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::window::{self, Trouble};
use tiexin_testkit::worker::Seen;

use crate::seat::{Seat, Way};

const GUYANG: &str = "340323100";
const LIUJI: &str = "340323104";
/// The family that both workers visit and mend.
const FAMILY: &str = "余喆";

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

async fn the_story(way: Way) -> Result<(), Trouble> {
    let Some(keep) = Keep::postgres() else { return Ok(()) };
    let province = Province::start(keep)?;
    let guyang_code = province.user("guyang", "worker", GUYANG)?;
    let liuji_code = province.user("liuji", "worker", LIUJI)?;
    // The second worker helps out in the first township too.
    province.administer(&["grant", "add", "--user", "liuji", "--role", "worker", "--region", GUYANG])?;
    let county_code = province.user("county", "supervisor", "340323")?;

    // Both townships take in their ledgers; everything reaches the province, each other, and the county.
    let (a, b, c) = tokio::try_join!(
        Seat::taken(way, &province, "guyang", &guyang_code),
        Seat::taken(way, &province, "liuji", &liuji_code),
        Seat::taken(way, &province, "county", &county_code),
    )?;
    let (guyang, liuji) = (counted("guyang-2026-10"), counted("liuji-2026-10"));
    tokio::try_join!(a.worker.imports(&guyang), b.worker.imports(&liuji))?;
    tokio::try_join!(a.worker.syncs(), b.worker.syncs())?;
    tokio::try_join!(a.worker.syncs(), b.worker.syncs(), c.worker.syncs())?;

    offline(&a, &b).await?;
    the_line_comes_back(&a, &b).await?;

    c.worker.syncs().await?;
    converged(&province, &[&a, &b, &c]).await?;
    for seat in [&a, &c] {
        seat.worker.opens(FAMILY).await?;
        seat.worker.screen.shows("西头二号").await?;
    }
    // What was overwritten is not lost: the record's history tells it.
    c.worker.screen.press("经过").await?;
    c.worker.screen.shows("原来写的是：东头一号").await?;
    the_month(&c).await?;
    for seat in [a, b, c] {
        seat.worker.screen.close().await?;
    }
    Ok(())
}

/// A township's ledgers, and how many rows of each an independent program took in.
fn counted(township: &str) -> Vec<(PathBuf, u64)> {
    let expected = expected(township);
    let sum = |part: &str, fields: &[&str]| -> u64 {
        fields.iter().map(|field| expected[part][*field].as_u64().expect("a count")).sum()
    };
    let rows = [
        sum("special_families", &["imported"]),
        sum("members", &["imported"]),
        sum("services", &["visits_imported", "surveys", "claims", "counselling"]),
        sum("activities", &["imported"]),
    ];
    ledgers(township).into_iter().zip(rows).collect()
}

/// The network goes. Both go on working, on the same family too, and both screens tell the truth.
async fn offline(a: &Seat, b: &Seat) -> Result<(), Trouble> {
    // By the ledgers nobody of this family was seen in hospital in October.
    let in_hospital = Seen {
        family: "郝长文",
        kind: "住院探望",
        day: "2026-10-30",
        met: &["郝长文", "黄云兰"],
        note: "在县医院，恢复得不错。",
    };
    // Nor anybody of this one on a birthday.
    let birthday = Seen {
        family: "杜广宝",
        kind: "生日陪伴",
        day: "2026.10.30",
        met: &["杜广宝"],
        note: "一起吃了长寿面。",
    };
    let at_a = cut_off(a, &in_hospital, "东头一号", "3403231000601");
    let at_b = cut_off(b, &birthday, "西头二号", "3403231000602");
    tokio::try_join!(at_a, at_b).map(drop)
}

/// What one of them does without a line.
async fn cut_off(seat: &Seat, seen: &Seen<'_>, address: &str, code: &str) -> Result<(), Trouble> {
    let worker = &seat.worker;
    seat.network.cut();
    worker.visits(seen).await?;
    worker.opens(FAMILY).await?;
    worker.mends("修改", "现居住地址", address).await?;
    worker.mends("修改台账", "信息编码", code).await?;
    worker.told("暂时连不上省平台，本机有 3 条待上传").await?;
    worker.checks().await?;
    worker.told("暂时连不上省平台，本机有 3 条待上传").await?;
    worker.screen.shows("连不上省平台，已保存在本机，有网络时会自动上传。记录都在本机").await
}

/// First at one desk, then at the other: the second meets what the first wrote.
async fn the_line_comes_back(a: &Seat, b: &Seat) -> Result<(), Trouble> {
    a.network.restore();
    a.worker.syncs().await?;
    b.network.restore();
    b.worker.checks().await?;
    // The file's code is a thing for people to settle; both are shown, and the first one stays.
    b.worker.told("有 1 条需处理").await?;
    for text in ["需要您处理", "信息编码", "3403231000601", "3403231000602"] {
        b.worker.screen.shows(text).await?;
    }
    b.worker.screen.press("用省平台的").await?;
    for seat in [b, a] {
        seat.worker.syncs().await?;
    }
    Ok(())
}

/// Wherever two desks hold the same township, they show the same digest, and it is the province's.
async fn converged(province: &Province, seats: &[&Seat]) -> Result<(), Trouble> {
    let held: Vec<String> = province.digests()?.into_values().map(|(_, digest)| digest).collect();
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for seat in seats {
        for (township, digest) in seat.worker.digests().await? {
            assert!(held.contains(&digest), "{township} {digest}: {held:?}");
            let (before, times) = seen.entry(township.clone()).or_insert((digest.clone(), 0));
            assert_eq!(*before, digest, "{township}");
            *times += 1;
        }
    }
    let shared: Vec<usize> = ["谷阳镇", "刘集镇"].iter().map(|name| seen[*name].1).collect();
    assert_eq!(shared, [3, 2], "{seen:?}");
    Ok(())
}

/// F1 of the county: read, opened, exported, held against an independent count.
async fn the_month(county: &Seat) -> Result<(), Trouble> {
    let guyang = Row::of("guyang-2026-10").more("住院探望", 1, 2);
    let liuji = Row::of("liuji-2026-10").more("生日陪伴", 1, 1);
    let total = guyang.plus(&liuji);
    let rows = [("谷阳镇", guyang), ("刘集镇", liuji), ("合计", total)];
    let screen = &county.worker.screen;
    county.worker.reads_f1("2026年10月").await?;
    for (unit, row) in &rows {
        county.worker.sees_row(unit, &row.printed()).await?;
    }
    // Every number opens its records.
    let in_hospital = &rows[0].1.printed()[14];
    screen.press(&format!("谷阳镇 走访慰问落实 住院探望 户 {in_hospital}")).await?;
    screen.shows("条记录").await?;
    screen.shows("郝长文").await?;

    let file = county.worker.exports(county.home.path()).await?;
    for (unit, row) in rows {
        assert_eq!(Row::exported(&file, unit), row, "{unit}");
    }
    Ok(())
}
