//! What is said while a recording is made: every kind of change, every verdict, every park code, every message.

use serde_json::{Value, json};
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::wire::{
    AuditPage, AuditRequest, Cursor, EnrolRequest, HelloRequest, Joining, PullReply, PullRequest, PushReply,
    ScopeHead, TokenReply, TokenRequest,
};
use tiexin_protocol::{Change, ChangeId, PROTOCOL, VoidChange, merge_of};
use tiexin_server::Province;
use uuid::Uuid;

use super::people::{People, enrolling, id, let_in};
use super::tape::Tape;
use super::{standing, stick};
use crate::desk::{Desk, words};
use crate::place::{OTHER_TOWN, OTHER_VILLAGE, Place, TOWN, VILLAGE, region};
use crate::releases::{package, signer, trusted};

/// A village of the next township.
pub(super) const NEW: &str = "340323104001";
/// The families: what becomes of each is in its name.
const STAYS: u128 = 1;
const CROSSES_IN: u128 = 2;
const REGISTERED_TWICE: u128 = 3;
const GOES_AND_COMES_BACK: u128 = 4;
const HIDDEN: u128 = 5;
const NEVER_WAS: u128 = 6;
const MOVES_AWAY: u128 = 7;
const MERGED_FAR_AWAY: u128 = 8;

fn family(n: u128) -> Uuid {
    id(0xf00 + n)
}

pub(super) async fn play(place: &Place, tape: &mut Tape) {
    let (province, mut people) = let_in(place).await;
    joining(&province, &people, tape).await;
    first_work(&province, &mut people, tape).await;
    let cursor = beginnings(&province, &mut people, tape).await;
    edits(&province, &mut people, tape).await;
    refusals(&province, &mut people, tape).await;
    moves(&province, &mut people, tape).await;
    merges(&province, &mut people, tape).await;
    settling(&province, &mut people, tape).await;
    readings(&province, &mut people, cursor, tape).await;
    standing::standing(&province, place, &mut people, tape).await;
    audits(&province, &people, tape).await;
    stick::carried(&province, &mut people, tape).await;
    released(&province, tape).await;
}

/// The newest version of the program.
async fn released(province: &Province, tape: &mut Tape) {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = package(folder.path(), "1.2.0", &signer(1));
    province.add_release(&file, &trusted()).await.unwrap();
    tape.turn("the-newest-version").keep(&province.newest_release().await.unwrap());
}

/// Pushes and keeps both sides; `expected` as [`words`] gives them.
async fn told(
    province: &Province,
    desk: &mut Desk,
    tape: &mut Tape,
    what: &str,
    changes: Vec<Change>,
    expected: &[&str],
) -> PushReply {
    let mut request = desk.pushing(&changes);
    if desk.scopes.values().any(|at| !at.generation.is_nil()) {
        let known = desk.scopes.iter().map(|(scope, at)| (region(scope), at.generation));
        request.generations = known.collect();
    }
    desk.sent.extend(changes.into_iter().map(|change| (change.id.seq, change)));
    let reply = province.push(&request).await.unwrap();
    assert_eq!(words(&reply), expected, "{what}: {reply:?}");
    tape.turn(what).keep(&request).keep(&reply);
    reply
}

async fn joining(province: &Province, people: &People, tape: &mut Tape) {
    province.add_user("guest", "来客").await.unwrap();
    let person = Joining { name: "guest".into(), display_name: "来客".into() };
    let request = enrolling(9, province.enrol_code("guest", 7).await.unwrap());
    let request = EnrolRequest { person: Some(person), ..request };
    let reply = province.enrol(&request).await.unwrap();
    tape.turn("guest-joins").keep(&request).keep(&reply);
    province.add_user("shift", "替班").await.unwrap();
    let code = province.enrol_code("shift", 7).await.unwrap();
    let more = EnrolRequest { device: Some(reply.device), author: id(0xaf), ..enrolling(9, code) };
    let reply = province.enrol(&more).await.unwrap();
    tape.turn("one-more-joins").keep(&more).keep(&reply);
    let wang = &people.wang;
    let ask = TokenRequest { device: wang.device, nonce: None, signature: None };
    let nonce = province.token(&ask).await.unwrap();
    tape.turn("nonce").keep(&ask).keep(&nonce);
    let TokenReply::Nonce(nonce) = nonce else { panic!("no nonce") };
    let answer = TokenRequest { signature: Some(wang.sign(&nonce)), nonce: Some(nonce), ..ask };
    tape.turn("token").keep(&answer).keep(&province.token(&answer).await.unwrap());
}

