//! Rounds between real books and a real server.

use secrecy::SecretString;
use serde_json::json;
use tiexin_domain::nouns::{Household, Noun};
use tiexin_domain::record::Fields;
use tiexin_domain::{Grant, Role};
use tiexin_server::{Config, Running};
use tiexin_store::{Book, By, KdfCost, NewUser, Save};
use tiexin_sync::{
    EnrolWish, HttpProvince, ProvinceAddress, RoundReport, SyncError, device_key, enrol, run_round,
};
use uuid::Uuid;

const NOW: i64 = 1_793_000_000_000;
/// Ten years, in milliseconds.
const TEN_YEARS: i64 = 10 * 365 * 86_400_000;

struct Town {
    server: Running,
    _dir: tempfile::TempDir,
}

impl Town {
    async fn begin() -> Town {
        let dir = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", dir.path().join("province.db").display()).parse().unwrap();
        let server = tiexin_server::spawn(Config::loopback(store)).await.unwrap();
        server.province.add_user("worker", "专干").await.unwrap();
        let grant = Grant { role: Role::Worker, region: "340323100".parse().unwrap(), from: None, to: None };
        server.province.add_grant("worker", &grant).await.unwrap();
        Town { server, _dir: dir }
    }

    fn address(&self) -> ProvinceAddress {
        ProvinceAddress::read(&self.server.url, None).unwrap()
    }
}

struct Desk {
    book: Book,
    user: Uuid,
    _dir: tempfile::TempDir,
}

impl Desk {
    fn alone() -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let user = Uuid::new_v4();
        let first = NewUser {
            id: user,
            name: "worker".into(),
            display_name: "专干".into(),
            password: SecretString::from("long-enough-password"),
        };
        let (book, _) = Book::create(dir.path(), first, KdfCost::QUICK, NOW).unwrap();
        Desk { book, user, _dir: dir }
    }

    async fn enrol(&self, town: &Town) {
        let wish = EnrolWish {
            address: town.address(),
            authority: None,
            code: town.server.province.enrol_code("worker", 7).await.unwrap(),
            author: self.user,
            device_name: "测试机".into(),
        };
        let user = enrol(&self.book, wish).await.unwrap();
        assert_eq!(user.id, self.user, "the person keeps the id of this book");
        assert_eq!(user.grants.len(), 1);
    }

    async fn enrolled(town: &Town) -> Desk {
        let desk = Desk::alone();
        desk.enrol(town).await;
        desk
    }

    async fn round_at(&self, address: &ProvinceAddress, now: i64) -> Result<RoundReport, SyncError> {
        let device = self.book.device().unwrap();
        let key = device_key(&device.key_seed);
        let province = HttpProvince::new(address, device.id.map(|id| (id, key)))?;
        run_round(&self.book, &province, now, &|_, _| {}).await
    }

    async fn round(&self, town: &Town) -> RoundReport {
        self.round_at(&town.address(), NOW).await.unwrap()
    }

    fn save(&self, id: Uuid, fields: Fields, now_ms: i64) {
        let by = By { author: self.user, now_ms, group: Uuid::new_v4() };
        self.book.save_group(&[Save { id, kind: "household".into(), fields, void: None }], &by).unwrap();
    }

    fn fields(&self, id: Uuid) -> Fields {
        self.book.get(id).unwrap().expect("the record").fields
    }

    /// (sequence, digest) of the township, agreed with the province.
    fn agreed(&self) -> (u64, String) {
        let state = self.book.sync_state().unwrap();
        let scope = &state.scopes[0];
        assert!(scope.checked_at.is_some());
        assert_eq!((state.waiting, state.unread, state.parked, state.conflicts), (0, 0, 0, 0));
        (scope.seq, scope.digest.to_string())
    }
}

fn household(name: &str) -> Fields {
    let household = Household {
        region: "340323100001".parse().unwrap(),
        head_name: name.into(),
        head: None,
        kinds: Vec::new(),
        hardship: Vec::new(),
        registered_address: None,
        current_address: None,
        phone: None,
        notes: None,
    };
    household.to_fields()
}

