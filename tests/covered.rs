//! A township's year of the three coverages: contacts, a family doctor, a green channel. Contracts end and are renewed,
//! a family wishes no contact and wishes it again, one is new, one leaves. At the end of each quarter the township and
//! the county read the same figures, and the lists of who is left out agree with them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::family::GetFamily;
use tiexin_contract::records::{Filter, FilterOp, ListRecords};
use tiexin_contract::today::Covered;
use tiexin_desk::ManualClock;
use tiexin_domain::PartialDate;
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::ContactPreference;
use tiexin_domain::nouns::{ContactPair, SupportFile};
use tiexin_testkit::desks::{self, StoryDesk};
use tiexin_testkit::province::{Keep, Province};
use uuid::Uuid;

const COUNTY: &str = "340323";
const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
const NEXT_VILLAGE: &str = "340323100002";

on_both_stores!(the_story);

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap()
}

/// The township's desk and the county's.
struct Desks {
    town: StoryDesk,
    county: StoryDesk,
}

impl Desks {
    async fn on(&self, day: NaiveDate) {
        self.town.on(day).await.unwrap();
        self.county.on(day).await.unwrap();
    }

    /// A family with a file as the closure makes it, and whom it has as contacts.
    async fn registered(
        &self,
        village: &str,
        head: &str,
        (leader, worker): (Option<&str>, Option<&str>),
        change: impl FnOnce(&mut SupportFile),
    ) -> Uuid {
        let mut family = desks::family(village, &[head]);
        family.persons[0].relation = Some(Relation::Head);
        change(family.file.as_mut().unwrap());
        family.contacts = (leader.is_some() || worker.is_some()).then(|| ContactPair {
            region: village.parse().unwrap(),
            household: Uuid::nil(),
            file: Uuid::nil(),
            township_leader: leader.map(str::to_owned),
            village_worker: worker.map(str::to_owned),
            from: None,
            to: None,
            handover_note: None,
        });
        self.town.run(family).await.unwrap().id
    }

    /// The family's file.
    async fn file(&self, home: Uuid) -> Uuid {
        self.town.run(GetFamily { household: home }).await.unwrap().files[0].id
    }

    async fn edits(&self, home: Uuid, fields: Value) {
        let file = self.file(home).await;
        self.town.edit("support_file", file, fields).await.unwrap();
    }

    /// The heads of the families that lack this.
    async fn lacking(&self, code: &str) -> BTreeSet<String> {
        let filters = vec![Filter { field: "gaps".into(), op: FilterOp::Is, value: code.into() }];
        let list = ListRecords { filters, ..ListRecords::of("support_file", TOWN.parse().unwrap(), 50) };
        let rows = self.county.run(list).await.unwrap().rows;
        rows.iter().map(|row| row.fields["head_name"].as_str().unwrap().to_owned()).collect()
    }

    /// What stands at noon of this day: so many of so many with contacts, a doctor, a green channel; and who has none.
    async fn stands(&self, on: NaiveDate, figures: [(u64, u64); 3], without: [&[&str]; 3]) {
        self.on(on).await;
        // What was written before came with the round; the county hears of it.
        self.county.sync().await.unwrap();
        let town = self.town.today(TOWN).await.unwrap();
        let county = self.county.today(COUNTY).await.unwrap();
        assert_eq!(town.covered, county.covered, "{on}");
        let Covered { contacts, doctor, channel } = county.covered;
        assert_eq!([contacts, doctor, channel].map(|share| (share.covered, share.of)), figures, "{on}");

        let contacts = &self.lacking("township_leader").await | &self.lacking("village_worker").await;
        let lists = [contacts, self.lacking("doctor").await, self.lacking("hospital").await];
        for ((list, (covered, of)), heads) in lists.iter().zip(figures).zip(without) {
            let heads: BTreeSet<String> = heads.iter().map(|head| (*head).to_owned()).collect();
            assert_eq!(list, &heads, "{on}");
            assert_eq!(list.len() as u64, of - covered, "{on}: the list and the figure");
        }
        // Above the township no family is named.
        let whole = serde_json::to_string(&county).unwrap();
        for head in ["安广林", "白素珍", "陈有田", "邓小楼", "冯桂兰", "傅长青"] {
            assert!(!whole.contains(head), "{whole}");
        }
    }
}