/// A family with a person and a visit in one group, a field that no program knows, and those whose fate follows.
async fn first_work(province: &Province, people: &mut People, tape: &mut Tape) {
    let wang = &mut people.wang;
    let stays = json!({"region": VILLAGE, "head_name": "张三", "kinds": ["hardship"], "phone": "19900000001",
        "from_the_future": {"a": [1, "2", null, {"深": 1.5}]}});
    let first = wang.change("household", family(STAYS), TOWN, 0, stays);
    let group = first.group;
    let person = json!({"region": VILLAGE, "household": family(STAYS), "name": "张小"});
    let person = Change { group, ..wang.change("person", id(0xb1), TOWN, 0, person) };
    let visit = json!({"region": VILLAGE, "household": family(STAYS), "head_name": "张三", "date": "2026-10-05",
        "kind": "routine", "visitors": ["王专干"], "met": [{"name": "张三"}]});
    let visit = Change { group, ..wang.change("visit", id(0xb2), TOWN, 0, visit) };
    let mut all = vec![first, person, visit];
    for (n, village, name) in [
        (CROSSES_IN, OTHER_VILLAGE, "李四"),
        (REGISTERED_TWICE, VILLAGE, "张三"),
        (GOES_AND_COMES_BACK, VILLAGE, "王五"),
        (HIDDEN, VILLAGE, "赵六"),
        (MOVES_AWAY, VILLAGE, "孙七"),
        (MERGED_FAR_AWAY, OTHER_VILLAGE, "孙七"),
        (NEVER_WAS, VILLAGE, "误登"),
    ] {
        all.push(wang.new_household(family(n), village, name));
    }
    told(province, wang, tape, "wang-registers", all, &["applied"; 10]).await;
    let hide = wang.hide(family(NEVER_WAS), TOWN, 10);
    told(province, wang, tape, "wang-hides-one", vec![hide], &["applied"]).await;
}

/// The first hello and the snapshot of a township's and of a village's desk; how far the first one has read.
async fn beginnings(province: &Province, people: &mut People, tape: &mut Tape) -> Cursor {
    let mut cursor = None;
    for (who, desk) in [("reader", &people.reader), ("village", &people.village)] {
        let request = greeting(desk);
        let reply = province.hello(&request).await.unwrap();
        tape.turn(&format!("{who}-hello")).keep(&request).keep(&reply);
        let head = reply.scopes[0].clone();
        assert_eq!((head.scope.as_str(), head.head), (TOWN, 11));
        let bytes = province.snapshot_bytes(desk.device, &head.scope).await.unwrap();
        let plain = String::from_utf8(zstd::decode_all(&bytes[..]).unwrap()).unwrap();
        let mut lines = plain.lines();
        let header: tiexin_protocol::wire::SnapshotHeader =
            serde_json::from_str(lines.next().unwrap()).unwrap();
        let records: Vec<tiexin_domain::Record> =
            lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(header.records as usize, records.len());
        let mut turn = tape.turn(&format!("{who}-snapshot"));
        turn.bytes("snapshot.zst", &bytes).keep(&header);
        turn.keep(records.iter().find(|record| record.void.is_some()).expect("a hidden one"));
        tape.turn(&format!("{who}-snapshot")).keep(&records[records.len() - 1]);
        let ScopeHead { scope, generation, head: since, view, .. } = head;
        cursor.get_or_insert(Cursor { scope, generation, since, view });
    }
    cursor.expect("the reader's")
}

pub(super) fn greeting(desk: &Desk) -> HelloRequest {
    HelloRequest {
        device: desk.device,
        incarnation: desk.incarnation,
        protocol: PROTOCOL,
        app: "0.1.0".into(),
        waiting: Some(0),
        ..HelloRequest::default()
    }
}

