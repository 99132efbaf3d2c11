//! Somebody else changes a record while a form is open here.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::quarantine::{ListQuarantine, Settle, UnmaskBoth};
use tiexin_contract::records::{GetRecord, RecordHistory, RecordState, SaveRecord, Unmask};
use tiexin_contract::session::{SignIn, SignOut};
use tiexin_contract::sync::GetSync;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::{Fields, Record};
use tiexin_protocol::wire::{ChangeVerdict, PageEntry, PushReply, ScopePage};
use tiexin_protocol::{Chain, ChangeId, Digest, LogEntry, Verdict};
use tiexin_store::Book;
use uuid::Uuid;

use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day, fields};

const PERSON: Uuid = Uuid::from_u128(77);
const COLLEAGUE: Uuid = Uuid::from_u128(8);

/// A province of one record, told page by page.
struct Province {
    chain: Chain,
    record: Option<Record>,
    seq: u64,
}

impl Province {
    /// Another desk's change arrives while nobody is at this one.
    async fn tells(&mut self, office: &Office, set: Fields) {
        let entry = LogEntry {
            seq: self.seq + 1,
            origin: ChangeId {
                device: Uuid::from_u128(5),
                incarnation: Uuid::from_u128(6),
                seq: self.seq + 1,
            },
            record: PERSON,
            kind: "person".into(),
            set,
            void: None,
            author: COLLEAGUE,
            noted_at: 1_790_000_000_000 + self.seq as i64,
            overwrote: vec![],
            moved: None,
            meant: None,
        };
        let scope: tiexin_domain::RegionCode = TOWNSHIP.parse().unwrap();
        self.seq += 1;
        self.chain = self.chain.then(&entry);
        self.record = Some(entry.fold(self.record.take(), &scope));
        let page = ScopePage {
            scope: scope.clone(),
            generation: Uuid::from_u128(9),
            view: vec![],
            entries: vec![PageEntry::Full(entry)],
            next: self.seq,
            head: self.seq,
            chain: self.chain,
            digest: self.record.as_ref().map(Digest::of),
            rebase: false,
        };
        behind(office, |book| {
            book.start_scope(&scope, Uuid::from_u128(9), &[], 0).unwrap();
            book.apply_page(&page, 0).unwrap();
        })
        .await;
    }
}

/// Does something to the book while nobody is at the desk.
pub(crate) async fn behind(office: &Office, act: impl FnOnce(&Book)) {
    office.ok(SignOut {}).await;
    let (book, _) = Book::unlock(office.folder.path(), "wangli", &PASSWORD.into(), 0).unwrap();
    act(&book);
    drop(book);
    office.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
}

fn save(version: u64, value: serde_json::Value) -> SaveRecord {
    SaveRecord { kind: "person".into(), id: Some(PERSON), version: Some(version), fields: fields(value) }
}

#[tokio::test]
async fn different_fields_come_together_and_the_same_field_goes_back_to_the_worker() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut province = Province { chain: Chain::default(), record: None, seq: 0 };
    province
        .tells(&office, fields(json!({"region": VILLAGE, "name": "贾文广", "phone": "19900002580"})))
        .await;
    let opened = office.ok(GetRecord { id: PERSON }).await;
    assert_eq!(opened.version, 1);
    province.tells(&office, fields(json!({"phone": "19900001655", "health": "一般"}))).await;
    // The form of version 1 holds everything it showed, one field changed by the worker.
    let mut form = opened.fields.clone();
    form.insert("marriage".into(), "已婚".into());
    form.remove("phone");
    let row = office.ok(SaveRecord { fields: form, ..save(1, json!({})) }).await.row;
    assert_eq!((&row.fields["marriage"], &row.fields["health"]), (&json!("已婚"), &json!("一般")));
    assert_eq!(row.fields["phone"], "199****1655");
    let error = office.refused(save(1, json!({"phone": "19900008947"}))).await;
    assert_eq!(error.code, ErrorCode::ChangedMeanwhile);
    assert!(error.message.contains("联系电话") && !error.message.contains("1990000"));
    office.ok(save(2, json!({"phone": "19900008947"}))).await;
    let history = office.ok(RecordHistory { id: PERSON }).await;
    let acts: Vec<&str> = history.iter().map(|entry| entry.author.as_str()).collect();
    assert_eq!(acts.iter().filter(|author| **author == "（姓名不在本机的同事）").count(), 2);
    // What came from the province tells what stood here before, masked like the field.
    let told = |n: usize| -> Vec<(&str, &str, &str)> {
        let changes = history[n].changes.iter();
        changes.map(|was| (was.label.as_str(), was.old.as_str(), was.new.as_str())).collect()
    };
    let all: Vec<_> = (0..history.len()).flat_map(told).collect();
    assert!(all.contains(&("联系电话", "199****2580", "199****1655")), "{all:?}");
    assert!(
        all.contains(&("健康状况", "（空）", "一般")) && all.contains(&("婚姻", "（空）", "已婚")),
        "{all:?}"
    );
    assert!(all.contains(&("联系电话", "199****1655", "199****8947")), "{all:?}");
    assert_eq!(row.state, RecordState::Local);
}

