//! Money that was given: insert-only whoever pushes, taken back once by an entry that names it, and paid once in a period
//! among all townships.

use serde_json::{Value, json};
use tiexin_domain::access::Role;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::{Change, ParkCode, Verdict, VoidChange};
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, worker};
use crate::settlements::decision;

on_both_stores!(
    what_was_given_is_neither_changed_nor_made_void,
    an_entry_is_taken_back_once_and_where_it_lies,
    nobody_is_paid_twice_in_two_townships,
    two_townships_that_pay_at_once_pay_once,
    a_merge_turns_whom_an_entry_names_and_nothing_else,
    a_payment_is_asked_about_in_whatever_company,
    only_who_may_settle_pays_twice_and_nobody_takes_back_twice,
);

const NUMBER: &str = "11010519491231002X";
const ELSEWHERE: &str = "340323104001";

fn entry(desk: &mut Desk, village: &str, said: Value) -> Change {
    let mut set = json!({"region": village, "household": Uuid::new_v4(), "head_name": "钟户主", "date": "2026-10-05",
        "occasion": "mid_autumn", "form": "cash", "amount": "300.00", "source": "association"});
    set.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    desk.change("aid_entry", Uuid::new_v4(), &village[..9], 0, set)
}

fn paid() -> Value {
    json!({"programme": "困难慰问", "period": "2026", "recipient_number": NUMBER})
}

/// The entry that takes one back.
fn back(desk: &mut Desk, first: &Change) -> Change {
    let mut set = first.set.clone();
    set.extend(
        json!({"amount": "-300.00", "reverses": first.record, "reason": "登记重复"})
            .as_object()
            .unwrap()
            .clone(),
    );
    desk.change("aid_entry", Uuid::new_v4(), first.scope.as_str(), 0, Value::Object(set))
}