/// Two colleagues on the same records: what merges, what gives way, what only a person can settle.
async fn edits(province: &Province, people: &mut People, tape: &mut Tape) {
    people.wang.follow(province).await;
    people.li.follow(province).await;
    let (wang, li) = (&mut people.wang, &mut people.li);
    let edit = json!({"phone": "19900000002", "kinds": {"+": ["floating"]}, "notes": "腿脚不便"});
    let edit = wang.edit(family(STAYS), TOWN, 1, edit);
    let number = wang.change("person", id(0xb1), TOWN, 2, json!({"id_number": "34052419800101001X"}));
    let hide = wang.hide(family(HIDDEN), TOWN, 7);
    told(province, wang, tape, "wang-edits", vec![edit, number, hide], &["applied"; 3]).await;
    // Li had not read that yet.
    let edit =
        json!({"phone": "19900000003", "kinds": {"+": ["general"], "-": ["hardship"]}, "notes": "爱下棋"});
    let edit = li.edit(family(STAYS), TOWN, 1, edit);
    let number = li.change("person", id(0xb1), TOWN, 2, json!({"id_number": "440524188001010014"}));
    let voided = li.edit(family(HIDDEN), TOWN, 7, json!({"phone": "19900000004"}));
    let hide = Change { kind: "person".into(), ..li.hide(id(0xb1), TOWN, 2) };
    let all = vec![edit, number, voided, hide];
    let reply =
        told(province, li, tape, "li-edits", all, &["applied", "conflict", "conflict", "conflict"]).await;
    assert!(reply.verdicts[0].seq == 1 && reply.acked == 4);
    let mut restore = wang.edit(family(HIDDEN), TOWN, 14, json!({}));
    restore.void = Some(VoidChange::Restore);
    told(province, wang, tape, "wang-restores", vec![restore], &["applied"]).await;
}

/// Every reason for which a change is parked in its own township.
async fn refusals(province: &Province, people: &mut People, tape: &mut Tape) {
    let qian = &mut people.qian;
    let unknown_kind = qian.change("horoscope", id(0xc1), TOWN, 0, json!({"region": VILLAGE, "sign": "虎"}));
    let broken = qian.change("person", id(0xb1), TOWN, 2, json!({"phone": "12"}));
    let rest = qian.edit(family(STAYS), TOWN, 1, json!({"current_address": "东头"}));
    let rest = Change { group: broken.group, ..rest };
    let unknown = qian.edit(id(0xc2), TOWN, 9, json!({"phone": "19900000005"}));
    let nowhere = qian.edit(family(STAYS), TOWN, 1, json!({"region": "nowhere"}));
    let foreign = qian.new_household(id(0xc3), NEW, "邻镇的户");
    let mut stranger = qian.new_household(id(0xc4), VILLAGE, "无名氏");
    stranger.author = id(0xff);
    let all = vec![unknown_kind, broken, rest, unknown, nowhere, foreign, stranger];
    let expected = [
        "kind_unknown",
        "rule_broken",
        "group",
        "record_unknown",
        "scope_mismatch",
        "no_right",
        "author_unknown",
    ];
    told(province, qian, tape, "qian-is-refused", all, &expected).await;
}

/// Families that move between villages and townships, and work that comes too late.
async fn moves(province: &Province, people: &mut People, tape: &mut Tape) {
    let chief = &mut people.chief;
    let to = |village: &str| json!({"region": village});
    let inward = chief.edit(family(CROSSES_IN), TOWN, 4, to(VILLAGE));
    let outward = chief.edit(family(MERGED_FAR_AWAY), TOWN, 9, to(VILLAGE));
    let away = chief.edit(family(GOES_AND_COMES_BACK), TOWN, 6, to(NEW));
    let gone = chief.edit(family(MOVES_AWAY), TOWN, 8, json!({"region": NEW, "moved_from": VILLAGE}));
    let all = vec![inward, outward, away, gone];
    told(province, chief, tape, "chief-moves-them", all, &["applied"; 4]).await;
    let back = chief.edit(family(GOES_AND_COMES_BACK), OTHER_TOWN, 1, to(OTHER_VILLAGE));
    let late = chief.edit(family(MOVES_AWAY), TOWN, 8, json!({"phone": "13812345678"}));
    let all = vec![back, late];
    told(province, chief, tape, "chief-is-late-and-has-the-right", all, &["applied"; 2]).await;
    let wang = &mut people.wang;
    let edit = wang.edit(family(MOVES_AWAY), TOWN, 8, json!({"notes": "门口有狗"}));
    told(province, wang, tape, "wang-is-late-and-has-not", vec![edit], &["moved"]).await;
}