#[tokio::test]
async fn a_conflict_is_shown_masked_and_settled_by_a_person() {
    let office = Office::township(day(2026, 10, 20)).await;
    let mut province = Province { chain: Chain::default(), record: None, seq: 0 };
    let number = "340399197309166454";
    province.tells(&office, fields(json!({"region": VILLAGE, "name": "贾文广", "id_number": number}))).await;
    let mine = "34052419800101001X";
    office.ok(save(1, json!({"id_number": mine}))).await;
    let verdict = Verdict::Conflict { code: "sensitive".into(), fields: vec!["id_number".into()] };
    let verdicts = vec![ChangeVerdict { seq: 1, duplicate: false, verdict }];
    behind(&office, |book| {
        let reply = PushReply { verdicts, acked: 1, durable: 1 };
        book.record_verdicts(&reply, 0).unwrap();
    })
    .await;
    assert_eq!(office.ok(GetSync {}).await.conflicts, 1);
    let list = ListQuarantine { region: None };
    let waiting = office.ok(list.clone()).await.items.remove(0);
    let part = &waiting.parts[0];
    assert_eq!((waiting.verdict.as_str(), part.title.as_str()), ("conflict", "贾文广"));
    // What follows the number goes with it.
    assert!(part.fields.iter().all(|field| field.clash) && part.fields.len() == 3, "{part:?}");
    assert!(waiting.mine && !waiting.message.contains("其余栏目"));
    let field = part.fields.iter().find(|field| field.field == "id_number").unwrap();
    assert_eq!((field.label.as_str(), &field.ours), ("身份证号", &json!("****************1X")));
    assert!(field.masked && field.theirs == "****************54");
    // Shown only on purpose, and the audit has it.
    let show = |ours| UnmaskBoth { id: waiting.id, record: PERSON, field: "id_number".into(), ours };
    assert_eq!(office.ok(show(true)).await.value, mine);
    assert_eq!(office.ok(show(false)).await.value, number);
    let looked = office.ok(RecordHistory { id: PERSON }).await;
    assert_eq!(looked.iter().filter(|entry| entry.act == "查看完整号码").count(), 2);
    let settle = |choice| Settle { id: waiting.id, choice, note: None };
    assert_eq!(office.refused(settle(Choice::Adopt)).await.code, ErrorCode::NoRight);
    office.ok(settle(Choice::Ours)).await;
    assert!(office.ok(list).await.items.is_empty());
    assert_eq!(office.ok(GetSync {}).await.needs_person(), 0);
    assert_eq!(office.ok(Unmask { id: PERSON, field: "id_number".into() }).await.value, mine);
    let history = office.ok(RecordHistory { id: PERSON }).await;
    assert!(history.iter().any(|entry| entry.act.contains("改用后提交的")), "{history:?}");
    assert_eq!(office.refused(settle(Choice::Theirs)).await.code, ErrorCode::NotFound);
}
