//! What waits for a decision, what was decided, and that both go where they must.

use std::collections::BTreeMap;

use tiexin_domain::RegionCode;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::wire::{ChangeVerdict, PushReply, QuarantineMarks, Quarantined, Settled};
use tiexin_protocol::{Change, ChangeId, ParkCode, Verdict};

use super::province::{Province, desk, own};
use super::*;

fn town() -> RegionCode {
    "340323100".parse().unwrap()
}

fn parked(seq: u64, village: &str) -> Quarantined {
    let change = Change {
        id: ChangeId { device: Uuid::from_u128(77), incarnation: Uuid::from_u128(78), seq },
        group: id(),
        record: id(),
        kind: "household".into(),
        scope: town(),
        base: 0,
        set: fields(json!({"region": village, "head_name": "张三", "kinds": ["general"]})),
        void: None,
        author: Uuid::from_u128(5),
        noted_at: NOW,
    };
    Quarantined {
        change,
        verdict: Verdict::Parked { code: ParkCode::NoRight, message: String::new() },
        received_at: NOW + seq as i64,
        author_name: Some("王专干".into()),
        standing: Vec::new(),
    }
}

fn marks(scopes: &[(&str, u64)]) -> QuarantineMarks {
    let scopes: BTreeMap<RegionCode, u64> =
        scopes.iter().map(|(scope, mark)| (scope.parse().unwrap(), *mark)).collect();
    QuarantineMarks { mark: format!("{scopes:?}"), scopes }
}

/// The record that settles a change, as the desk's command saves it.
fn settlement(of: &Change, choice: &str, note: &str) -> Save {
    let value = json!({
        "region": VILLAGE, "device": of.id.device, "incarnation": of.id.incarnation, "seq": of.id.seq,
        "record": of.record, "record_kind": of.kind, "author": of.author, "choice": choice, "note": note,
    });
    save(of.id.settlement(), "settlement", value)
}

#[test]
fn what_waits_is_kept_until_somebody_decides_or_the_right_goes() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    household(&book, VILLAGE, "本地");
    province.round(&book);
    let told = marks(&[("340323100", 7), ("340323104", 3)]);
    assert_eq!(book.quarantine_told(&told).unwrap().len(), 2);
    book.keep_quarantine(&town(), &[parked(2, VILLAGE), parked(1, VILLAGE)], &told).unwrap();
    assert_eq!(book.quarantine_mark().unwrap(), "", "half of it is not the whole");
    book.keep_quarantine(&"340323104".parse().unwrap(), &[parked(3, "340323104001")], &told).unwrap();
    assert_eq!(book.quarantine_mark().unwrap(), told.mark);
    assert!(book.quarantine_told(&told).unwrap().is_empty());
    let waits = book.unsettled().unwrap();
    assert_eq!(waits.iter().map(|one| one.told.change.id.seq).collect::<Vec<_>>(), [1, 2, 3]);
    // Decided here, not sent yet: it no longer waits.
    put(&book, &settlement(&waits[0].told.change, "decline", "邻村登记"));
    assert_eq!(book.unsettled().unwrap().len(), 2);
    // The right ends in one township, the scope is given up in the other.
    let less = marks(&[("340323100", 7)]);
    assert!(book.quarantine_told(&less).unwrap().is_empty());
    assert_eq!(book.unsettled().unwrap().len(), 1);
    province.round(&book);
    book.drop_scope(&town()).unwrap();
    assert!(book.unsettled().unwrap().is_empty());
    sound(&book);
}

#[test]
fn a_decision_that_the_province_refused_leaves_the_change_waiting() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let one = parked(1, VILLAGE);
    let told = marks(&[("340323100", 1)]);
    book.keep_quarantine(&town(), std::slice::from_ref(&one), &told).unwrap();
    let mut decided = settlement(&one.change, "decline", "邻村登记");
    decided.fields.remove("note");
    put(&book, &decided);
    assert!(book.unsettled().unwrap().is_empty());
    province.round(&book);
    // It breaks a rule of its kind: parked, and nobody has to decide about a decision.
    assert_eq!(book.unsettled().unwrap().len(), 1);
    assert!(book.parked().unwrap().is_empty());
    assert_eq!(book.sync_state().unwrap().parked, 0);
    sound(&book);
    // Decided anew: the refused one is nothing that could be edited, so all of it is told.
    put(&book, &settlement(&one.change, "decline", "邻村登记"));
    let told = book.outbox_batch(9, 1 << 20).unwrap();
    assert_eq!((told[0].base, &told[0].set["region"]), (0, &json!(VILLAGE)));
    province.round(&book);
    assert!(book.unsettled().unwrap().is_empty());
    assert_eq!(record(&book, told[0].record).fields["note"], "邻村登记");
    sound(&book);
}

