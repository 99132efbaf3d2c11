//! Each way two people can meet on one record, named.

use serde_json::{Value, json};
use tiexin_domain::nouns::{Household, Noun, Person};
use tiexin_domain::record::{Fields, Void};
use tiexin_protocol::{Change, ChangeId, Decision, Effect, Held, LogEntry, ParkCode, VoidChange, decide};
use uuid::Uuid;

const RECORD: Uuid = Uuid::from_u128(9);

struct Town {
    held: Option<Held>,
    seq: u64,
}

impl Town {
    fn with(fields: Fields, kind: &str) -> Self {
        let mut town = Town { held: None, seq: 0 };
        let first = change(1, kind, 0, fields);
        assert!(matches!(town.receive(&first), Decision::Apply(_)));
        town
    }
    fn household() -> Self {
        let household = Household::named("340323100001".parse().unwrap(), "户主");
        Self::with(household.to_fields(), "household")
    }
    fn person() -> Self {
        Self::with(Person::named("340323100001".parse().unwrap(), "某人").to_fields(), "person")
    }
    fn receive(&mut self, change: &Change) -> Decision {
        let decision = decide(self.held.as_ref(), change);
        if let Decision::Apply(effect) = &decision
            && !effect.is_empty()
        {
            self.seq += 1;
            let entry = LogEntry {
                seq: self.seq,
                origin: change.id,
                record: change.record,
                kind: change.kind.clone(),
                set: effect.set.clone(),
                void: effect.void.clone(),
                author: change.author,
                noted_at: change.noted_at,
                overwrote: effect.overwrote.clone(),
                moved: None,
                meant: None,
            };
            self.held = Some(Held::fold(self.held.take(), &entry, &change.scope));
        }
        decision
    }
    fn field(&self, name: &str) -> Value {
        self.held.as_ref().unwrap().record.fields.get(name).cloned().unwrap_or(Value::Null)
    }
}

fn change(device: u128, kind: &str, base: u64, set: Fields) -> Change {
    Change {
        id: ChangeId { device: Uuid::from_u128(device), incarnation: Uuid::from_u128(device), seq: 1 },
        group: Uuid::nil(),
        record: RECORD,
        kind: kind.into(),
        scope: "340323100".parse().unwrap(),
        base,
        set,
        void: None,
        author: Uuid::from_u128(device + 100),
        noted_at: 0,
    }
}

fn edit(device: u128, kind: &str, base: u64, set: Value) -> Change {
    change(device, kind, base, set.as_object().unwrap().clone())
}

fn effect(decision: Decision) -> Effect {
    match decision {
        Decision::Apply(effect) => effect,
        other => panic!("not applied: {other:?}"),
    }
}

#[test]
fn different_fields_merge() {
    let mut town = Town::household();
    effect(town.receive(&edit(2, "household", 1, json!({"current_address": "东头"}))));
    let second = effect(town.receive(&edit(3, "household", 1, json!({"phone": "19900000001"}))));
    assert!(second.overwrote.is_empty());
    assert_eq!(town.field("current_address"), "东头");
    assert_eq!(town.field("phone"), "19900000001");
}

#[test]
fn the_same_ordinary_field_keeps_the_later_receipt_and_the_other_value() {
    let mut town = Town::household();
    effect(town.receive(&edit(2, "household", 1, json!({"current_address": "东头"}))));
    let later = effect(town.receive(&edit(3, "household", 1, json!({"current_address": "西头"}))));
    assert_eq!(town.field("current_address"), "西头");
    assert_eq!(later.overwrote.len(), 1);
    assert_eq!(later.overwrote[0].value, "东头");
    assert_eq!(later.overwrote[0].author, Uuid::from_u128(102));
}

#[test]
fn one_desk_editing_twice_offline_overwrites_nobody() {
    let mut town = Town::household();
    effect(town.receive(&edit(2, "household", 1, json!({"current_address": "东头"}))));
    let again = effect(town.receive(&edit(2, "household", 1, json!({"current_address": "东头三号"}))));
    assert!(again.overwrote.is_empty());
}

#[test]
fn the_first_of_two_sensitive_values_stands() {
    let mut town = Town::person();
    effect(town.receive(&edit(2, "person", 1, json!({"id_number": "34052419800101001X"}))));
    let second =
        town.receive(&edit(3, "person", 1, json!({"id_number": "440524188001010014", "health": "好"})));
    assert_eq!(second, Decision::Conflict { code: "sensitive", fields: vec!["id_number".into()] });
    assert_eq!(town.field("health"), Value::Null, "nothing of a conflicting change is applied");
    let same = effect(town.receive(&edit(3, "person", 1, json!({"id_number": "34052419800101001X"}))));
    assert!(same.is_empty());
    // Whoever wrote the first knows it, whatever the base of the next.
    effect(town.receive(&edit(2, "person", 1, json!({"id_number": "11010519491231002X"}))));
    assert_eq!(town.field("id_number"), "11010519491231002X");
}

