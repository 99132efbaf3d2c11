//! What waits for a decision: how a desk shows it, what deciding comes to, and that it comes to an end.

mod moves;
mod own;

pub(crate) use own::{heard, sent_back, waiting_to};

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiexin_contract::family::GetFamily;
use tiexin_contract::quarantine::{Item, ListQuarantine, SettleMany};
use tiexin_contract::records::GetRecord;
use tiexin_contract::sync::GetSync;
use tiexin_domain::access::{Grant, Role};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::Void;
use tiexin_domain::shape::{self, Holds};
use tiexin_domain::{Kind, RegionCode, nouns};
use tiexin_protocol::wire::{QuarantineMarks, Quarantined};
use tiexin_protocol::{Change, ChangeId, ParkCode, Verdict, VoidChange};
use uuid::Uuid;

use crate::meanwhile::behind;
use crate::office::{Office, TOWNSHIP, VILLAGE, day, fields};

/// Where the family came from: not in this desk's view.
pub(crate) const OLD: &str = "340323104";
pub(crate) const OLD_VILLAGE: &str = "340323104001";
const NUMBER: &str = "34052419800101001X";

/// A township's desk whose user may settle there and nowhere else, with a family of a head, a file and contacts.
pub(crate) struct Town {
    pub(crate) office: Office,
    pub(crate) home: Uuid,
    pub(crate) person: Uuid,
    file: Uuid,
}

pub(crate) async fn town() -> Town {
    let office = Office::township(day(2026, 10, 20)).await;
    let home = office.family("钟户主", |_| {}).await;
    let page = office.ok(GetFamily { household: home }).await;
    let (person, file) = (page.persons[0].id, page.files[0].id);
    grants(&office, &[(Role::Supervisor, TOWNSHIP)]).await;
    Town { office, home, person, file }
}

pub(crate) async fn grants(office: &Office, all: &[(Role, &str)]) {
    behind(office, |book| {
        let mut user = book.users().unwrap().remove(0);
        let grant = |(role, region): &(Role, &str)| Grant {
            role: role.clone(),
            region: region.parse().unwrap(),
            from: None,
            to: None,
        };
        user.grants = all.iter().map(grant).collect();
        book.set_users(&[user]).unwrap();
    })
    .await;
}

/// A change of somebody at another desk.
pub(crate) fn change(seq: u64, kind: &str, set: Value) -> Change {
    Change {
        id: ChangeId { device: Uuid::from_u128(77), incarnation: Uuid::from_u128(78), seq },
        group: Uuid::from_u128(1000 + u128::from(seq)),
        record: Uuid::from_u128(2000 + u128::from(seq)),
        kind: kind.into(),
        scope: OLD.parse().unwrap(),
        base: 0,
        set: fields(set),
        void: None,
        author: Uuid::from_u128(5),
        noted_at: 1_790_000_000_000,
    }
}

pub(crate) fn parked(code: ParkCode) -> Verdict {
    Verdict::Parked { code, message: "住院天数超过一年，请核对".into() }
}

pub(crate) fn told(change: Change, verdict: Verdict) -> Quarantined {
    let received_at = 1_790_000_000_000 + change.id.seq as i64;
    Quarantined { change, verdict, received_at, author_name: Some("老专干".into()), standing: Vec::new() }
}

/// The province tells what waits in this township.
pub(crate) async fn waits_here(office: &Office, items: Vec<Quarantined>) {
    let scope: RegionCode = TOWNSHIP.parse().unwrap();
    let scopes = BTreeMap::from([(scope.clone(), 7)]);
    let marks = QuarantineMarks { mark: "7".into(), scopes };
    behind(office, |book| book.keep_quarantine(&scope, &items, &marks).unwrap()).await;
}

pub(crate) async fn listed(office: &Office) -> Vec<Item> {
    office.ok(ListQuarantine { region: None }).await.items
}