#[test]
fn the_author_learns_what_was_decided_until_it_is_put_away() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let one = id();
    put(&book, &save(one, "pairing_of_the_future", json!({"region": VILLAGE, "name": "某"})));
    province.round(&book);
    let asked = book.undecided().unwrap();
    assert_eq!(asked, [book.parked().unwrap()[0].change.id]);
    let answer = Settled {
        change: asked[0],
        choice: Choice::Decline,
        note: Some("请先升级".into()),
        by: Some("审核人".into()),
        at: Some(NOW),
        wrote: None,
    };
    let changed = book.keep_outcomes(std::slice::from_ref(&answer)).unwrap();
    assert!(changed.kinds.contains("pairing_of_the_future"));
    assert!(book.parked().unwrap().is_empty() && book.undecided().unwrap().is_empty());
    let state = book.sync_state().unwrap();
    assert_eq!((state.parked, state.answered), (0, 1));
    let told = book.answered().unwrap();
    assert_eq!(told[0].outcome, Some(answer.clone()));
    // Told again it stays as it was.
    let other = Settled { choice: Choice::Adopt, ..answer.clone() };
    assert!(book.keep_outcomes(&[other]).unwrap().is_empty());
    book.settle_refused(told[0].id, own(&book).0, NOW).unwrap();
    assert!(book.answered().unwrap().is_empty());
    assert_eq!(book.sync_state().unwrap().answered, 0);
    sound(&book);
}

/// Adopted here, and the family lies meanwhile where this desk does not read: what it saved for that waits there,
/// the decision with it, and the change itself is open again.
#[test]
fn what_was_adopted_in_vain_is_known_until_that_is_put_away() {
    let (_dir, book) = desk();
    let one = parked(1, VILLAGE);
    book.keep_quarantine(&town(), std::slice::from_ref(&one), &marks(&[("340323100", 1)])).unwrap();
    assert!(!book.unsettled().unwrap()[0].adopted_in_vain);
    let change = &one.change;
    let adopted =
        Save { id: change.record, kind: change.kind.clone(), fields: change.set.clone(), void: None };
    book.save_group(&[adopted, settlement(change, "adopt", "")], &by()).unwrap();
    assert!(book.unsettled().unwrap().is_empty());
    let sent = book.outbox_batch(9, 1 << 20).unwrap();
    let verdicts = [ParkCode::Merged, ParkCode::Group].into_iter().zip(&sent).map(|(code, sent)| {
        let verdict = Verdict::Parked { code, message: String::new() };
        ChangeVerdict { seq: sent.id.seq, duplicate: false, verdict }
    });
    let verdicts = verdicts.collect();
    book.record_verdicts(&PushReply { verdicts, acked: sent[1].id.seq, durable: 0 }, NOW).unwrap();
    let open = book.unsettled().unwrap();
    assert!(open[0].adopted_in_vain && open[0].current.is_none());
    let own = book.parked().unwrap().remove(0);
    book.settle_refused(own.id, by().author, NOW).unwrap();
    assert!(!book.unsettled().unwrap()[0].adopted_in_vain);
    sound(&book);
}

/// A province that was put back from a backup is told everything once more, and refuses it once more.
#[test]
fn what_was_put_away_does_not_come_back_when_it_is_refused_again() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    put(&book, &save(id(), "pairing_of_the_future", json!({"region": VILLAGE, "name": "某"})));
    province.round(&book);
    let refused = book.parked().unwrap().remove(0);
    book.settle_refused(refused.id, own(&book).0, NOW).unwrap();
    assert_eq!(book.send_again_after(0).unwrap(), 1);
    let told = ChangeVerdict { seq: refused.change.id.seq, duplicate: false, verdict: refused.verdict };
    let reply = PushReply { verdicts: vec![told], acked: refused.change.id.seq, durable: 0 };
    book.record_verdicts(&reply, NOW + 1).unwrap();
    assert!(book.parked().unwrap().is_empty() && book.undecided().unwrap().is_empty());
    assert_eq!(book.sync_state().unwrap().answered, 0);
    sound(&book);
}

/// The grant has ended: nothing of what the change said is here any more, and its author is told all the same.
#[test]
fn the_author_learns_what_was_decided_also_when_the_right_is_gone() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    household(&book, VILLAGE, "本地");
    put(&book, &save(id(), "pairing_of_the_future", json!({"region": VILLAGE, "name": "某"})));
    province.round(&book);
    let asked = book.undecided().unwrap();
    assert_eq!(asked.len(), 1);
    book.drop_scope(&town()).unwrap();
    book.prune_sent(u64::MAX >> 1).unwrap();
    assert!(book.scopes_held().unwrap().is_empty());
    assert_eq!(book.undecided().unwrap(), asked);
    let kept = book.parked().unwrap().remove(0);
    assert!(kept.change.set.is_empty() && kept.current.is_none());
    let answer = Settled {
        change: asked[0],
        choice: Choice::Decline,
        note: Some("请先升级".into()),
        by: None,
        at: None,
        wrote: None,
    };
    book.keep_outcomes(&[answer]).unwrap();
    let told = book.answered().unwrap();
    assert_eq!(told[0].outcome.as_ref().unwrap().note.as_deref(), Some("请先升级"));
    book.settle_refused(told[0].id, own(&book).0, NOW).unwrap();
    assert!(book.answered().unwrap().is_empty() && book.undecided().unwrap().is_empty());
    sound(&book);
}