#[test]
fn sets_merge_by_element() {
    let mut town = Town::household();
    effect(town.receive(&edit(2, "household", 1, json!({"kinds": {"+": ["hardship"]}}))));
    effect(town.receive(&edit(3, "household", 1, json!({"kinds": {"+": ["floating"]}}))));
    assert_eq!(town.field("kinds"), json!(["floating", "hardship"]));
}

#[test]
fn long_notes_keep_both_texts() {
    let mut town = Town::household();
    effect(town.receive(&edit(2, "household", 1, json!({"notes": "腿脚不便"}))));
    effect(town.receive(&edit(3, "household", 1, json!({"notes": "爱下棋"}))));
    let notes = town.field("notes");
    let notes = notes.as_str().unwrap();
    assert!(notes.contains("腿脚不便") && notes.contains("爱下棋"));
}

/// The undo of a change of many empties a note that was empty before it; meanwhile a colleague wrote into it.
#[test]
fn a_note_that_somebody_wrote_into_meanwhile_is_not_emptied() {
    let mut town = Town::household();
    effect(town.receive(&edit(2, "household", 1, json!({"notes": "腿脚不便"}))));
    effect(town.receive(&edit(3, "household", 2, json!({"notes": "腿脚不便，搬到女儿家"}))));
    let emptied =
        effect(town.receive(&edit(2, "household", 2, json!({"notes": null, "phone": "19900000001"}))));
    assert_eq!(town.field("notes"), "腿脚不便，搬到女儿家");
    assert_eq!(town.field("phone"), "19900000001", "the rest of the change is applied");
    assert!(!emptied.set.contains_key("notes"));
    // Who has seen it may.
    effect(town.receive(&edit(2, "household", 3, json!({"notes": null}))));
    assert_eq!(town.field("notes"), Value::Null);
    // And what was written beside an emptied note stands.
    effect(town.receive(&edit(3, "household", 3, json!({"notes": "爱下棋"}))));
    assert_eq!(town.field("notes"), "爱下棋");
}

/// Two changes of one day without a line: the second knows nothing of what the first was joined to.
#[test]
fn a_note_written_twice_without_a_line_keeps_what_others_wrote() {
    let mut town = Town::household();
    effect(town.receive(&edit(2, "household", 1, json!({"notes": "搬到女儿家"}))));
    effect(town.receive(&edit(3, "household", 1, json!({"notes": "腿脚不便"}))));
    effect(town.receive(&edit(3, "household", 1, json!({"notes": "腿脚不便，爱下棋"}))));
    assert_eq!(town.field("notes"), "搬到女儿家\n——另一处同时填写——\n腿脚不便，爱下棋");
    // It is emptied by who wrote one part of it: the other part stays.
    effect(town.receive(&edit(3, "household", 1, json!({"notes": null}))));
    assert_eq!(town.field("notes"), "搬到女儿家\n——另一处同时填写——\n");
    // Alone it gives way as it always did.
    let mut alone = Town::household();
    effect(alone.receive(&edit(3, "household", 1, json!({"notes": "腿脚不便"}))));
    effect(alone.receive(&edit(3, "household", 1, json!({"notes": "腿脚利落"}))));
    assert_eq!(alone.field("notes"), "腿脚利落");
    effect(alone.receive(&edit(3, "household", 1, json!({"notes": null}))));
    assert_eq!(alone.field("notes"), Value::Null);
}

/// Emptied, or shortened to words that stand in the other text too, one's own part is still told from theirs.
#[test]
fn a_note_written_a_third_time_without_a_line_keeps_what_others_wrote() {
    for between in [json!(null), json!("女儿家")] {
        let mut town = Town::household();
        let mut write = |device: u128, notes: &Value| {
            let wrote = effect(town.receive(&edit(device, "household", 1, json!({"notes": notes}))));
            (town.field("notes"), wrote.is_empty())
        };
        write(2, &json!("搬到女儿家"));
        write(3, &json!("腿脚不便"));
        assert!(!write(3, &between).1, "{between}");
        assert!(write(3, &between).1, "{between}: told once more, it changes nothing");
        let (third, _) = write(3, &json!("爱下棋"));
        assert_eq!(third, "搬到女儿家\n——另一处同时填写——\n爱下棋", "{between}");
        // Behind a seam with nothing after it the next text needs none of its own.
        write(3, &between);
        let (other, _) = write(4, &json!("养了狗"));
        assert_eq!(other, "搬到女儿家\n——另一处同时填写——\n养了狗", "{between}");
    }
}

