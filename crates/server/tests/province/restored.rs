//! After a backup was put back: who was enrolled since goes on under the same number, and what the office did since
//! is told by desks, listed and done once more.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_protocol::PROTOCOL;
use tiexin_protocol::statement::{Claim, Signed, Standing};
use tiexin_protocol::wire::{DeviceState, EnrolRequest, HelloReply, HelloRequest};
use tiexin_seal::Keys;
use tiexin_server::{Error, Lacking, Province, Refused};
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, worker};

on_both_stores!(
    who_enrols_again_goes_on_under_the_same_number,
    desks_tell_what_was_decided_after_the_backup,
    a_right_that_was_given_again_stays,
    lines_of_what_is_lacking_can_be_chosen,
    a_machine_revoked_after_the_backup_is_shut_out_again,
    nobody_can_testify_for_himself,
    who_knows_nothing_newer_is_not_asked,
);

/// The same province as its backup holds it: from before anybody was let in, put back a day after everything.
async fn put_back(place: &Place) -> (Place, Province) {
    let other = place.another().await;
    drop(other.province().await);
    let secret = place.meta("secret").await;
    other.meddle(&format!("UPDATE meta SET value = '{secret}' WHERE name = 'secret'")).await;
    let province = other.province().await;
    other.days_pass(10);
    province.restored().await.unwrap();
    (other, province)
}

fn greeting(desk: &Desk) -> HelloRequest {
    HelloRequest {
        device: desk.device,
        incarnation: desk.incarnation,
        protocol: PROTOCOL,
        app: "test".into(),
        ..HelloRequest::default()
    }
}

async fn standing(province: &Province, desk: &Desk) -> Signed {
    province.hello(&greeting(desk)).await.unwrap().standing.expect("a statement")
}

fn mark(signed: &Signed) -> String {
    serde_json::from_str::<Standing>(&signed.body).unwrap().mark(&signed.body).unwrap()
}

fn claim(desk: &Desk, standing: &Signed) -> Claim {
    let keys = Keys::of_desk(&desk.key.to_bytes()).unwrap();
    let signature = tiexin_seal::mark(&keys, "claim", &standing.signature);
    Claim { standing: standing.clone(), signature }
}

async fn again(province: &Province, desk: &Desk, user: &str) -> tiexin_server::Result<Uuid> {
    let request = EnrolRequest {
        code: province.enrol_code(user, 7).await.unwrap(),
        device: Some(desk.device),
        device_key: hex::encode(desk.key.verifying_key().as_bytes()),
        device_name: "测试机".into(),
        author: desk.author,
        app: "test".into(),
        person: None,
    };
    Ok(province.enrol(&request).await?.device)
}

fn refused<T: std::fmt::Debug>(done: tiexin_server::Result<T>, want: Refused) {
    assert!(matches!(&done, Err(Error::Refused(why)) if *why == want), "{done:?}");
}

async fn who_enrols_again_goes_on_under_the_same_number(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let all = [(); 2].map(|()| desk.new_household(Uuid::new_v4(), VILLAGE, "户主"));
    desk.push(&province, &all).await;
    desk.follow(&province).await;
    let before = desk.scopes[TOWN].digest();

    let (_other, back) = put_back(&place).await;
    refused(back.hello(&greeting(&desk)).await, Refused::DeviceUnknown);
    back.add_user("w", "w").await.unwrap();
    back.add_grant("w", &grant(Role::Worker, TOWN)).await.unwrap();
    assert_eq!(again(&back, &desk, "w").await.unwrap(), desk.device);
    // Nothing was heard of it: all is told again under the numbers that it has, once.
    assert_eq!(desk.hello(&back).await.acked, 0);
    assert_eq!(words(&desk.push(&back, &all).await), ["applied", "applied"]);
    assert!(desk.push(&back, &all).await.verdicts.iter().all(|told| told.duplicate));
    desk.scopes.clear();
    desk.follow(&back).await;
    assert_eq!(desk.scopes[TOWN].digest(), before);
    assert!(back.verify().await.unwrap().broken.is_empty());
    // Under another key it is another machine.
    let other = Desk { key: ed25519_dalek::SigningKey::from_bytes(&[7; 32]), ..desk };
    refused(again(&back, &other, "w").await, Refused::KeyInvalid);
}