/// A right that came back: what was written is sent back, in the place of what was given up and of nothing else.
#[test]
fn what_is_sent_back_stands_only_where_nothing_was_left() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    household(&book, VILLAGE, "本地");
    put(&book, &save(id(), "pairing_of_the_future", json!({"region": VILLAGE, "name": "某"})));
    province.round(&book);
    let said = book.parked().unwrap().remove(0).change;
    let keep = |change: &Change| {
        let wrote = Some(Box::new(change.clone()));
        let choice = Choice::Decline;
        book.keep_outcomes(&[Settled { change: said.id, choice, note: None, by: None, at: None, wrote }])
            .unwrap();
    };
    let mut other = said.clone();
    other.set.insert("name".into(), json!("另"));
    keep(&other);
    assert_eq!(book.answered().unwrap()[0].change, said);
    assert!(book.undecided().unwrap().is_empty());
    book.drop_scope(&town()).unwrap();
    book.prune_sent(u64::MAX >> 1).unwrap();
    assert!(book.answered().unwrap()[0].change.set.is_empty());
    assert_eq!(book.undecided().unwrap(), [said.id]);
    keep(&said);
    assert_eq!(book.answered().unwrap()[0].change, said);
    assert!(book.undecided().unwrap().is_empty());
    sound(&book);
}

#[test]
fn values_that_gave_way_are_listed_until_they_stand_again() {
    let (_d1, one) = desk();
    let (_d2, two) = desk();
    let mut province = Province::new();
    let home = household(&one, VILLAGE, "张三");
    province.round(&one);
    province.round(&two);
    for (book, address) in [(&one, "一号"), (&two, "二号")] {
        let mut next = record(book, home).fields;
        next.insert("current_address".into(), address.into());
        put(book, &Save { id: home, kind: "household".into(), fields: next, void: None });
    }
    province.round(&one);
    province.round(&two);
    let listed = two.gave_way(&town(), 10).unwrap();
    assert_eq!(listed[0].gone.value, "一号");
    assert_eq!((listed[0].record.id, listed[0].at), (home, Some(NOW)));
    assert!(two.gave_way(&"340323104".parse().unwrap(), 10).unwrap().is_empty());
    let mut back = record(&two, home).fields;
    back.insert("current_address".into(), "一号".into());
    put(&two, &Save { id: home, kind: "household".into(), fields: back, void: None });
    assert!(two.gave_way(&town(), 10).unwrap().is_empty());
}

/// A move that its author may not decide on is told whole, and nothing of it is shown here until it is adopted.
#[test]
fn what_is_asked_for_is_told_and_not_shown() {
    let (_dir, book) = desk();
    let mut province = Province::new();
    let home = household(&book, VILLAGE, "张三");
    province.round(&book);
    let before = record(&book, home);
    let mut moved = before.fields.clone();
    moved.insert("region".into(), json!("340323104001"));
    moved.insert("moved_from".into(), json!(VILLAGE));
    book.ask_group(&[Save { id: home, kind: "household".into(), fields: moved, void: None }], &by()).unwrap();
    assert_eq!(record(&book, home), before);
    sound(&book);
    let told = book.outbox_batch(9, 1 << 20).unwrap();
    assert_eq!((told.len(), &told[0].set["region"]), (1, &json!("340323104001")));
    assert_eq!((told[0].scope.as_str(), told[0].base), ("340323100", before.version));
    // Work on the family goes on meanwhile, and is told beside it.
    let mut next = record(&book, home).fields;
    next.insert("current_address".into(), json!("村东"));
    put(&book, &Save { id: home, kind: "household".into(), fields: next, void: None });
    assert_eq!(record(&book, home).fields["region"], VILLAGE);
    assert!(!book.outbox_batch(9, 1 << 20).unwrap()[1].set.contains_key("region"));
    sound(&book);
    // Refused as it must be, it waits and changes nothing; the other one comes back.
    let verdict = Verdict::Parked { code: ParkCode::NoRight, message: String::new() };
    let verdicts = vec![ChangeVerdict { seq: told[0].id.seq, duplicate: false, verdict }];
    book.record_verdicts(&PushReply { verdicts, acked: told[0].id.seq, durable: 0 }, NOW).unwrap();
    assert_eq!(book.parked().unwrap()[0].change.set["region"], json!("340323104001"));
    assert_eq!(record(&book, home).fields["current_address"], "村东");
    sound(&book);
}
