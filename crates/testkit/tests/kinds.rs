//! The life of a record of every kind, between two desks and a real province: added, edited by both, in conflict, its
//! family moved, void, restored, found, counted. What is saved is made from the shapes: a new kind lives it too.

use std::collections::BTreeMap;
use std::fmt::Debug;

use chrono::NaiveDate;
use serde_json::{Value, json};
use tempfile::TempDir;
use tiexin_contract::family::MoveFamily;
use tiexin_contract::quarantine::{ListQuarantine, Settle};
use tiexin_contract::records::{
    GetRecord, RecordHistory, RecordRow, RecordState, RestoreRecord, SaveRecord, Search, VoidRecord,
};
use tiexin_contract::report::{GetReport, ListForms};
use tiexin_desk::ManualClock;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::{Fields, MergeClass};
use tiexin_domain::shape::{self, Audience, Field, Holds, Role, Shape};
use tiexin_domain::{Grant, Kind};
use tiexin_server::{Config, Policy, Running, StoreUrl, spawn};
use tiexin_testkit::desks::{StoryDesk, count};
use uuid::Uuid;

const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
const OTHER_TOWN: &str = "340323104";
const OTHER_VILLAGE: &str = "340323104002";

struct Office {
    one: StoryDesk,
    two: StoryDesk,
    running: Running,
    _folder: TempDir,
}

async fn worker(running: &Running, name: &str) -> StoryDesk {
    running.province.add_user(name, name).await.unwrap();
    for region in [TOWN, OTHER_TOWN] {
        let grant = Grant {
            role: tiexin_domain::Role::Worker,
            region: region.parse().unwrap(),
            from: None,
            to: None,
        };
        running.province.add_grant(name, &grant).await.unwrap();
    }
    let code = running.province.enrol_code(name, 7).await.unwrap();
    let clock = ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 6).unwrap());
    let desk = StoryDesk::enrolled(clock, name, &running.url, &code).await.unwrap();
    assert!(desk.sync().await.unwrap().complete);
    desk
}

impl Office {
    async fn begin() -> Office {
        Office::begin_under(Policy::default()).await
    }

    async fn begin_under(policy: Policy) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let store = StoreUrl::Sqlite(folder.path().join("province.db"));
        let running = spawn(Config { policy, ..Config::loopback(store) }).await.unwrap();
        let (one, two) = (worker(&running, "王甲").await, worker(&running, "李乙").await);
        Office { one, two, running, _folder: folder }
    }

    /// Both tell what they have and read what the other told; gives what the second could not apply.
    async fn agree(&self) -> u64 {
        self.one.sync().await.unwrap();
        let refused = self.two.sync().await.unwrap();
        let state = self.one.sync().await.unwrap();
        assert_eq!((state.waiting, state.parked, state.conflicts, refused.waiting), (0, 0, 0, 0));
        refused.parked + refused.conflicts
    }

    async fn shown(&self, id: Uuid) -> (RecordRow, RecordRow) {
        (ok(self.one.run(GetRecord { id }).await), ok(self.two.run(GetRecord { id }).await))
    }

    /// How many of a kind each of the desks lists.
    async fn counted(&self, kind: &Kind) -> (u64, u64) {
        let mut both = (0, 0);
        for town in [TOWN, OTHER_TOWN] {
            both.0 += ok(count(&self.one.desk, kind.code(), town).await);
            both.1 += ok(count(&self.two.desk, kind.code(), town).await);
        }
        both
    }
}

fn ok<T, E: Debug>(reply: Result<T, E>) -> T {
    reply.unwrap_or_else(|error| panic!("{error:?}"))
}

/// A record of the kind as a form saves it: its references name records of this family that are there.
async fn made(desk: &StoryDesk, kind: &Kind, family: &mut BTreeMap<Kind, Uuid>) -> Uuid {
    let shape = shape::of(kind.code()).unwrap();
    let mut fields = shape::valid(kind).unwrap();
    for field in shape.fields {
        let Holds::Reference(kinds) = field.holds else { continue };
        if !fields.contains_key(field.name) {
            continue;
        }
        let of = kinds.first().map(|code| Kind::from_code(code)).unwrap();
        let named = match family.get(&of) {
            Some(id) => *id,
            None => Box::pin(made(desk, &of, family)).await,
        };
        fields.insert(field.name.into(), named.to_string().into());
    }
    fields.insert("region".into(), VILLAGE.into());
    let save = SaveRecord { kind: kind.code().into(), id: None, version: None, fields };
    let id = desk.run(save).await.unwrap_or_else(|error| panic!("{kind:?}: {error:?}")).id;
    family.insert(kind.clone(), id);
    id
}