/// Two people work on a note that holds two texts already, which both have read.
#[test]
fn a_note_that_was_joined_before_is_not_doubled() {
    const READ: &str = "搬到女儿家\n——另一处同时填写——\n腿脚不便";
    let read = || {
        let mut town = Town::household();
        effect(town.receive(&edit(2, "household", 1, json!({"notes": READ}))));
        town
    };
    let more = |more: &str| json!({"notes": format!("{READ}，{more}")});
    let mut town = read();
    effect(town.receive(&edit(4, "household", 2, more("爱下棋"))));
    effect(town.receive(&edit(3, "household", 2, more("养了狗"))));
    let joined = format!("{READ}，爱下棋\n——另一处同时填写——\n腿脚不便，");
    assert_eq!(town.field("notes"), format!("{joined}养了狗"));
    effect(town.receive(&edit(3, "household", 2, more("养了猫"))));
    assert_eq!(town.field("notes"), format!("{joined}养了猫"));
    // And one who writes it twice alone.
    let mut alone = read();
    effect(alone.receive(&edit(3, "household", 2, more("养了狗"))));
    effect(alone.receive(&edit(3, "household", 2, more("养了猫"))));
    assert_eq!(alone.field("notes"), format!("{READ}，养了猫"));
}

#[test]
fn editing_what_another_voided_is_a_conflict_and_the_reverse_too() {
    let hide = |device, base| Change {
        void: Some(VoidChange::Hide(Void { reason: "重复登记".into() })),
        ..edit(device, "household", base, json!({}))
    };
    let mut town = Town::household();
    effect(town.receive(&hide(2, 1)));
    assert!(matches!(
        town.receive(&edit(3, "household", 1, json!({"phone": "19900000001"}))),
        Decision::Conflict { code: "voided", .. }
    ));
    let mut town = Town::household();
    effect(town.receive(&edit(3, "household", 1, json!({"phone": "19900000001"}))));
    assert!(matches!(town.receive(&hide(2, 1)), Decision::Conflict { code: "edited_meanwhile", .. }));
}

#[test]
fn broken_rules_and_strange_kinds_are_parked() {
    let park = |d: Decision| match d {
        Decision::Park { code, .. } => code,
        other => panic!("{other:?}"),
    };
    let mut town = Town::person();
    assert_eq!(park(town.receive(&edit(2, "person", 1, json!({"phone": "12"})))), ParkCode::RuleBroken);
    assert_eq!(park(town.receive(&edit(2, "horoscope", 0, json!({})))), ParkCode::KindUnknown);
    assert_eq!(park(decide(None, &edit(2, "person", 7, json!({"name": "甲"})))), ParkCode::RecordUnknown);
    // To another township it may move, but nowhere else; and a new record lies where it says.
    for nowhere in ["340323", "nowhere"] {
        let moved = edit(2, "person", 1, json!({"region": nowhere}));
        assert_eq!(park(town.receive(&moved)), ParkCode::ScopeMismatch, "{nowhere}");
    }
    assert!(matches!(
        town.receive(&edit(2, "person", 1, json!({"region": "340323104001"}))),
        Decision::Apply(_)
    ));
    let new = edit(2, "person", 0, json!({"name": "乙", "region": "340323104001"}));
    assert_eq!(park(decide(None, &new)), ParkCode::ScopeMismatch);
}

/// The record was made when the rule was not: only who touches what is wrong is asked to put it right.
#[test]
fn an_older_fault_holds_back_no_edit_of_other_fields() {
    let mut town = Town::person();
    let held = town.held.as_mut().unwrap();
    held.record.fields.insert("phone".into(), "12".into());
    assert!(matches!(town.receive(&edit(2, "person", 1, json!({"health": "一般"}))), Decision::Apply(_)));
    let decision = town.receive(&edit(2, "person", 2, json!({"phone": "13"})));
    assert!(matches!(decision, Decision::Park { code: ParkCode::RuleBroken, .. }), "{decision:?}");
    let mended = edit(2, "person", 2, json!({"phone": "19900002580"}));
    assert!(matches!(town.receive(&mended), Decision::Apply(_)));
}

#[test]
fn unknown_fields_survive_a_round_trip() {
    let mut town = Town::person();
    effect(town.receive(&edit(2, "person", 1, json!({"from_the_future": {"a": [1, "2"]}}))));
    assert_eq!(town.field("from_the_future"), json!({"a": [1, "2"]}));
}