/// Whole records of every kind, each field of it filled in, made in the township that the family left.
pub(crate) fn samples(town: &Town) -> Vec<(Kind, Value)> {
    let Town { home, person, file, .. } = town;
    let whose = json!({"person": person, "name": "钟户主"});
    let of_kind = |kind: &Kind| match kind {
        Kind::Household => json!({
            "region": OLD_VILLAGE, "head_name": "另一户", "head": person, "kinds": ["hardship"],
            "hardship": ["重病"], "registered_address": "东街", "current_address": "西街",
            "phone": "19900002580", "notes": "门口有狗", "moved_from": VILLAGE, "moved_on": "2026-10-01",
            "moved_why": "随女儿居住", "hardship_kind": "general", "hardship_since": "2024",
            "hardship_checked_on": "2025", "hardship_ended": "2026",
        }),
        Kind::Person => json!({
            "region": OLD_VILLAGE, "name": "钟老二", "household": home, "relation": "relative", "sex": "male",
            "birth": "1980-01-01", "lunar_birthday": true, "id_number": NUMBER, "phone": "19900002580",
            "marriage": "已婚", "health": "一般", "politics": "群众", "tags": ["five_elders"],
            "died_on": "2026-01-02", "deceased": true, "notes": "耳背",
        }),
        Kind::SupportFile => json!({
            "region": OLD_VILLAGE, "household": home, "head_name": "钟户主", "code": "340323", "category": "death",
            "disability_grade": "二级", "disability_card": "34052419800101001X42", "child_name": "某",
            "loss_date": "2014-05", "loss_cause": "病", "assistance": "yes", "assistance_from": "2015-01-01",
            "assistance_to": "2030-01-01", "doctor": "李医生", "doctor_signed_on": "2026-01-01",
            "hospital": "县医院", "policy": "2026001", "emergency_contact": "钟老二", "phone": "19900002580",
            "preference": "welcome", "preference_on": "2026-01-01", "status": "moved_out", "status_reason": "无",
            "opened_on": "2015-01-01", "anniversary": true, "notes": "无", "category_since": "2014-05",
            "doctor_until": "2027-01-01", "doctor_phone": "19900002582", "doctor_declined_on": "2026-01-01",
            "green_card": true, "insurance_name": "住院护理补贴保险", "closed_on": "2026-01-01",
            "residence_checked_on": "2026-01-01",
        }),
        Kind::ContactPair => json!({
            "region": OLD_VILLAGE, "household": home, "file": file, "township_leader": "赵镇长",
            "village_worker": "李村医", "from": "2026-01-01", "to": "2027-01-01", "handover_note": "已交接",
        }),
        Kind::Visit => json!({
            "region": OLD_VILLAGE, "household": home, "head_name": "钟户主", "date": "2026-10-05",
            "time": "09:30", "kind": "festival", "festival": "中秋节", "met": [whose], "visitors": ["老专干"],
            "presence": "at_home", "note": "一切都好", "needs": "买药", "health": "一般", "living": "一般",
            "safety": "好", "gifts": [{"item": "慰问金", "amount": "300.00", "signed_by": "钟户主"}],
            "follow_up": "2026-11-05", "contact_reason": "节日",
        }),
        Kind::NeedSurvey => json!({
            "region": OLD_VILLAGE, "household": home, "head_name": "钟户主", "date": "2026-10-05",
            "persons": [whose], "needs": ["就医"], "notes": "无",
        }),
        Kind::InsuranceClaim => json!({
            "region": OLD_VILLAGE, "household": home, "head_name": "钟户主", "insured": whose, "policy": "2026001",
            "days": 3, "amount": "300.00", "paid_on": "2026-10-05", "notes": "无",
        }),
        Kind::Counselling => json!({
            "region": OLD_VILLAGE, "household": home, "head_name": "钟户主", "person": whose,
            "counsellor": "周老师", "date": "2026-10-05", "paired": true, "file_opened": true, "assessed": true,
            "scale": "量表", "score": 7, "session_note": "谈话", "pairing_name": "钟户主 心理陪伴", "mode": "home",
            "minutes": 60, "risk": "watch", "contacted_on": "2026-10-06", "referred_to": "市医院",
        }),
        Kind::Member => json!({
            "region": OLD_VILLAGE, "name": "钟户主", "person": person, "sex": "male", "structure": "individual",
            "residence": "resident", "group": "一组", "joined": "2020", "left": "2026-10", "wants_notices": true,
            "left_why": "moved", "branch_name": "驻苏州计生协", "tags": ["youth"], "notes": "无",
        }),
        Kind::Volunteer => json!({
            "region": OLD_VILLAGE, "name": "钟户主", "person": person, "approval": "approved",
            "approved_on": "2026-10-01", "skills": ["理发"], "team": "一队", "minutes": 90, "notes": "无",
        }),
        Kind::Activity => json!({
            "region": OLD_VILLAGE, "name": "讲座", "project": "publicity", "key_task": "training", "place": "村部",
            "start": "2026-10-05T09:00:00", "end": "2026-10-05T10:00:00", "head": "赵镇长", "approval": "同意",
            "headcount": 30, "sign_ins": [person], "handouts": 30, "money": "300.00", "summary": "顺利",
            "archived": true,
        }),
        Kind::Attachment => json!({
            "region": OLD_VILLAGE, "household": home, "owner": home, "owner_kind": "household",
            "what": "home_visit", "sha256": "ab".repeat(32), "bytes": 9, "mime": "image/jpeg", "width": 3,
            "height": 3, "thumb_sha256": "cd".repeat(32), "thumb_bytes": 3, "taken_at": "2026-10-05",
            "note": "门口",
        }),
        Kind::Settlement => json!({
            "region": OLD_VILLAGE, "device": Uuid::from_u128(1), "incarnation": Uuid::from_u128(2), "seq": 3,
            "record": home, "record_kind": "household", "author": Uuid::from_u128(5), "author_name": "老专干",
            "choice": "adopt", "note": "属实",
        }),
        Kind::Merge => json!({
            "region": OLD_VILLAGE, "record_kind": "household", "stays": home, "gives_way": Uuid::from_u128(8),
            "decision": "merged", "turned": [{"record": person, "field": "household"}],
            "took": [{"field": "phone", "was": "19900002580", "is": "19900002581"}],
        }),
        other => of_shape(other, town),
    };
    Kind::ALL.iter().map(|kind| (kind.clone(), of_kind(kind))).collect()
}

