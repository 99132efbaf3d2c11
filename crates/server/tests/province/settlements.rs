//! What was not applied waits for a person: who hears of it, who may decide, and what becomes of it.

use serde_json::{Value, json};
use tiexin_domain::access::Role;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::wire::{PullReply, PullRequest, QuarantineMarks};
use tiexin_protocol::{Change, ChangeId};
use tiexin_server::Province;
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, OTHER_VILLAGE, Place, TOWN, VILLAGE, grant, person, region, worker};

on_both_stores!(
    adopting_closes_it_and_its_author_hears,
    the_marks_move_only_when_something_does,
    only_who_may_settle_decides_and_ones_own_is_ones_own,
    of_two_who_decide_the_first_stands,
    after_a_restore_the_decision_still_closes,
    a_conflict_names_who_wrote_what_stands,
    ones_own_is_taken_back_where_it_waits,
    ones_own_is_taken_back_in_the_push_that_brings_it,
    what_was_sent_back_is_given_back_with_the_right,
    what_was_adopted_elsewhere_waits_there_when_it_is_told_again,
    a_decision_elsewhere_does_not_keep_it_waiting,
);

/// A village of the other township.
const THERE: &str = "340323104001";

pub(crate) fn decision(desk: &mut Desk, of: &Change, village: &str, choice: Choice) -> Change {
    let set = json!({
        "region": village, "device": of.id.device, "incarnation": of.id.incarnation, "seq": of.id.seq,
        "record": of.record, "record_kind": of.kind, "author": of.author, "choice": choice,
        "note": "由邻村登记", "recorded_by": "审核人", "recorded_at": 7,
    });
    desk.change("settlement", of.id.settlement(), &village[..9], 0, set)
}

/// A pull that asks for quarantine and for what was decided.
async fn asks(province: &Province, desk: &Desk, mark: &str, refused: &[ChangeId]) -> PullReply {
    let request = PullRequest {
        quarantine: Some(mark.into()),
        refused: refused.to_vec(),
        ..desk.pulling(desk.cursors())
    };
    province.pull(&request).await.unwrap()
}

async fn marks(province: &Province, desk: &Desk) -> QuarantineMarks {
    asks(province, desk, "", &[]).await.quarantine.unwrap_or_default()
}

async fn waiting(province: &Province, desk: &Desk) -> Vec<ChangeId> {
    let all = province.quarantine(desk.device, &region(TOWN)).await.unwrap();
    all.into_iter().map(|one| one.change.id).collect()
}

async fn adopting_closes_it_and_its_author_hears(place: Place) {
    let province = place.province().await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let strange = village.new_household(Uuid::new_v4(), OTHER_VILLAGE, "邻村的户");
    assert_eq!(words(&village.push(&province, std::slice::from_ref(&strange)).await), ["no_right"]);
    let told = province.quarantine(chief.device, &region(TOWN)).await.unwrap();
    assert_eq!((told[0].change.clone(), told[0].author_name.as_deref()), (strange.clone(), Some("village")));
    // Nothing is known yet; and nobody hears of another desk's changes.
    assert!(asks(&province, &village, "", &[strange.id]).await.settled.is_empty());
    let set = Value::Object(strange.set.clone());
    let mut adopted = chief.change("household", strange.record, TOWN, 0, set);
    let mut decided = decision(&mut chief, &strange, OTHER_VILLAGE, Choice::Adopt);
    decided.group = adopted.group;
    adopted.author = chief.author;
    assert_eq!(words(&chief.push(&province, &[adopted, decided]).await), ["applied", "applied"]);
    assert!(waiting(&province, &chief).await.is_empty());
    let on_file = province.quarantine_on_file(&region(TOWN)).await.unwrap();
    assert_eq!(on_file[0].change, strange, "kept for ever");
    // The author reads neither village nor decision, and hears of it all the same.
    let heard = asks(&province, &village, "", &[strange.id]).await.settled;
    assert_eq!(heard.len(), 1);
    assert_eq!((&heard[0].change, &heard[0].choice), (&strange.id, &Choice::Adopt));
    assert_eq!((heard[0].by.as_deref(), heard[0].note.as_deref()), (Some("审核人"), Some("由邻村登记")));
    assert!(asks(&province, &chief, "", &[strange.id]).await.settled.is_empty());
    chief.follow(&province).await;
    assert_eq!(chief.field(TOWN, strange.record, "head_name"), "邻村的户");
}

