//! The audit, narrowed to a person, a deed, some days.

use chrono::TimeDelta;
use tiexin_contract::book::{AuditRow, AuditTrail, AuditWish};
use tiexin_contract::session::{AddLocalUser, SignIn, SignOut};

use crate::office::{Office, day};

const COUNTY: &str = "340323";
const COLLEAGUE: &str = "另一个够长的密码";

async fn told(office: &Office, only: AuditWish) -> Vec<AuditRow> {
    office.ok(AuditTrail { before: None, limit: 100, only }).await
}

#[tokio::test]
async fn the_audit_is_narrowed_to_a_person_a_deed_and_some_days() {
    let office = Office::of(COUNTY, day(2026, 10, 20)).await;
    office.family("钟户主", |_| {}).await;
    let colleague = AddLocalUser {
        name: "zhangsan".into(),
        display_name: "张三".into(),
        password: COLLEAGUE.into(),
        region: Some(COUNTY.parse().unwrap()),
        code: None,
    };
    office.ok(colleague).await;
    office.clock.pass(TimeDelta::days(1));
    office.ok(SignOut {}).await;
    office.ok(SignIn { name: "zhangsan".into(), password: COLLEAGUE.into() }).await;
    office.clock.pass(TimeDelta::days(1));
    office.family("韩户主", |_| {}).await;

    let all = told(&office, AuditWish::default()).await;
    let is = |wanted: &dyn Fn(&AuditRow) -> bool| -> Vec<u64> {
        all.iter().filter(|row| wanted(row)).map(|row| row.seq).collect()
    };
    let seqs = |rows: Vec<AuditRow>| rows.iter().map(|row| row.seq).collect::<Vec<_>>();
    let person = AuditWish { person: Some("张".into()), ..AuditWish::default() };
    let by_colleague = is(&|row| row.actor == "张三");
    assert!(!by_colleague.is_empty() && by_colleague.len() < all.len());
    assert_eq!(seqs(told(&office, person).await), by_colleague);

    let deed = AuditWish { deed: Some("登录".into()), ..AuditWish::default() };
    let sign_ins = is(&|row| row.act == "登录");
    assert!(!sign_ins.is_empty());
    assert_eq!(seqs(told(&office, deed).await), sign_ins);

    let first = AuditWish { to: Some(day(2026, 10, 20)), ..AuditWish::default() };
    let second = AuditWish { from: Some(day(2026, 10, 21)), to: Some(day(2026, 10, 21)), ..first.clone() };
    let third = AuditWish { from: Some(day(2026, 10, 22)), ..AuditWish::default() };
    let mut days = Vec::new();
    for wish in [third, second, first] {
        let rows = seqs(told(&office, wish).await);
        assert!(!rows.is_empty());
        days.extend(rows);
    }
    assert_eq!(days, is(&|_| true), "every entry is of one of the days");

    // A page at a time.
    let only = AuditWish { deed: Some("登记".into()), ..AuditWish::default() };
    let page = office.ok(AuditTrail { before: None, limit: 1, only: only.clone() }).await;
    let next = office.ok(AuditTrail { before: Some(page[0].seq), limit: 100, only }).await;
    assert_eq!([seqs(page), seqs(next)].concat(), is(&|row| row.act == "登记"));
}
