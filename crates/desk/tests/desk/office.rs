//! A temporary desk with a clock set by hand.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_contract::family::RegisterFamily;
use tiexin_contract::records::{ListRecords, SaveRecord, Saved};
use tiexin_contract::session::{SetUpStandalone, SignIn, SignOut};
use tiexin_contract::{Command, ErrorReply};
use tiexin_desk::{Desk, DeskConfig, ManualClock};
use tiexin_domain::nouns::person::Relation;
use tiexin_domain::nouns::support_file::LossCategory;
use tiexin_domain::nouns::{ContactPair, Household, Person, SupportFile};
use uuid::Uuid;

pub(crate) const TOWNSHIP: &str = "340323100";
pub(crate) const VILLAGE: &str = "340323100001";
pub(crate) const PASSWORD: &str = "石榴树下有三只猫";

pub(crate) struct Office {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(crate) fn fields(value: Value) -> tiexin_domain::Fields {
    value.as_object().unwrap().clone()
}

impl Office {
    /// A desk that nobody has used yet.
    pub(crate) fn fresh(today: NaiveDate) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::on(today);
        let desk = Desk::open(DeskConfig::quick(folder.path(), clock.clone())).unwrap();
        Office { desk, clock, folder }
    }

    /// A township's desk with its worker 王丽 signed in.
    pub(crate) async fn township(today: NaiveDate) -> Office {
        Self::of(TOWNSHIP, today).await
    }

    pub(crate) async fn of(region: &str, today: NaiveDate) -> Office {
        let office = Self::fresh(today);
        office.ok(set_up(region)).await;
        office
    }

    /// After the clock was turned far: the desk has locked itself.
    pub(crate) async fn sign_in_again(&self) {
        self.ok(SignOut {}).await;
        self.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
    }

    pub(crate) async fn run<C: Command>(&self, args: C) -> Result<C::Reply, ErrorReply> {
        self.desk.run(args).await
    }

    pub(crate) async fn ok<C: Command>(&self, args: C) -> C::Reply {
        self.run(args).await.unwrap_or_else(|e| panic!("{}: {e:?}", C::NAME))
    }

    pub(crate) async fn refused<C: Command>(&self, args: C) -> ErrorReply {
        match self.run(args).await {
            Ok(_) => panic!("{} was not refused", C::NAME),
            Err(error) => error,
        }
    }

    /// A family with two people and an active file.
    pub(crate) async fn family(&self, head: &str, change: impl FnOnce(&mut RegisterFamily)) -> Uuid {
        let mut family = family(head);
        change(&mut family);
        let saved: Saved = self.ok(family).await;
        saved.id
    }
}

pub(crate) fn set_up(region: &str) -> SetUpStandalone {
    SetUpStandalone {
        region: region.parse().unwrap(),
        name: "wangli".into(),
        display_name: "王丽".into(),
        password: PASSWORD.into(),
    }
}

pub(crate) fn family(head: &str) -> RegisterFamily {
    let village: tiexin_domain::RegionCode = VILLAGE.parse().unwrap();
    let mut husband = Person::named(village.clone(), head);
    husband.relation = Some(Relation::Head);
    let mut file = SupportFile::open(village.clone(), Uuid::nil(), head, LossCategory::Death);
    file.child_name = Some("某某".into());
    file.loss_cause = Some("某因".into());
    RegisterFamily {
        household: Household { phone: Some("19900002580".into()), ..Household::named(village.clone(), head) },
        persons: vec![husband],
        file: Some(file),
        contacts: Some(ContactPair {
            region: village,
            household: Uuid::nil(),
            file: Uuid::nil(),
            township_leader: Some("赵镇长".into()),
            village_worker: Some("李村医".into()),
            from: None,
            to: None,
            handover_note: None,
        }),
    }
}

/// The first `limit` records of a kind, as they come.
pub(crate) fn list(kind: &str, region: &str, limit: u32) -> ListRecords {
    ListRecords::of(kind, region.parse().unwrap(), limit)
}

/// A new record with these fields.
pub(crate) async fn saved(office: &Office, kind: &str, value: Value) -> Uuid {
    office.ok(SaveRecord { kind: kind.into(), id: None, version: None, fields: fields(value) }).await.id
}