async fn the_marks_move_only_when_something_does(place: Place) {
    let province = place.province().await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    assert_eq!(asks(&province, &chief, "", &[]).await.quarantine, None);
    let good = village.new_household(Uuid::new_v4(), VILLAGE, "本村");
    village.push(&province, &[good]).await;
    assert_eq!(asks(&province, &chief, "", &[]).await.quarantine, None);
    let strange = village.new_household(Uuid::new_v4(), OTHER_VILLAGE, "邻村");
    // In a township where nobody has begun anything.
    let far = village.new_household(Uuid::new_v4(), "340323105001", "远处");
    village.push(&province, &[strange.clone(), far]).await;
    let first = marks(&province, &chief).await;
    assert_eq!(first.scopes.keys().map(|s| s.as_str()).collect::<Vec<_>>(), [TOWN, "340323105"]);
    assert_eq!(asks(&province, &chief, &first.mark, &[]).await.quarantine, None, "nothing new");
    // A worker has nothing to settle, whatever mark the desk kept.
    assert_eq!(asks(&province, &village, "", &[]).await.quarantine, None);
    let gone = asks(&province, &village, "kept", &[]).await.quarantine;
    assert_eq!(gone, Some(QuarantineMarks::default()));
    // One who does not ask is not told.
    assert_eq!(province.pull(&chief.pulling(chief.cursors())).await.unwrap().quarantine, None);
    let decided = decision(&mut chief, &strange, OTHER_VILLAGE, Choice::Decline);
    chief.push(&province, &[decided]).await;
    let second = marks(&province, &chief).await;
    assert_ne!(second.scopes[&region(TOWN)], first.scopes[&region(TOWN)]);
    assert_eq!(second.scopes[&region("340323105")], first.scopes[&region("340323105")]);
    province.restored().await.unwrap();
    assert_ne!(marks(&province, &chief).await.mark, second.mark);
}

async fn only_who_may_settle_decides_and_ones_own_is_ones_own(place: Place) {
    let province = place.province().await;
    let mut owner = worker(&province, "owner", TOWN).await;
    let mut other = worker(&province, "other", TOWN).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, OTHER_TOWN)]).await;
    let office = person(&province, "office", &[grant(Role::Admin, "34")]).await;
    let id = Uuid::new_v4();
    let bad = |desk: &mut Desk| desk.change("household", id, TOWN, 9, json!({"phone": "13900000001"}));
    let (first, second) = (bad(&mut owner), bad(&mut owner));
    let said = words(&owner.push(&province, &[first.clone(), second.clone()]).await);
    assert_eq!(said, ["record_unknown", "record_unknown"]);
    // Not a colleague without the right, not a supervisor of elsewhere, not under another id.
    let not_mine = decision(&mut other, &first, VILLAGE, Choice::Decline);
    assert_eq!(words(&other.push(&province, &[not_mine]).await), ["no_right"]);
    let not_here = decision(&mut chief, &first, VILLAGE, Choice::Decline);
    assert_eq!(words(&chief.push(&province, &[not_here]).await), ["no_right"]);
    // A decision that lies elsewhere closes nothing here.
    let misplaced = decision(&mut chief, &first, "340323104001", Choice::Decline);
    assert_eq!(words(&chief.push(&province, &[misplaced]).await), ["applied"]);
    let mut forged = decision(&mut owner, &first, VILLAGE, Choice::Decline);
    forged.record = Uuid::new_v4();
    assert_eq!(words(&owner.push(&province, &[forged]).await), ["rule_broken"]);
    assert_eq!(waiting(&province, &office).await, [first.id, second.id], "decisions themselves never wait");
    // One's own, and one who may settle though not record.
    let mine = decision(&mut owner, &second, VILLAGE, Choice::Theirs);
    assert_eq!(words(&owner.push(&province, &[mine]).await), ["applied"]);
    assert_eq!(waiting(&province, &office).await, [first.id]);
}