async fn desks_tell_what_was_decided_after_the_backup(place: Place) {
    let province = place.province().await;
    let wang = worker(&province, "wang", TOWN).await;
    let li = worker(&province, "li", OTHER_TOWN).await;
    let gone = worker(&province, "gone", TOWN).await;
    let chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    let li_before = standing(&province, &li).await;
    let gone_before = standing(&province, &gone).await;
    place.days_pass(1);
    province.end_grant("li", &Role::Worker, &OTHER_TOWN.parse().unwrap(), None).await.unwrap();
    province.disable_user("gone").await.unwrap();
    place.days_pass(1);
    let (of_wang, of_chief) = (standing(&province, &wang).await, standing(&province, &chief).await);

    let (_other, back) = put_back(&place).await;
    assert_eq!(back.lacking().await.unwrap(), []);
    for (desk, told) in [(&wang, &of_wang), (&li, &li_before), (&gone, &gone_before), (&chief, &of_chief)] {
        back.claim(&claim(desk, told)).await.unwrap();
        refused(back.hello(&greeting(desk)).await, Refused::DeviceUnknown);
    }
    let told = back.lacking().await.unwrap();
    let count = |what: fn(&Lacking) -> bool| told.iter().filter(|one| what(one)).count();
    assert_eq!(count(|one| matches!(one, Lacking::User { .. })), 4, "{told:?}");
    assert_eq!(count(|one| matches!(one, Lacking::Grant { .. })), 4);
    assert_eq!(count(|one| matches!(one, Lacking::GrantEnded { user, .. } if user == "li")), 1);
    assert_eq!(count(|one| matches!(one, Lacking::UserDisabled { user } if user == "gone")), 1);
    assert_eq!(count(|one| matches!(one, Lacking::Device { known: false, .. })), 4);

    assert_eq!(back.redo().await.unwrap(), told);
    assert_eq!(back.lacking().await.unwrap(), []);
    assert_eq!(back.redo().await.unwrap(), []);
    for name in ["wang", "li", "gone", "chief"] {
        let (was, is) = (user(&province, name).await, user(&back, name).await);
        assert_eq!((was.id, &was.grants, was.disabled), (is.id, &is.grants, is.disabled), "{name}");
    }
    // Who may work here works on, without a code.
    let mut wang = wang;
    let late = wang.new_household(Uuid::new_v4(), VILLAGE, "户主");
    assert_eq!(words(&wang.push(&back, &[late]).await), ["applied"]);
    let mut gone = gone;
    let late = gone.new_household(Uuid::new_v4(), VILLAGE, "户主");
    assert_eq!(words(&gone.push(&back, &[late]).await), ["no_right"]);
    assert!(back.verify().await.unwrap().broken.is_empty());
}

/// The backup holds that a right was taken and given again: what a desk tells of the first ends not the second.
async fn a_right_that_was_given_again_stays(place: Place) {
    let province = place.province().await;
    let witness = worker(&province, "witness", TOWN).await;
    person(&province, "li", &[grant(Role::Worker, OTHER_TOWN)]).await;
    place.days_pass(1);
    province.end_grant("li", &Role::Worker, &OTHER_TOWN.parse().unwrap(), None).await.unwrap();
    place.days_pass(1);
    province.add_grant("li", &grant(Role::Worker, OTHER_TOWN)).await.unwrap();
    place.days_pass(1);
    let told = standing(&province, &witness).await;
    place.days_pass(1);
    province.restored().await.unwrap();
    hello_with(&province, &witness, &told).await;
    assert_eq!(province.lacking().await.unwrap(), []);
    // One that is ended again now is ended by itself.
    province.end_grant("li", &Role::Worker, &OTHER_TOWN.parse().unwrap(), None).await.unwrap();
    let ends: Vec<_> = user(&province, "li").await.grants.into_iter().map(|grant| grant.to).collect();
    assert!(ends.len() == 2 && ends[0] < ends[1], "{ends:?}");
    assert_eq!(province.lacking().await.unwrap(), []);
}