fn with(mut fields: Fields, field: &str, value: serde_json::Value) -> Fields {
    fields.insert(field.into(), value);
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_desk_saves_the_other_reads() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    b.round(&town).await;
    let id = Uuid::now_v7();
    a.save(id, household("张三"), NOW);
    let told = a.round(&town).await;
    assert_eq!((told.pushed, told.pulled), (1, 1));
    let read = b.round(&town).await;
    assert_eq!((read.pulled, read.kinds.contains("household")), (1, true));
    assert_eq!(a.fields(id), b.fields(id));
    assert_eq!(a.agreed(), b.agreed());
    let report = a.book.verify().unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_that_began_alone_takes_everything_along() {
    let town = Town::begin().await;
    let a = Desk::alone();
    let ids: Vec<Uuid> = (0..1_200).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        a.save(*id, household("单机"), NOW);
    }
    a.enrol(&town).await;
    assert_eq!(a.round(&town).await.pushed, 1_200);
    let b = Desk::enrolled(&town).await;
    let read = b.round(&town).await;
    assert_eq!(read.loaded + read.pulled, 1_200);
    assert!(ids.iter().all(|id| b.fields(*id)["head_name"] == "单机"));
    assert_eq!(a.agreed(), b.agreed());
}

#[tokio::test(flavor = "multi_thread")]
async fn both_edit_one_record_and_agree_whatever_their_clocks_say() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let id = Uuid::now_v7();
    a.save(id, household("李四"), NOW);
    a.round(&town).await;
    b.round(&town).await;
    // The desk ten years ahead is heard first; the one ten years behind is heard last and stands (I13).
    a.save(id, with(a.fields(id), "current_address", json!("东头")), NOW + TEN_YEARS);
    b.save(id, with(b.fields(id), "current_address", json!("西头")), NOW - TEN_YEARS);
    b.save(id, with(b.fields(id), "hardship", json!(["因病"])), NOW - TEN_YEARS);
    a.round_at(&town.address(), NOW + TEN_YEARS).await.unwrap();
    b.round_at(&town.address(), NOW - TEN_YEARS).await.unwrap();
    a.round_at(&town.address(), NOW + TEN_YEARS).await.unwrap();
    assert_eq!(a.fields(id), b.fields(id));
    assert_eq!(a.fields(id)["current_address"], "西头");
    assert_eq!(a.fields(id)["hardship"], json!(["因病"]));
    assert_eq!(a.agreed(), b.agreed());
    let kept = a.book.overwritten(id).unwrap();
    assert!(kept.iter().any(|o| o.value == "东头"), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unsent_work_stays_on_top_and_one_bad_change_holds_back_only_itself() {
    let town = Town::begin().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    let id = Uuid::now_v7();
    a.save(id, household("王五"), NOW);
    a.round(&town).await;
    b.round(&town).await;
    a.save(id, with(a.fields(id), "phone", json!("19900000001")), NOW);
    a.round(&town).await;
    // Outside the grant: parked, not lost (I10).
    let elsewhere = Uuid::now_v7();
    b.save(elsewhere, with(household("别处"), "region", json!("340323104001")), NOW);
    b.save(id, with(b.fields(id), "current_address", json!("村口")), NOW);
    b.round(&town).await;
    let state = b.book.sync_state().unwrap();
    assert_eq!((state.waiting, state.parked), (0, 1));
    assert_eq!(b.fields(id)["phone"], "19900000001");
    assert_eq!(b.fields(id)["current_address"], "村口");
    a.round(&town).await;
    assert_eq!(a.fields(id), b.fields(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_province_is_told_as_such_and_loses_nothing() {
    let town = Town::begin().await;
    let a = Desk::enrolled(&town).await;
    a.round(&town).await;
    a.save(Uuid::now_v7(), household("赵六"), NOW);
    let address = town.address();
    town.server.stop().await.unwrap();
    assert_eq!(a.round_at(&address, NOW).await, Err(SyncError::Offline));
    assert_eq!(a.book.sync_state().unwrap().waiting, 1);
}