/// Of a noun that needs no words of its own here.
fn of_shape(kind: &Kind, town: &Town) -> Value {
    let shape = nouns::shape(kind).unwrap();
    let mut fields = shape::samples(shape.fields);
    for field in shape.fields {
        let value = match field.holds {
            Holds::Region => json!(OLD_VILLAGE),
            Holds::Reference(_) if field.has(shape::Role::Family) => json!(town.home),
            Holds::Person => json!({"person": town.person, "name": "钟户主"}),
            Holds::People => json!([{"person": town.person, "name": "钟户主"}]),
            Holds::Text if field.finds.contains(&shape::Find::IdNumber) => json!(NUMBER),
            _ => continue,
        };
        fields.insert(field.name.to_owned(), value);
    }
    // What takes another one back lies with that, and says the same but for the sign.
    if let Some(reversal) = shape.reversal {
        fields.remove(reversal);
    }
    Value::Object(fields)
}

/// Everything of an item that a person reads.
fn words(item: &Item) -> Vec<String> {
    let mut words = vec![item.reason.clone(), item.message.clone(), item.author.clone()];
    words.extend([item.region_name.clone(), item.township_name.clone()]);
    for part in &item.parts {
        words.push(part.title.clone());
        words.extend(part.hides.iter().chain(&part.hidden).cloned());
        for field in &part.fields {
            words.push(field.label.clone());
            words.extend(
                [&field.ours, &field.theirs].map(|value| value.as_str().unwrap_or_default().to_owned()),
            );
            words.extend(field.by.clone());
        }
    }
    words
}

/// No id, no code of a field or a choice, no code of a region.
pub(crate) fn in_words(said: &str) -> bool {
    let id = regex::Regex::new("[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{32}|[a-z]{3,}|3403[0-9]{5,8}$").unwrap();
    !id.is_match(said)
}

pub(crate) fn readable(item: &Item) {
    for said in words(item) {
        assert!(in_words(&said), "{said:?} of {item:?}");
    }
    assert!(item.parts.iter().all(|part| !part.title.is_empty()), "{item:?}");
    assert!(!item.message.is_empty() && !item.reason.is_empty());
}