async fn lines_of_what_is_lacking_can_be_chosen(place: Place) {
    let province = place.province().await;
    let wang = worker(&province, "wang", TOWN).await;
    let li = worker(&province, "li", OTHER_TOWN).await;
    place.days_pass(1);
    let (of_wang, of_li) = (standing(&province, &wang).await, standing(&province, &li).await);
    let (_other, back) = put_back(&place).await;
    for (desk, told) in [(&wang, &of_wang), (&li, &of_li)] {
        back.claim(&claim(desk, told)).await.unwrap();
    }
    let lacking = back.lacking().await.unwrap();
    let code = |what: fn(&Lacking) -> bool| lacking.iter().find(|one| what(one)).unwrap().code();
    let of_wang = code(|one| matches!(one, Lacking::Grant { user, .. } if user == "wang"));
    let none = back.redo_of(&[of_wang.clone(), "zzzzzz".into()]).await.unwrap_err();
    assert!(none.to_string().contains("zzzzzz"));
    assert_eq!(back.lacking().await.unwrap(), lacking, "nothing was done");
    // What it cannot do without comes along, and nothing else.
    let done = back.redo_of(&[of_wang]).await.unwrap();
    assert!(matches!(&done[..], [Lacking::User { .. }, Lacking::Grant { .. }]), "{done:?}");
    assert_eq!(back.lacking().await.unwrap().len(), lacking.len() - 2);
    let names: Vec<String> = back.users().await.unwrap().into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["wang"]);
}

async fn user(province: &Province, name: &str) -> tiexin_domain::access::User {
    province.users().await.unwrap().into_iter().find(|user| user.name == name).expect("a user")
}

/// Says hello as a desk does that keeps this statement; brings it when it is asked to.
async fn hello_with(province: &Province, desk: &Desk, kept: &Signed) -> HelloReply {
    let request = HelloRequest { standing: Some(mark(kept)), ..greeting(desk) };
    let reply = province.hello(&request).await.unwrap();
    if !reply.bring {
        return reply;
    }
    assert!(reply.standing.is_none(), "what is kept is not replaced before it was brought");
    let reply = province.hello(&HelloRequest { testimony: Some(kept.clone()), ..request }).await.unwrap();
    assert!(!reply.bring && reply.standing.is_some());
    reply
}

/// The backup knows the machine, and not that it was lost. It is shut out as soon as any other desk comes.
async fn a_machine_revoked_after_the_backup_is_shut_out_again(place: Place) {
    let province = place.province().await;
    let witness = worker(&province, "witness", TOWN).await;
    let lost = worker(&province, "lost", TOWN).await;
    let retired = worker(&province, "retired", TOWN).await;
    place.days_pass(1);
    let early = standing(&province, &witness).await;
    province.revoke(lost.device, true, None).await.unwrap();
    province.revoke(retired.device, false, None).await.unwrap();
    place.days_pass(1);
    let reply =
        province.hello(&HelloRequest { standing: Some(mark(&early)), ..greeting(&witness) }).await.unwrap();
    let told = reply.standing.expect("a newer statement");
    let quiet =
        province.hello(&HelloRequest { standing: Some(mark(&told)), ..greeting(&witness) }).await.unwrap();
    assert_eq!((quiet.standing, quiet.bring), (None, false));

    place.meddle("UPDATE device SET revoked_at = NULL, retires_at = NULL, wipe_order = NULL").await;
    // The audit cannot be meddled with: the acts lie so far back that it is told no more of them.
    place.days_pass(100);
    province.restored().await.unwrap();
    assert!(province.hello(&greeting(&lost)).await.is_ok());
    let state = async |desk: &Desk| {
        let all = province.devices().await.unwrap();
        all.into_iter().find(|device| device.id == desk.device).unwrap().state()
    };
    hello_with(&province, &witness, &told).await;
    assert_eq!(state(&lost).await, DeviceState::Revoked);
    assert!(matches!(province.hello(&greeting(&lost)).await, Err(Error::Shut(_))));
    // One that was to retire is no danger: the office says it again.
    assert_eq!(state(&retired).await, DeviceState::InUse);
    let lacking = province.lacking().await.unwrap();
    assert!(
        matches!(&lacking[..], [Lacking::Revoked { id, lost: false, .. }] if *id == retired.device),
        "{lacking:?}"
    );
    province.redo().await.unwrap();
    assert_eq!(state(&retired).await, DeviceState::Retiring);
    assert_eq!(province.lacking().await.unwrap(), []);
}