async fn what_was_given_is_neither_changed_nor_made_void(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let mut two = worker(&province, "two", TOWN).await;
    let first = entry(&mut one, VILLAGE, json!({}));
    assert_eq!(words(&one.push(&province, std::slice::from_ref(&first)).await), ["applied"]);
    two.follow(&province).await;
    let mut wrong = Vec::new();
    for desk in [&mut one, &mut two] {
        for said in
            [json!({"amount": "500.00"}), json!({"household": Uuid::new_v4()}), json!({"notes": "补记"})]
        {
            wrong.push(desk.change("aid_entry", first.record, TOWN, 1, said));
        }
        let mut void = desk.change("aid_entry", first.record, TOWN, 1, json!({}));
        void.void = Some(VoidChange::Hide(tiexin_domain::Void { reason: "重复".into() }));
        wrong.push(void);
        let reply = desk.push(&province, &std::mem::take(&mut wrong)).await;
        assert_eq!(words(&reply), ["rule_broken"; 4]);
        for told in reply.verdicts {
            let Verdict::Parked { message, .. } = told.verdict else { panic!("not parked") };
            assert!(message.contains("冲正"), "{message}");
        }
    }
    // The same list, read in at another desk: the same entry, which stays as the first one wrote it.
    let mut again = two.change("aid_entry", first.record, TOWN, 0, Value::Object(first.set.clone()));
    again.set.insert("recorded_by".into(), "李芳".into());
    assert_eq!(words(&two.push(&province, &[again]).await), ["applied"]);
    two.follow(&province).await;
    assert_eq!(two.field(TOWN, first.record, "amount"), "300.00");
    assert_eq!(two.field(TOWN, first.record, "recorded_by"), Value::Null);
    assert_eq!(two.record(TOWN, first.record).unwrap().void, None);
    let waits = province.quarantine_on_file(&TOWN.parse().unwrap()).await.unwrap();
    assert_eq!(waits.len(), 8, "nothing of it is lost");
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn an_entry_is_taken_back_once_and_where_it_lies(place: Place) {
    let province = place.province().await;
    let mut one =
        person(&province, "one", &[grant(Role::Worker, TOWN), grant(Role::Worker, OTHER_TOWN)]).await;
    let first = entry(&mut one, VILLAGE, json!({}));
    let taken = back(&mut one, &first);
    let again = back(&mut one, &first);
    let mut of_one = back(&mut one, &taken);
    of_one.set.insert("amount".into(), "300.00".into());
    let second = entry(&mut one, VILLAGE, json!({}));
    let mut less = back(&mut one, &second);
    less.set.insert("amount".into(), "-200.00".into());
    let mut elsewhere = back(&mut one, &second);
    elsewhere.scope = OTHER_TOWN.parse().unwrap();
    elsewhere.set.insert("region".into(), ELSEWHERE.into());
    let mut nothing = back(&mut one, &second);
    nothing.set.insert("reverses".into(), json!(Uuid::new_v4()));
    let all = [first, taken, again, of_one, second, less, elsewhere, nothing];
    let told = words(&one.push(&province, &all).await);
    let (applied, broken) = ("applied", "rule_broken");
    assert_eq!(told, [applied, applied, broken, broken, applied, broken, broken, broken]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn nobody_is_paid_twice_in_two_townships(place: Place) {
    let province = place.province().await;
    let mut here = worker(&province, "here", TOWN).await;
    let mut there = worker(&province, "there", OTHER_TOWN).await;
    let first = entry(&mut here, VILLAGE, paid());
    assert_eq!(words(&here.push(&province, std::slice::from_ref(&first)).await), ["applied"]);
    let second = entry(&mut there, ELSEWHERE, paid());
    let reply = there.push(&province, std::slice::from_ref(&second)).await;
    let Verdict::Parked { code: ParkCode::RuleBroken, message } = &reply.verdicts[0].verdict else {
        panic!("{reply:?}")
    };
    assert!(message.contains("别的乡镇") && !message.contains(NUMBER), "{message}");
    // Kept whole where its author is, for a person to decide; told again, the same (I3).
    let waits = province.quarantine_on_file(&OTHER_TOWN.parse().unwrap()).await.unwrap();
    assert_eq!(waits.len(), 1);
    assert_eq!(there.push(&province, &[second]).await.verdicts[0].verdict, reply.verdicts[0].verdict);
    // Of another year, of another programme, and on an occasion alone it is another gift.
    for other in [json!({"period": "2025"}), json!({"programme": "关怀帮扶"}), json!({"programme": null})]
    {
        let mut said = paid();
        said.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        said.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let other = entry(&mut there, ELSEWHERE, said);
        assert_eq!(words(&there.push(&province, &[other]).await), ["applied"]);
    }
    // Taken back here, it may be paid there.
    let taken = back(&mut here, &first);
    assert_eq!(words(&here.push(&province, &[taken]).await), ["applied"]);
    let third = entry(&mut there, ELSEWHERE, paid());
    let fourth = entry(&mut there, ELSEWHERE, paid());
    assert_eq!(words(&there.push(&province, &[third, fourth]).await), ["applied", "rule_broken"]);
    // Of what is given to one person, whichever family each payment stands with.
    let ill = |number: &str| json!({"programme": "大病慰问", "period": "2026", "person": {"name": "钟晓梅"}, "recipient_number": number});
    let one = entry(&mut here, VILLAGE, ill(NUMBER));
    assert_eq!(words(&here.push(&province, &[one]).await), ["applied"]);
    let other = entry(&mut there, ELSEWHERE, ill(&NUMBER.to_lowercase()));
    assert_eq!(words(&there.push(&province, &[other]).await), ["rule_broken"]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn two_townships_that_pay_at_once_pay_once(place: Place) {
    let province = place.province().await;
    for nth in 0..8 {
        let mut here = worker(&province, &format!("here{nth}"), TOWN).await;
        let mut there = worker(&province, &format!("there{nth}"), OTHER_TOWN).await;
        let mut said = paid();
        said["period"] = format!("{}", 2010 + nth).into();
        let (one, other) = (entry(&mut here, VILLAGE, said.clone()), entry(&mut there, ELSEWHERE, said));
        let (one, other) = ([one], [other]);
        let (one, other) = tokio::join!(here.push(&province, &one), there.push(&province, &other));
        let mut told = [words(&one), words(&other)].concat();
        told.sort();
        assert_eq!(told, ["applied", "rule_broken"], "{nth}");
    }
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn a_merge_turns_whom_an_entry_names_and_nothing_else(place: Place) {
    let province = place.province().await;
    let mut lead = person(&province, "lead", &[grant(Role::Supervisor, TOWN)]).await;
    let (stays, away) = (Uuid::new_v4(), Uuid::new_v4());
    let homes = [lead.new_household(stays, VILLAGE, "钟户主"), lead.new_household(away, VILLAGE, "钟户主")];
    let first = entry(&mut lead, VILLAGE, json!({"household": away}));
    let all = [homes.to_vec(), vec![first.clone()]].concat();
    assert_eq!(words(&lead.push(&province, &all).await), ["applied", "applied", "applied"]);
    let merged = |lead: &mut Desk, said: Value| {
        let mut gone = lead.hide(away, TOWN, 3);
        gone.set = json!({"merged_into": stays}).as_object().unwrap().clone();
        let mut turned = lead.change("aid_entry", first.record, TOWN, 3, said);
        turned.group = gone.group;
        [gone, turned]
    };
    let more = merged(&mut lead, json!({"household": stays, "amount": "500.00"}));
    assert_eq!(words(&lead.push(&province, &more).await), ["group", "rule_broken"]);
    let group = merged(&mut lead, json!({"household": stays}));
    assert_eq!(words(&lead.push(&province, &group).await), ["applied", "applied"]);
    // And back again.
    let mut back = lead.edit(away, TOWN, 5, json!({"merged_into": null}));
    back.void = Some(VoidChange::Restore);
    let mut turned = lead.change("aid_entry", first.record, TOWN, 5, json!({"household": away}));
    turned.group = back.group;
    assert_eq!(words(&lead.push(&province, &[back, turned]).await), ["applied", "applied"]);
    lead.follow(&province).await;
    assert_eq!(lead.field(TOWN, first.record, "household"), json!(away));
    assert!(province.verify().await.unwrap().broken.is_empty());
}

/// With a family that is made along with it, by an older program or a changed one.
async fn a_payment_is_asked_about_in_whatever_company(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let first = entry(&mut one, VILLAGE, paid());
    let second = entry(&mut one, VILLAGE, paid());
    let mut home = one.new_household(Uuid::new_v4(), VILLAGE, "钟户主");
    home.group = second.group;
    assert_eq!(
        words(&one.push(&province, &[first, second, home]).await),
        ["applied", "rule_broken", "group"]
    );
    // What is taken back is looked at even where its taking back names another family.
    let gift = entry(&mut one, VILLAGE, json!({}));
    let mut less = back(&mut one, &gift);
    less.set.extend(json!({"amount": "-100.00", "household": Uuid::new_v4()}).as_object().unwrap().clone());
    let mut whose = back(&mut one, &gift);
    whose.set.insert("recipient_number".into(), NUMBER.into());
    let told = words(&one.push(&province, &[gift, less, whose]).await);
    assert_eq!(told, ["applied", "rule_broken", "rule_broken"]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn only_who_may_settle_pays_twice_and_nobody_takes_back_twice(place: Place) {
    let province = place.province().await;
    let mut one = worker(&province, "one", TOWN).await;
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, TOWN)]).await;
    let first = entry(&mut one, VILLAGE, paid());
    let second = entry(&mut one, VILLAGE, paid());
    let taken = back(&mut one, &first);
    let third = entry(&mut one, VILLAGE, paid());
    let again = back(&mut one, &first);
    let all = [first, second.clone(), taken, third, again.clone()];
    let told = words(&one.push(&province, &all).await);
    assert_eq!(told, ["applied", "rule_broken", "applied", "applied", "rule_broken"]);
    let adopted = |desk: &mut Desk, late: &Change| {
        let anew = desk.change("aid_entry", late.record, TOWN, 0, Value::Object(late.set.clone()));
        let mut decided = decision(desk, late, VILLAGE, Choice::Adopt);
        decided.group = anew.group;
        [anew, decided]
    };
    // Whoever wrote it might decide on it, and does not pay by that.
    let own = adopted(&mut one, &second);
    assert_eq!(words(&one.push(&province, &own).await), ["rule_broken", "group"]);
    let twice = adopted(&mut chief, &again);
    assert_eq!(words(&chief.push(&province, &twice).await), ["rule_broken", "group"]);
    let known_better = adopted(&mut chief, &second);
    assert_eq!(words(&chief.push(&province, &known_better).await), ["applied", "applied"]);
    assert!(province.verify().await.unwrap().broken.is_empty());
}
