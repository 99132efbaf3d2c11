//! Somebody else changes a record while a form is open here.

use serde_json::json;
use tiexin_contract::ErrorCode;
use tiexin_contract::records::{GetRecord, RecordHistory, RecordState, SaveRecord};
use tiexin_contract::session::{SignIn, SignOut};
use tiexin_domain::record::{Fields, Record};
use tiexin_protocol::wire::{PageEntry, ScopePage};
use tiexin_protocol::{Chain, ChangeId, Digest, LogEntry};
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
        office.ok(SignOut {}).await;
        let (book, _) = Book::unlock(office.folder.path(), "wangli", &PASSWORD.into(), 0).unwrap();
        book.start_scope(&scope, Uuid::from_u128(9), &[]).unwrap();
        book.apply_page(&page, 0).unwrap();
        drop(book);
        office.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
    }
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
    assert_eq!(acts.iter().filter(|author| **author == "其他同事").count(), 2);
    assert_eq!(row.state, RecordState::Local);
}