#[tokio::test]
async fn every_kind_and_every_reason_is_told_in_words() {
    let town = town().await;
    let park = [
        ParkCode::NoRight,
        ParkCode::AuthorUnknown,
        ParkCode::KindUnknown,
        ParkCode::RuleBroken,
        ParkCode::RecordUnknown,
        ParkCode::ScopeMismatch,
        ParkCode::Group,
        ParkCode::Moved,
        ParkCode::Merged,
        ParkCode::Other,
    ];
    let mut items = Vec::new();
    let mut next = 0;
    let mut add = |kind: &str, set: &Value, base: u64, void: Option<VoidChange>, verdict: Verdict| {
        next += 1;
        let mut set = set.clone();
        // A field of a newer program, and of what stands here an edit.
        set["x_of_the_future"] = json!({"deep": "值"});
        items.push(told(Change { base, void, ..change(next, kind, set) }, verdict));
    };
    for (kind, set) in samples(&town) {
        for code in park {
            add(kind.code(), &set, 0, None, parked(code));
        }
        // Of a record that is not here, half of it.
        add(kind.code(), &json!({"notes": "改", "phone": "19900002580"}), 4, None, parked(ParkCode::Moved));
        let hide = Some(VoidChange::Hide(Void { reason: "重复".into() }));
        for code in ["sensitive", "voided", "edited_meanwhile", "of_the_future"] {
            let fields = match code {
                "sensitive" => set.as_object().unwrap().keys().cloned().collect(),
                _ => Vec::new(),
            };
            let void = hide.clone().filter(|_| code == "edited_meanwhile");
            add(kind.code(), &set, 0, void, Verdict::Conflict { code: code.into(), fields });
        }
    }
    add("pairing_of_the_future", &json!({"region": OLD_VILLAGE}), 0, None, parked(ParkCode::KindUnknown));
    // The same of records that stand here.
    let (home, person, file) = (town.home, town.person, town.file);
    let mut here = Vec::new();
    for (at, kind, set) in [
        (home, "household", json!({"head": person, "current_address": "新村"})),
        (person, "person", json!({"household": home, "health": "好"})),
        (file, "support_file", json!({"household": home, "hospital": "市医院"})),
    ] {
        add(kind, &set, 4, None, parked(ParkCode::NoRight));
        here.push(at);
    }
    let many = items.len();
    for (item, at) in items.iter_mut().rev().zip(here.into_iter().rev()) {
        item.change.record = at;
    }
    waits_here(&town.office, items).await;
    let listed = listed(&town.office).await;
    assert_eq!(listed.len(), many);
    listed.iter().for_each(readable);
}

/// An edit of what was registered in an earlier save that waits as well.
#[tokio::test]
async fn what_registers_a_record_goes_before_what_edits_it() {
    let town = town().await;
    let made = change(1, "person", json!({"region": OLD_VILLAGE, "name": "新", "household": town.home}));
    let edited = Change { record: made.record, ..change(2, "person", json!({"health": "好"})) };
    let items = [edited, made].map(|change| told(change, parked(ParkCode::Moved)));
    waits_here(&town.office, items.to_vec()).await;
    let ids = listed(&town.office).await.iter().map(|item| item.id).collect();
    let told = town.office.ok(SettleMany { ids, choice: Choice::Adopt, note: None, job: None }).await;
    assert_eq!((told.done, told.left), (2, Vec::new()));
    assert_eq!(town.office.ok(GetRecord { id: Uuid::from_u128(2001) }).await.fields["health"], "好");
}

/// Whoever decides is told once what goes first.
#[tokio::test]
async fn an_edit_of_what_waits_says_so_once() {
    let town = town().await;
    let edited = change(1, "person", json!({"health": "好"}));
    waits_here(&town.office, vec![told(edited, parked(ParkCode::ScopeMismatch))]).await;
    let item = listed(&town.office).await.remove(0);
    assert_eq!(item.reason, "等登记生效");
    assert_eq!(item.message.matches("本身还没有生效").count(), 1, "{}", item.message);
}

/// Changes of one save are one entry, and count once.
#[tokio::test]
async fn the_indicator_counts_what_the_list_shows() {
    let town = town().await;
    let group = Uuid::from_u128(9);
    let items = (1..=3).map(|seq| {
        let set = json!({"region": VILLAGE, "name": "某", "household": town.home});
        told(Change { group, ..change(seq, "person", set) }, parked(ParkCode::NoRight))
    });
    waits_here(&town.office, items.collect()).await;
    let state = town.office.ok(GetSync {}).await;
    assert_eq!((listed(&town.office).await.len(), state.needs_person(), state.to_settle), (1, 1, 1));
}