async fn merges(province: &Province, people: &mut People, tape: &mut Tape) {
    let chief = &mut people.chief;
    chief.follow(province).await;
    let (twice, far) = (family(REGISTERED_TWICE), family(MERGED_FAR_AWAY));
    let near = merging(chief, (twice, TOWN), (family(STAYS), TOWN), VILLAGE);
    told(province, chief, tape, "chief-merges", near, &["applied"; 2]).await;
    let across = merging(chief, (far, TOWN), (family(MOVES_AWAY), OTHER_TOWN), NEW);
    told(province, chief, tape, "chief-merges-across", across, &["applied"; 2]).await;
    let wang = &mut people.wang;
    let followed = wang.edit(twice, TOWN, 5, json!({"phone": "13900000000"}));
    let waits = wang.edit(far, TOWN, 9, json!({"notes": "门口有狗"}));
    told(province, wang, tape, "wang-edits-what-was-merged", vec![followed, waits], &["applied", "merged"])
        .await;
}

fn merging(chief: &mut Desk, away: (Uuid, &str), stays: (Uuid, &str), village: &str) -> Vec<Change> {
    let base = chief.record(away.1, away.0).expect("a record that the chief has read").version;
    let mut gone = chief.hide(away.0, away.1, base);
    gone.set = json!({"merged_into": stays.0}).as_object().unwrap().clone();
    let decision = json!({"region": village, "record_kind": "household", "stays": stays.0,
        "gives_way": away.0, "decision": "merged"});
    let decision = chief.change("merge", merge_of(away.0, stays.0), stays.1, 0, decision);
    vec![gone.clone(), Change { group: gone.group, ..decision }]
}

/// What was refused is looked at, adopted and declined; the author hears of it.
async fn settling(province: &Province, people: &mut People, tape: &mut Tape) {
    let chief = &mut people.chief;
    let (mut waiting, mut kept) = (Vec::new(), Vec::new());
    for scope in [TOWN, OTHER_TOWN] {
        let list = province.quarantine(chief.device, &region(scope)).await.unwrap();
        waiting.extend(list.iter().map(|one| one.change.clone()));
        kept.extend(list);
    }
    for one in [&kept[0], kept.iter().find(|one| !one.standing.is_empty()).expect("a conflict")] {
        tape.turn("chief-looks-at-what-waits").keep(one);
    }
    let marks = PullRequest { quarantine: Some(String::new()), ..chief.pulling(chief.cursors()) };
    let reply = province.pull(&marks).await.unwrap();
    assert!(reply.quarantine.is_some());
    tape.turn("chief-asks-for-the-marks").keep(&marks).keep(&reply);
    let foreign = waiting.iter().find(|change| change.record == id(0xc3)).expect("parked").clone();
    let broken = waiting.iter().find(|change| change.set.get("phone") == Some(&json!("12"))).unwrap().clone();
    let set = Value::Object(foreign.set.clone());
    let values = chief.change("household", foreign.record, OTHER_TOWN, 0, set);
    let adopted = decision(chief, &foreign, NEW, Choice::Adopt);
    let adopted = Change { group: values.group, ..adopted };
    let declined = decision(chief, &broken, VILLAGE, Choice::Decline);
    let all = vec![values, adopted, declined];
    told(province, chief, tape, "chief-settles", all, &["applied"; 3]).await;
    let asked: Vec<ChangeId> = vec![foreign.id, broken.id];
    let request = PullRequest { refused: asked, ..people.qian.pulling(Vec::new()) };
    let reply = province.pull(&request).await.unwrap();
    assert_eq!(reply.settled.len(), 2);
    tape.turn("qian-hears").keep(&request).keep(&reply);
}