async fn nobody_can_testify_for_himself(place: Place) {
    let province = place.province().await;
    let wang = worker(&province, "wang", TOWN).await;
    let lost = worker(&province, "lost", TOWN).await;
    place.days_pass(1);
    let of_lost = standing(&province, &lost).await;
    province.revoke(lost.device, true, None).await.unwrap();
    place.days_pass(1);
    let of_wang = standing(&province, &wang).await;
    let (_other, back) = put_back(&place).await;

    // Another statement than was signed; one that a desk signed; one brought by another machine.
    let more = Signed { body: of_wang.body.replace("worker", "admin"), ..of_wang.clone() };
    refused(back.claim(&claim(&wang, &more)).await, Refused::SignatureWrong);
    let said: Standing = serde_json::from_str(&of_wang.body).unwrap();
    let own = tiexin_seal::state(&Keys::of_desk(&wang.key.to_bytes()).unwrap(), &said).unwrap();
    refused(back.claim(&claim(&wang, &own)).await, Refused::SignatureWrong);
    refused(back.claim(&claim(&lost, &of_wang)).await, Refused::SignatureWrong);
    assert_eq!(back.lacking().await.unwrap(), []);

    // The lost machine is not taken back, whichever of the two came first, and no code helps it.
    back.claim(&claim(&lost, &of_lost)).await.unwrap();
    back.claim(&claim(&wang, &of_wang)).await.unwrap();
    let told = back.redo().await.unwrap();
    assert!(
        told.iter().all(|one| !matches!(one, Lacking::Device { id, .. } if *id == lost.device)),
        "{told:?}"
    );
    refused(back.claim(&claim(&lost, &of_lost)).await, Refused::DeviceRevoked);
    refused(again(&back, &lost, "wang").await, Refused::DeviceRevoked);
    assert_eq!(back.devices().await.unwrap().len(), 1);
}

/// A province that was never put back asks for nothing, and neither does one for what its backup held.
async fn who_knows_nothing_newer_is_not_asked(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let told = standing(&province, &desk).await;
    province.add_grant("w", &grant(Role::Worker, OTHER_TOWN)).await.unwrap();
    let request = HelloRequest { standing: Some(mark(&told)), ..greeting(&desk) };
    let reply = province.hello(&request).await.unwrap();
    assert!(!reply.bring && reply.standing.is_some());
    place.days_pass(1);
    province.restored().await.unwrap();
    let reply = province.hello(&request).await.unwrap();
    assert!(!reply.bring && reply.standing.is_some());
    // Unknown, with a statement that the book is newer than.
    let early = claim(&desk, &told);
    place.meddle("DELETE FROM device_author").await;
    place.meddle("DELETE FROM device").await;
    refused(province.claim(&early).await, Refused::NotFound);
    assert_eq!(json!(province.lacking().await.unwrap()), json!([]));
}