/// Fields in which words may stand that everybody reads and that follow nothing else.
fn worded(kind: &Kind, shape: &Shape) -> Vec<&'static Field> {
    let belongs = shape.role(Role::Family).is_some();
    let own = |field: &&Field| {
        field.audience == Audience::Everyone
            && field.mask.is_none()
            && !(belongs && field.name == "head_name")
            && field.name != "contact_reason"
    };
    shape::worded(kind).into_iter().filter(own).collect()
}

async fn edit(desk: &StoryDesk, kind: &Kind, id: Uuid, field: &Field, words: &str) {
    ok(desk.edit(kind.code(), id, json!({field.name: words})).await);
}

/// What was looked at: a kind whose shape gives nothing to look at passes every step.
#[derive(Debug, Default)]
struct Looked {
    kinds: Vec<&'static Kind>,
    /// Fields whose values on both desks were compared.
    fields: usize,
    /// Kinds of which two people wrote in different fields.
    apart: usize,
    /// Fields in which both wrote at once, by how such writing meets.
    ordinary: usize,
    notes: usize,
    sensitive: usize,
    /// Kinds found by words; moved with their family, and of those the ones that stay.
    found: usize,
    moved: usize,
    stayed: usize,
    /// Figures of forms that are not zero.
    figures: usize,
}

impl Looked {
    fn met(&mut self, merge: MergeClass) {
        match merge {
            MergeClass::Sensitive => self.sensitive += 1,
            MergeClass::LongNote => self.notes += 1,
            MergeClass::Ordinary | MergeClass::Set => self.ordinary += 1,
        }
    }

    fn at_everything(&self) {
        let listed = Kind::ALL.iter().filter(|kind| !shape::of(kind.code()).unwrap().list.is_empty()).count();
        assert_eq!(self.kinds.len(), listed, "{self:?}");
        // Each has a region and something of its own.
        assert!(listed >= 11 && self.fields >= 2 * listed, "{self:?}");
        assert!(self.apart >= 5 && self.ordinary >= 5 && self.notes >= 5, "{self:?}");
        assert!(self.found >= 5 && self.moved >= 5, "{self:?}");
        assert!(self.stayed >= 1 && self.moved > self.stayed && self.figures >= 5, "{self:?}");
    }
}