fn decision(chief: &mut Desk, of: &Change, village: &str, choice: Choice) -> Change {
    let set = json!({
        "region": village, "device": of.id.device, "incarnation": of.id.incarnation, "seq": of.id.seq,
        "record": of.record, "record_kind": of.kind, "author": of.author, "choice": choice,
        "note": "由邻镇登记", "recorded_by": "审核人", "recorded_at": 7,
    });
    chief.change("settlement", of.id.settlement(), &village[..9], 0, set)
}

/// Pages as the several desks get them: whole entries, echoes, hidden ones, records that cross a border.
async fn readings(province: &Province, people: &mut People, cursor: Cursor, tape: &mut Tape) {
    // Everything once more: told before.
    let first: Vec<Change> = (1..=9).map(|seq| people.wang.sent[&seq].clone()).collect();
    let request = people.wang.pushing(&first);
    let reply = province.push(&request).await.unwrap();
    assert!(reply.verdicts.iter().all(|told| told.duplicate));
    tape.turn("wang-says-it-again").keep(&request).keep(&reply);

    let request = people.reader.pulling(vec![cursor.clone()]);
    let reply = pulled(province, tape, "reader-reads-on", &request).await;
    assert_eq!(reply.pages[0].next, reply.pages[0].head);
    let beginning = |cursor: &Cursor| Cursor { since: 0, ..cursor.clone() };
    let request = people.wang.pulling(vec![beginning(&cursor)]);
    pulled(province, tape, "wang-reads-echoes", &request).await;
    // The whole of what a supervisor sees, where a family that moved is told from both ends.
    let request = people.chief.pulling(people.chief.cursors().iter().map(beginning).collect());
    pulled(province, tape, "chief-reads-everything", &request).await;
    people.village.follow(province).await;
    let request = people.village.pulling(people.village.cursors().iter().map(beginning).collect());
    pulled(province, tape, "village-reads-its-own", &request).await;
    let foreign = Cursor { generation: id(0x77), ..cursor };
    let request = people.reader.pulling(vec![foreign]);
    let reply = pulled(province, tape, "reader-begins-anew", &request).await;
    assert!(reply.pages[0].rebase);
}

async fn pulled(province: &Province, tape: &mut Tape, what: &str, request: &PullRequest) -> PullReply {
    let reply = province.pull(request).await.unwrap();
    tape.turn(what).keep(request).keep(&reply);
    reply
}

/// A desk tells its own audit, and who may read it asks.
async fn audits(province: &Province, people: &People, tape: &mut Tape) {
    let (wang, chief) = (&people.wang, &people.chief);
    let looked = json!({"about": family(STAYS), "act": "unmask", "actor": wang.author, "at": 1_791_165_600_000_i64,
        "fields": ["phone"], "kind": "household", "seq": 1});
    let made = json!({"act": "import", "actor": wang.author, "at": 1_791_165_600_001_i64,
        "made": [{"fields": ["name"], "ids": [id(0xb1), id(0xb2)], "kind": "person"}], "seq": 2});
    let entries = [looked, made].map(|entry| String::from_utf8(tiexin_protocol::canonical(&entry)).unwrap());
    let request = AuditRequest {
        device: wang.device,
        after: 0,
        chain: tiexin_protocol::Chain::default(),
        entries: entries.to_vec(),
    };
    let reply = province.take_audit(&request).await.unwrap();
    assert_eq!(reply.held, 2);
    tape.turn("wang-tells-the-audit").keep(&request).keep(&reply);
    let page = province.audit_for(chief.device, chief.author, None).await.unwrap();
    assert_eq!(page.lines.len(), 2);
    // There are not enough of them for a second page.
    let page = AuditPage { before: Some(1), ..page };
    tape.turn("chief-reads-the-audit").keep(&page);
}