async fn the_story(keep: Keep) {
    let province = Province::start(keep).unwrap();
    let desk = async |name: &str, role: &str, region: &str| {
        let code = province.user(name, role, region).unwrap();
        StoryDesk::enrolled(ManualClock::on(day(1, 9)), name, &province.url(), &code).await.unwrap()
    };
    let desks = Desks {
        town: desk("fang", "worker", TOWN).await,
        county: desk("county", "supervisor", COUNTY).await,
    };
    desks.on(day(1, 10)).await;
    let both = (Some("赵镇长"), Some("李村医"));
    desks
        .registered(VILLAGE, "安广林", both, |file| {
            file.doctor = Some("许医生".into());
            file.doctor_until = Some(PartialDate::Day(day(12, 31)));
            file.hospital = Some("县医院".into());
        })
        .await;
    let bai = desks
        .registered(VILLAGE, "白素珍", both, |file| {
            file.doctor = Some("许医生".into());
            file.doctor_until = Some(PartialDate::Month(2025, 5));
            file.hospital = Some("县医院".into());
        })
        .await;
    let chen = desks.registered(NEXT_VILLAGE, "陈有田", (Some("赵镇长"), None), |_| {}).await;
    let deng = desks
        .registered(VILLAGE, "邓小楼", (None, None), |file| {
            file.preference = Some(ContactPreference::Declined);
            file.hospital = Some("县医院".into());
        })
        .await;
    let feng = desks.registered(NEXT_VILLAGE, "冯桂兰", both, |_| {}).await;
    desks.on(day(2, 10)).await;
    desks.edits(feng, json!({"doctor_declined_on": "2025-02-10"})).await;

    // Five families. Of contacts four (邓 wishes none): 陈 has no village worker. Of a doctor four (冯 wishes none): 安 and 白.
    // Of a green channel five: 安、白、邓.
    desks
        .stands(
            day(3, 31),
            [(3, 4), (2, 4), (3, 5)],
            [&["陈有田"], &["陈有田", "邓小楼"], &["陈有田", "冯桂兰"]],
        )
        .await;

    spring(&desks, bai, chen).await;
    // 陈 has both contacts and a hospital; 白's contract ran till the end of May.
    desks
        .stands(day(6, 30), [(4, 4), (1, 4), (4, 5)], [&[], &["白素珍", "陈有田", "邓小楼"], &["冯桂兰"]])
        .await;

    desks.on(day(7, 5)).await;
    desks.edits(bai, json!({"doctor_signed_on": "2025-07-05", "doctor_until": "2026-07-04"})).await;
    desks.on(day(8, 15)).await;
    let fu = desks.registered(VILLAGE, "傅长青", (None, None), |_| {}).await;
    desks.on(day(9, 1)).await;
    desks.edits(deng, json!({"preference": "welcome"})).await;
    // Six families. 邓 may be visited again, and has nobody, as 傅, who is new. 安 and 白 have a doctor.
    desks
        .stands(
            day(9, 30),
            [(4, 6), (2, 5), (4, 6)],
            [&["邓小楼", "傅长青"], &["陈有田", "邓小楼", "傅长青"], &["冯桂兰", "傅长青"]],
        )
        .await;

    autumn(&desks, deng, feng, fu).await;
    // Five families: 冯's file is closed. 傅 has no contacts; 陈 and 邓 have no doctor. 安's contract covers its last day.
    desks.stands(day(12, 31), [(4, 5), (3, 5), (5, 5)], [&["傅长青"], &["陈有田", "邓小楼"], &[]]).await;
    let new_year = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let without: [&[&str]; 3] = [&["傅长青"], &["安广林", "陈有田", "邓小楼"], &[]];
    desks.stands(new_year, [(4, 5), (2, 5), (5, 5)], without).await;
    for desk in [&desks.town, &desks.county] {
        assert!(desk.verify().await.sound);
    }
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

/// A contract that ends is told sixty days before, till it is renewed.
async fn spring(desks: &Desks, bai: Uuid, chen: Uuid) {
    // Sixty-one days before the last of May.
    assert!(desks.town.reminded(TOWN).await.is_empty());
    desks.on(day(4, 1)).await;
    let todo = desks.town.today(TOWN).await.unwrap().todo;
    let told: Vec<_> = todo.iter().map(|one| (one.rule.as_str(), one.days_ahead)).collect();
    assert_eq!(told, [("doctor_ends", 60)]);
    let of_bai = desks.file(bai).await;
    assert_eq!(todo[0].record, of_bai);
    desks.on(day(4, 10)).await;
    let pair = desks.town.run(GetFamily { household: chen }).await.unwrap().contacts[0].id;
    desks.town.edit("contact_pair", pair, json!({"village_worker": "孙村医"})).await.unwrap();
    desks.on(day(5, 20)).await;
    desks.edits(chen, json!({"hospital": "镇卫生院"})).await;
}

async fn autumn(desks: &Desks, deng: Uuid, feng: Uuid, fu: Uuid) {
    // Renewed: nothing is told of the old contract.
    assert!(desks.town.reminded(TOWN).await.is_empty());
    desks.on(day(10, 10)).await;
    let pair = json!({"household": deng, "file": desks.file(deng).await, "township_leader": "赵镇长",
        "village_worker": "李村医", "from": "2025-10-10"});
    desks.town.record("contact_pair", pair).await.unwrap();
    desks.on(day(11, 20)).await;
    let closed = json!({"status": "closed", "status_reason": "随女儿迁往外省", "closed_on": "2025-11-20"});
    desks.edits(feng, closed).await;
    desks.on(day(12, 1)).await;
    let covered = json!({"doctor": "许医生", "doctor_until": "2026-10", "hospital": "县医院"});
    desks.edits(fu, covered).await;
}