async fn of_two_who_decide_the_first_stands(place: Place) {
    let province = place.province().await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut one = person(&province, "one", &[grant(Role::Supervisor, "340323")]).await;
    let mut two = person(&province, "two", &[grant(Role::Supervisor, "3403")]).await;
    let strange = village.new_household(Uuid::new_v4(), OTHER_VILLAGE, "邻村");
    village.push(&province, std::slice::from_ref(&strange)).await;
    let no = decision(&mut one, &strange, OTHER_VILLAGE, Choice::Decline);
    let mut yes = decision(&mut two, &strange, OTHER_VILLAGE, Choice::Adopt);
    let set = Value::Object(strange.set.clone());
    let mut values = two.change("household", strange.record, TOWN, 0, set);
    values.group = yes.group;
    yes.author = two.author;
    assert_eq!(words(&one.push(&province, &[no]).await), ["applied"]);
    assert_eq!(words(&two.push(&province, &[yes, values.clone()]).await), ["conflict", "group"]);
    one.follow(&province).await;
    assert!(!one.scopes[TOWN].records.contains_key(&strange.record), "declined is declined");
    // What was to be saved with the second decision is kept, and is nothing to decide on once more.
    assert!(waiting(&province, &one).await.is_empty());
    let on_file = province.quarantine_on_file(&region(TOWN)).await.unwrap();
    assert!(on_file.iter().any(|kept| kept.change.id == values.id));
}

async fn after_a_restore_the_decision_still_closes(place: Place) {
    let province = place.province().await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let strange = village.new_household(Uuid::new_v4(), OTHER_VILLAGE, "邻村");
    // The decision comes first, as when the desk that made it is the first to tell the restored province.
    let decided = decision(&mut chief, &strange, OTHER_VILLAGE, Choice::Decline);
    chief.push(&province, &[decided]).await;
    village.push(&province, std::slice::from_ref(&strange)).await;
    assert!(waiting(&province, &chief).await.is_empty());
    assert_eq!(province.quarantine_on_file(&region(TOWN)).await.unwrap().len(), 1);
}

async fn a_conflict_names_who_wrote_what_stands(place: Place) {
    let province = place.province().await;
    let mut first = worker(&province, "first", TOWN).await;
    let mut second = worker(&province, "second", TOWN).await;
    let chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let id = Uuid::new_v4();
    let new = json!({"region": VILLAGE, "name": "张三"});
    let made = first.change("person", id, TOWN, 0, new);
    let number = first.change("person", id, TOWN, 1, json!({"id_number": "34052419800101001X"}));
    first.push(&province, &[made, number]).await;
    let mut other = second.change("person", id, TOWN, 1, json!({"id_number": "440524188001010014"}));
    other.noted_at = 5;
    assert_eq!(words(&second.push(&province, std::slice::from_ref(&other)).await), ["conflict"]);
    let told = province.quarantine(chief.device, &region(TOWN)).await.unwrap();
    assert_eq!((told[0].author_name.as_deref(), told[0].change.noted_at), (Some("second"), 5));
    let standing = &told[0].standing;
    assert_eq!(standing.len(), 1);
    assert_eq!(
        (standing[0].field.as_str(), standing[0].author_name.as_deref()),
        ("id_number", Some("first"))
    );
    assert_eq!(standing[0].noted_at, Some(1_791_165_600_000));
}