/// Two people write in one record: in different fields, then in the same one.
async fn edited_by_both(
    office: &Office,
    kind: &Kind,
    id: Uuid,
    fields: &[&'static Field],
    looked: &mut Looked,
) {
    let text = |row: &RecordRow, field: &Field| row.fields.get(field.name).cloned().unwrap_or(Value::Null);
    if let [first, second, ..] = fields {
        looked.apart += 1;
        edit(&office.one, kind, id, first, "甲写的").await;
        edit(&office.two, kind, id, second, "乙写的").await;
        assert_eq!(office.agree().await, 0, "{kind:?}");
        let (one, two) = office.shown(id).await;
        for row in [&one, &two] {
            assert_eq!((text(row, first), text(row, second)), (json!("甲写的"), json!("乙写的")), "{kind:?}");
        }
    }
    let mut tried = Vec::new();
    for field in fields {
        if tried.contains(&field.merge) {
            continue;
        }
        tried.push(field.merge);
        looked.met(field.merge);
        edit(&office.one, kind, id, field, "甲又写").await;
        edit(&office.two, kind, id, field, "乙又写").await;
        let refused = office.agree().await;
        let (one, two) = office.shown(id).await;
        let of = format!("{kind:?}.{}", field.name);
        match field.merge {
            MergeClass::Sensitive => {
                assert_eq!((refused, text(&one, field)), (1, json!("甲又写")), "{of}");
                settled(office, kind, id, "sensitive", Choice::Ours).await;
                assert_eq!(text(&office.shown(id).await.0, field), json!("乙又写"), "{of}");
            }
            MergeClass::LongNote => {
                assert_eq!((refused, text(&one, field)), (0, text(&two, field)), "{of}");
                let kept = text(&one, field).as_str().unwrap_or_default().to_owned();
                assert!(kept.contains("甲又写") && kept.contains("乙又写"), "{of}: {kept}");
            }
            MergeClass::Ordinary | MergeClass::Set => {
                assert_eq!(
                    (refused, text(&one, field), text(&two, field)),
                    (0, json!("乙又写"), json!("乙又写")),
                    "{of}"
                );
                let history = ok(office.one.run(RecordHistory { id }).await);
                let kept = |value: &Value| *value == json!("甲又写");
                let gave_way = history.iter().filter_map(|entry| entry.overwritten.as_ref());
                assert!(
                    gave_way.into_iter().any(|gone| gone.field == field.name && kept(&gone.value)),
                    "{of}"
                );
            }
        }
    }
    assert!(!tried.is_empty(), "{kind:?}");
}

/// The second desk has one change of the record that was not applied, for this reason, and its worker decides.
async fn settled(office: &Office, kind: &Kind, id: Uuid, code: &str, choice: Choice) {
    let waits = ok(office.two.run(ListQuarantine { region: None }).await).items;
    let [item] = &waits[..] else { panic!("{kind:?}: one thing waits, not {waits:?}") };
    assert_eq!((item.code.as_str(), item.parts[0].record), (code, id), "{kind:?}");
    ok(office.two.run(Settle { id: item.id, choice, note: None }).await);
    office.two.sync().await.unwrap();
    assert_eq!(office.agree().await, 0, "{kind:?}");
}

/// One makes it void while the other writes in it: that is for a person. Then it comes back.
async fn void_and_restored(office: &Office, kind: &Kind, id: Uuid, field: &Field) {
    let before = office.counted(kind).await;
    ok(office.one.run(VoidRecord { id, reason: "登记重复".into() }).await);
    edit(&office.two, kind, id, field, "还在写").await;
    assert_eq!(office.agree().await, 1, "{kind:?}");
    settled(office, kind, id, "voided", Choice::Theirs).await;
    let (one, two) = office.shown(id).await;
    assert_eq!((one.void.as_deref(), two.void.as_deref()), (Some("登记重复"), Some("登记重复")), "{kind:?}");
    assert_eq!(office.counted(kind).await, (before.0 - 1, before.1 - 1), "{kind:?}");
    ok(office.two.run(RestoreRecord { id }).await);
    office.two.sync().await.unwrap();
    assert_eq!(office.agree().await, 0, "{kind:?}");
    let (one, two) = office.shown(id).await;
    assert_eq!((one.void, two.void), (None, None), "{kind:?}");
    assert_eq!(office.counted(kind).await, before, "{kind:?}");
}

/// It is insert-only: neither changed nor made void.
async fn stays_as_it_is(office: &Office, kind: &Kind, id: Uuid, field: &Field) {
    let edited = office.two.edit(kind.code(), id, json!({field.name: "改了"})).await.err();
    let void = office.two.run(VoidRecord { id, reason: "登记重复".into() }).await.err();
    let told = [edited, void].map(|error| error.map(|error| error.message).unwrap_or_default());
    assert!(told.iter().all(|words| words.contains("冲正")), "{kind:?}: {told:?}");
    assert_eq!((office.agree().await, office.shown(id).await.0.void), (0, None), "{kind:?}");
}

/// Its family moves to another township: what belongs to it moves along, what was done there stays.
async fn family_moves(
    office: &Office,
    kind: &Kind,
    shape: &Shape,
    (id, home): (Uuid, Uuid),
    looked: &mut Looked,
) {
    looked.moved += 1;
    looked.stayed += usize::from(!shape.follows_family);
    let region = OTHER_VILLAGE.parse().unwrap();
    let moving = MoveFamily { household: home, region, address: None, on: None, why: None, handover: None };
    ok(office.one.run(moving).await);
    assert_eq!(office.agree().await, 0, "{kind:?}");
    let (one, two) = office.shown(id).await;
    let now = if shape.follows_family { OTHER_VILLAGE } else { VILLAGE };
    assert_eq!((one.region.as_str(), two.region.as_str()), (now, now), "{kind:?}");
}

/// Found by what its shape says that it is found by, on the desk that did not write it.
async fn is_found(office: &Office, kind: &Kind, id: Uuid, fields: &[&'static Field], looked: &mut Looked) {
    let Some(field) = fields.iter().find(|field| !field.finds.is_empty()) else { return };
    looked.found += 1;
    let words = format!("梧桐{}", kind.label());
    edit(&office.one, kind, id, field, &words).await;
    assert_eq!(office.agree().await, 0, "{kind:?}");
    for desk in [&office.one, &office.two] {
        let hits = ok(desk.run(Search { text: words.clone(), limit: 20, kinds: Vec::new() }).await);
        assert!(hits.iter().any(|hit| hit.id == id), "{kind:?}.{}: {hits:?}", field.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_every_kind_lives_on_two_desks() {
    let office = Office::begin().await;
    let mut looked = Looked::default();
    for kind in Kind::ALL {
        let shape = shape::of(kind.code()).unwrap();
        // Decisions and files are made by commands of their own, and have no list.
        if shape.list.is_empty() {
            continue;
        }
        let mut family = BTreeMap::new();
        let before = office.counted(kind).await;
        let id = made(&office.one, kind, &mut family).await;
        assert_eq!(office.agree().await, 0, "{kind:?}");
        let (one, two) = office.shown(id).await;
        assert_eq!((&one.region, one.version, one.state), (&two.region, two.version, RecordState::Synced));
        let open = |name: &str| shape::audience(kind.code(), name) == Audience::Everyone;
        let common = |row: &RecordRow| -> Fields {
            row.fields.clone().into_iter().filter(|(name, _)| open(name)).collect()
        };
        let (seen, told) = (common(&one), common(&two));
        assert_eq!(seen, told, "{kind:?}");
        looked.fields += seen.values().filter(|value| !value.is_null()).count();
        assert_eq!(office.counted(kind).await, (before.0 + 1, before.1 + 1), "{kind:?}");

        let fields = worded(kind, shape);
        let fixed = shape.reversal.is_some();
        if fixed {
            stays_as_it_is(&office, kind, id, fields[0]).await;
        } else {
            edited_by_both(&office, kind, id, &fields, &mut looked).await;
            is_found(&office, kind, id, &fields, &mut looked).await;
        }
        if let Some(home) = family.get(&Kind::Household) {
            family_moves(&office, kind, shape, (id, *home), &mut looked).await;
        }
        if !fixed {
            void_and_restored(&office, kind, id, fields[0]).await;
        }
        looked.kinds.push(kind);
    }
    // Both count the same, and neither book nor province has anything amiss.
    for form in ok(office.one.run(ListForms {}).await) {
        for town in [TOWN, OTHER_TOWN] {
            let sheet = GetReport {
                form: form.code.clone(),
                month: "2026-10".into(),
                region: town.parse().unwrap(),
                by_village: true,
            };
            let (one, two) = (ok(office.one.run(sheet.clone()).await), ok(office.two.run(sheet).await));
            assert_eq!(one.rows, two.rows, "{}", form.code);
            let cells = one.rows.iter().flat_map(|row| &row.cells);
            looked.figures += cells.filter(|cell| cell.value.parse::<f64>().is_ok_and(|n| n > 0.0)).count();
        }
    }
    looked.at_everything();
    for desk in [&office.one, &office.two] {
        let report = desk.verify().await;
        assert!(report.faults.is_empty(), "{report:?}");
    }
    let report = office.running.province.verify().await.unwrap();
    assert!(report.broken.is_empty(), "{report:?}");
}

/// Desks are newer than the province: what it does not know stays here, is told as waiting, and goes once it is upgraded.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_province_does_not_know_waits_for_its_upgrade() {
    let strange = Kind::InsuranceClaim;
    let mut older = Policy::default();
    older.kinds.retain(|kind| kind != strange.code());
    let office = Office::begin_under(older).await;
    let mut family = BTreeMap::new();
    let id = made(&office.one, &strange, &mut family).await;
    let visit = made(&office.one, &Kind::Visit, &mut family).await;
    let state = office.one.sync().await.unwrap();
    assert_eq!((state.waiting, state.held_back, state.parked, state.complete), (1, 1, 0, false), "{state:?}");
    assert!(state.held_back_words().is_some_and(|words| words.contains("升级")));
    assert_eq!(ok(office.one.run(GetRecord { id }).await).state, RecordState::Waiting);
    office.two.sync().await.unwrap();
    assert_eq!(ok(office.two.run(GetRecord { id: visit }).await).state, RecordState::Synced);
    assert!(office.two.run(GetRecord { id }).await.is_err());

    let Office { one, two, running, _folder } = office;
    let listen = running.addr;
    running.stop().await.unwrap();
    let store = StoreUrl::Sqlite(_folder.path().join("province.db"));
    let running = spawn(Config { listen, ..Config::loopback(store) }).await.unwrap();
    let office = Office { one, two, running, _folder };
    assert_eq!(office.agree().await, 0);
    let state = office.one.sync().await.unwrap();
    assert_eq!((state.waiting, state.held_back, state.complete), (0, 0, true), "{state:?}");
    let (one, two) = office.shown(id).await;
    assert_eq!((one.version, one.state, two.state), (two.version, RecordState::Synced, RecordState::Synced));
    assert!(office.one.verify().await.sound && office.two.verify().await.sound);
}