/// A proposed move waits in a township where its author has no right: it is taken back there all the same, and
/// nothing else can be written that way.
async fn ones_own_is_taken_back_where_it_waits(place: Place) {
    let province = place.province().await;
    let mut old = worker(&province, "old", TOWN).await;
    let mut other = worker(&province, "other", TOWN).await;
    let mut new = worker(&province, "new", OTHER_TOWN).await;
    let chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let begun = new.new_household(Uuid::new_v4(), "340323104001", "邻居");
    new.push(&province, &[begun]).await;
    let id = Uuid::new_v4();
    let made = old.new_household(id, VILLAGE, "户主");
    old.push(&province, &[made]).await;
    let asked = old.edit(id, TOWN, 1, json!({"region": "340323104001"}));
    assert_eq!(words(&old.push(&province, std::slice::from_ref(&asked)).await), ["no_right"]);
    let waits = async || province.quarantine(chief.device, &region(OTHER_TOWN)).await.unwrap().len();
    assert_eq!(waits().await, 1);
    let by_another = decision(&mut other, &asked, "340323104001", Choice::Theirs);
    assert_eq!(words(&other.push(&province, &[by_another]).await), ["no_right"]);
    let adopted = decision(&mut old, &asked, "340323104001", Choice::Adopt);
    assert_eq!(words(&old.push(&province, &[adopted]).await), ["no_right"]);
    assert_eq!(waits().await, 1);
    // It is not taken back where it does not wait, whatever else the push says.
    let mut far = worker(&province, "far", "340323105").await;
    let begun = far.new_household(Uuid::new_v4(), "340323105001", "远处");
    far.push(&province, &[begun]).await;
    let astray = decision(&mut old, &asked, "340323105001", Choice::Theirs);
    let back = decision(&mut old, &asked, "340323104001", Choice::Theirs);
    assert_eq!(words(&old.push(&province, &[astray, back]).await), ["no_right", "applied"]);
    assert_eq!(waits().await, 0);
    // A decision that stands is nobody's to write over without the right there.
    let again = decision(&mut old, &asked, "340323104001", Choice::Theirs);
    assert_eq!(words(&old.push(&province, &[again]).await), ["no_right"]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// A province that was put back is told a change and its author's word on it in one push.
async fn ones_own_is_taken_back_in_the_push_that_brings_it(place: Place) {
    let province = place.province().await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let strange = village.new_household(Uuid::new_v4(), OTHER_VILLAGE, "邻村的户");
    let back = decision(&mut village, &strange, OTHER_VILLAGE, Choice::Theirs);
    assert_eq!(words(&village.push(&province, &[strange, back]).await), ["no_right", "applied"]);
    assert!(waiting(&province, &chief).await.is_empty());
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// The author had lost the right, and with it what was written; with the right it comes back.
async fn what_was_sent_back_is_given_back_with_the_right(place: Place) {
    let province = place.province().await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let strange = village.new_household(Uuid::new_v4(), OTHER_VILLAGE, "邻村的户");
    village.push(&province, std::slice::from_ref(&strange)).await;
    let no = decision(&mut chief, &strange, OTHER_VILLAGE, Choice::Decline);
    chief.push(&province, &[no]).await;
    // An edit says no place: the village of its record counts.
    let there = chief.new_household(Uuid::new_v4(), OTHER_VILLAGE, "邻村另一户");
    chief.push(&province, std::slice::from_ref(&there)).await;
    let edit = village.edit(there.record, TOWN, 1, json!({"phone": "13900000001"}));
    assert_eq!(words(&village.push(&province, std::slice::from_ref(&edit)).await), ["no_right"]);
    let no = decision(&mut chief, &edit, OTHER_VILLAGE, Choice::Decline);
    chief.push(&province, &[no]).await;
    let heard = asks(&province, &village, "", &[strange.id]).await.settled;
    assert_eq!((heard[0].choice.clone(), &heard[0].wrote), (Choice::Decline, &None));
    assert_eq!(asks(&province, &village, "", &[edit.id]).await.settled[0].wrote, None);
    province.add_grant("village", &grant(Role::Worker, OTHER_VILLAGE)).await.unwrap();
    let heard = asks(&province, &village, "", &[strange.id]).await.settled;
    assert_eq!(heard[0].wrote.as_deref(), Some(&strange));
    assert_eq!(asks(&province, &village, "", &[edit.id]).await.settled[0].wrote.as_deref(), Some(&edit));
}

/// A file of a family that has moved on was adopted there; the province was put back to before that, and is told of the
/// adopting before the file's author comes.
async fn what_was_adopted_elsewhere_waits_there_when_it_is_told_again(place: Place) {
    let province = place.province().await;
    let mut old = worker(&province, "old", TOWN).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let home = Uuid::new_v4();
    let made = old.new_household(home, VILLAGE, "户主");
    old.push(&province, &[made]).await;
    let moving = chief.edit(home, TOWN, 1, json!({"region": THERE}));
    assert_eq!(words(&chief.push(&province, &[moving]).await), ["applied"]);
    let visit = |village: &str| {
        let (date, visitors) = ("2026-10-04", ["张专干"]);
        json!({
            "region": village, "household": home, "head_name": "户主", "date": date, "kind": "routine",
            "visitors": visitors,
        })
    };
    let late = old.change("visit", Uuid::new_v4(), TOWN, 0, visit(VILLAGE));
    let adopted = chief.change("visit", late.record, OTHER_TOWN, 0, visit(THERE));
    let mut decided = decision(&mut chief, &late, THERE, Choice::Adopt);
    decided.group = adopted.group;
    assert_eq!(words(&chief.push(&province, &[adopted, decided]).await), ["applied", "applied"]);
    assert_eq!(words(&old.push(&province, std::slice::from_ref(&late)).await), ["moved"]);
    // Where it was decided on, and nowhere else.
    assert!(waiting(&province, &chief).await.is_empty());
    assert!(province.quarantine(chief.device, &region(OTHER_TOWN)).await.unwrap().is_empty());
    assert_eq!(province.quarantine_on_file(&region(OTHER_TOWN)).await.unwrap()[0].change, late);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// A province that was put back may park a change in another township than before, where nobody reads the decision.
async fn a_decision_elsewhere_does_not_keep_it_waiting(place: Place) {
    let province = place.province().await;
    let mut owner = worker(&province, "owner", TOWN).await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut other = person(&province, "other", &[grant(Role::Supervisor, OTHER_TOWN)]).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, TOWN)]).await;
    let begun = owner.new_household(Uuid::new_v4(), VILLAGE, "户主");
    owner.push(&province, &[begun]).await;
    let strange =
        ["邻村的户", "邻村另一户"].map(|name| village.new_household(Uuid::new_v4(), OTHER_VILLAGE, name));
    assert_eq!(words(&village.push(&province, &strange).await), ["no_right", "no_right"]);
    for one in &strange {
        let elsewhere = decision(&mut other, one, THERE, Choice::Adopt);
        assert_eq!(words(&other.push(&province, &[elsewhere]).await), ["applied"]);
    }
    assert_eq!(waiting(&province, &chief).await.len(), 2, "it closes nothing here");
    // Nor does one without the right here, or one that lies here and says otherwise.
    let not_here = decision(&mut owner, &strange[0], OTHER_VILLAGE, Choice::Decline);
    assert_eq!(words(&owner.push(&province, &[not_here]).await), ["no_right"]);
    let mut forged = decision(&mut other, &strange[0], THERE, Choice::Decline);
    forged.scope = region(TOWN);
    assert_ne!(words(&other.push(&province, &[forged]).await), ["conflict"]);
    assert_eq!(waiting(&province, &chief).await.len(), 2);
    // Sent back, or adopted with its values: the first one's word stands, and nothing waits on.
    let no = decision(&mut chief, &strange[0], OTHER_VILLAGE, Choice::Decline);
    assert_eq!(words(&chief.push(&province, &[no]).await), ["conflict"]);
    assert_eq!(waiting(&province, &chief).await, [strange[1].id]);
    let set = Value::Object(strange[1].set.clone());
    let values = chief.change("household", strange[1].record, TOWN, 0, set);
    let mut yes = decision(&mut chief, &strange[1], OTHER_VILLAGE, Choice::Adopt);
    yes.group = values.group;
    assert_eq!(words(&chief.push(&province, &[values.clone(), yes]).await), ["group", "conflict"]);
    assert!(waiting(&province, &chief).await.is_empty());
    let on_file = province.quarantine_on_file(&region(TOWN)).await.unwrap();
    assert!(on_file.iter().any(|kept| kept.change.id == values.id), "what it would have saved is kept");
    assert!(province.verify().await.unwrap().broken.is_empty());
}
