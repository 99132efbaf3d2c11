//! Leases, desks that are shut out, the page of devices, two machines under one number, rescue.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_protocol::rescue::{LeftKey, Rescue};
use tiexin_protocol::statement::{Lease, Signed, WipeOrder, Wiped};
use tiexin_protocol::wire::{DeviceRow, DeviceState, Escrowed, HelloRequest, RevokeRequest};
use tiexin_protocol::{PROTOCOL, Verdict};
use tiexin_seal::Keys;
use tiexin_server::{Error, Policy, Province, Refused};
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, region, worker};

on_both_stores!(
    hello_gives_a_lease,
    a_lost_desk_hears_the_order_and_nothing_else,
    a_desk_that_retires_hands_over_first,
    only_the_desk_itself_can_say_that_it_is_wiped,
    a_supervisor_sees_the_desks_of_the_region,
    a_supervisor_revokes_in_the_region_only,
    a_desk_stands_where_its_people_work_now,
    what_a_device_should_hear_it_hears_at_its_next_pull,
    two_machines_under_one_number_are_noticed,
    a_restored_desk_is_no_second_machine,
    a_forgotten_password_is_rescued,
);

const DAY_MS: i64 = 24 * 3600 * 1000;

fn asking(desk: &Desk) -> HelloRequest {
    HelloRequest {
        device: desk.device,
        incarnation: desk.incarnation,
        protocol: PROTOCOL,
        app: "1.2.3".into(),
        ..HelloRequest::default()
    }
}

fn order(province_key: &str, signed: &Signed) -> WipeOrder {
    tiexin_seal::check(province_key, signed).expect("the province's own order")
}

async fn key_of(province: &Province, desk: &Desk) -> String {
    desk.hello(province).await.province_keys.expect("keys").sign
}

fn shut<T: std::fmt::Debug>(done: tiexin_server::Result<T>) -> Signed {
    match done {
        Err(Error::Shut(order)) => *order,
        other => panic!("{other:?}"),
    }
}

fn done(desk: &Desk, order: Uuid) -> Wiped {
    let keys = Keys::of_desk(&desk.key.to_bytes()).unwrap();
    let signature = tiexin_seal::mark(&keys, "wiped", &order.to_string());
    Wiped { device: desk.device, order, signature }
}

async fn hello_gives_a_lease(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let hello = desk.hello(&province).await;
    let key = hello.province_keys.unwrap().sign;
    let lease: Lease = tiexin_seal::check(&key, &hello.lease.unwrap()).unwrap();
    assert_eq!(lease.device, desk.device);
    assert_eq!((lease.told, lease.until - lease.told), (hello.server_time, 30 * DAY_MS));
    place.days_pass(3);
    let later: Lease = tiexin_seal::check(&key, &desk.hello(&province).await.lease.unwrap()).unwrap();
    assert_eq!(later.until - lease.until, 3 * DAY_MS);
    let freely = province.clone().under(Policy { lease_days: 0, ..Policy::default() });
    assert_eq!(desk.hello(&freely).await.lease, None);
}

async fn a_lost_desk_hears_the_order_and_nothing_else(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let key = key_of(&province, &desk).await;
    province.revoke_device(desk.device).await.unwrap();
    let told = order(&key, &shut(province.hello(&asking(&desk)).await));
    assert_eq!((told.device, told.hand_over), (desk.device, false));
    let token = tiexin_protocol::wire::TokenRequest { device: desk.device, nonce: None, signature: None };
    assert_eq!(order(&key, &shut(province.token(&token).await)), told);
    shut(province.pull(&desk.pulling(vec![])).await);
    // It gets no time to hand over any more: it would hear of no backup, and keep its book.
    assert!(province.revoke(desk.device, false, None).await.is_err());
    assert_eq!(order(&key, &shut(province.hello(&asking(&desk)).await)), told);
    // What it still brings is kept for people to look at, and takes no effect.
    let late = desk.new_household(Uuid::new_v4(), VILLAGE, "迟到户");
    assert_eq!(words(&desk.push(&province, &[late]).await), ["no_right"]);
    let chief = person(&province, "chief", &[grant(Role::Supervisor, TOWN)]).await;
    let kept = province.quarantine(chief.device, &TOWN.parse().unwrap()).await.unwrap();
    assert_eq!(kept[0].change.set["head_name"], "迟到户");
}

async fn a_desk_that_retires_hands_over_first(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let key = key_of(&province, &desk).await;
    province.revoke(desk.device, false, None).await.unwrap();
    let told = order(&key, &desk.hello(&province).await.order.expect("an order"));
    assert!(told.hand_over);
    let last = desk.new_household(Uuid::new_v4(), VILLAGE, "最后一户");
    let reply = desk.push(&province, &[last]).await;
    assert!(matches!(reply.verdicts[0].verdict, Verdict::Applied { .. }));
    province.wiped(&done(&desk, told.order)).await.unwrap();
    shut(province.hello(&asking(&desk)).await);
    assert_eq!(province.devices().await.unwrap()[0].state(), DeviceState::Wiped);
}

async fn only_the_desk_itself_can_say_that_it_is_wiped(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let other = worker(&province, "o", TOWN).await;
    let key = key_of(&province, &desk).await;
    let refused = |done: tiexin_server::Result<()>, want: Refused| {
        assert!(matches!(done, Err(Error::Refused(why)) if why == want));
    };
    // Without an order there is nothing to say.
    refused(province.wiped(&done(&desk, Uuid::new_v4())).await, Refused::NotFound);
    province.revoke_device(desk.device).await.unwrap();
    let told = order(&key, &shut(province.hello(&asking(&desk)).await));
    let borrowed = Wiped { device: desk.device, ..done(&other, told.order) };
    refused(province.wiped(&borrowed).await, Refused::SignatureWrong);
    refused(province.wiped(&done(&desk, Uuid::new_v4())).await, Refused::NotFound);
    assert_eq!(province.devices().await.unwrap()[0].state(), DeviceState::Revoked);
    province.wiped(&done(&desk, told.order)).await.unwrap();
    assert_eq!(province.devices().await.unwrap()[0].state(), DeviceState::Wiped);
    assert_eq!(province.verify().await.unwrap().broken, []);
}

fn row<'a>(rows: &'a [DeviceRow], desk: &Desk) -> Option<&'a DeviceRow> {
    rows.iter().find(|row| row.id == desk.device)
}

async fn a_supervisor_sees_the_desks_of_the_region(place: Place) {
    let province = place.province().await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let elsewhere = worker(&province, "elsewhere", OTHER_TOWN).await;
    let county = person(&province, "county", &[grant(Role::Supervisor, "340323")]).await;
    let town = person(&province, "town", &[grant(Role::Supervisor, TOWN)]).await;
    let told = HelloRequest { waiting: Some(7), ..asking(&village) };
    let hello = province.hello(&told).await.unwrap();

    let rows = province.devices_for(town.device, town.author).await.unwrap();
    let seen = row(&rows, &village).unwrap();
    assert_eq!(
        (seen.waiting, seen.app.as_str(), seen.last_seen),
        (Some(7), "1.2.3", Some(hello.server_time))
    );
    let sent = ["张三", "李四"].map(|name| village.new_household(Uuid::new_v4(), VILLAGE, name));
    village.push(&province, &sent).await;
    let rows = province.devices_for(town.device, town.author).await.unwrap();
    let seen = row(&rows, &village).unwrap();
    assert_eq!(seen.waiting, Some(5), "what was answered since waits no longer");
    assert_eq!(seen.lease_until, Some(hello.server_time + 30 * DAY_MS));
    assert_eq!((seen.users.as_slice(), seen.state), (&["village".to_owned()][..], DeviceState::InUse));
    assert!(seen.may_revoke && seen.copied_at.is_none());
    assert_eq!(row(&rows, &elsewhere), None);
    assert_eq!(row(&rows, &county), None, "a township does not look after the county's machines");
    assert_eq!(province.devices_for(county.device, county.author).await.unwrap().len(), 4);

    // Neither a worker nor somebody who borrows another's name sees anything.
    for (desk, author) in [(&village, village.author), (&village, town.author), (&town, village.author)] {
        let refused = province.devices_for(desk.device, author).await;
        assert!(matches!(refused, Err(Error::Refused(Refused::NoRight))));
    }
    province.disable_user("town").await.unwrap();
    let refused = province.devices_for(town.device, town.author).await;
    assert!(matches!(refused, Err(Error::Refused(Refused::NoRight))));
}

async fn a_supervisor_revokes_in_the_region_only(place: Place) {
    let province = place.province().await;
    let village = worker(&province, "village", VILLAGE).await;
    let elsewhere = worker(&province, "elsewhere", OTHER_TOWN).await;
    let both = person(&province, "both", &[grant(Role::Worker, TOWN), grant(Role::Worker, OTHER_TOWN)]).await;
    let town = person(&province, "town", &[grant(Role::Supervisor, TOWN)]).await;
    let ask = RevokeRequest { author: town.author, lost: true };
    let no_right = |done: tiexin_server::Result<()>| {
        assert!(matches!(done, Err(Error::Refused(Refused::NoRight | Refused::DeviceUnknown))), "{done:?}");
    };
    no_right(province.revoke_for(town.device, elsewhere.device, &ask).await);
    no_right(province.revoke_for(town.device, both.device, &ask).await);
    no_right(province.revoke_for(town.device, town.device, &ask).await);
    no_right(province.revoke_for(town.device, Uuid::new_v4(), &ask).await);
    let as_worker = RevokeRequest { author: village.author, lost: true };
    no_right(province.revoke_for(village.device, village.device, &as_worker).await);
    assert!(province.devices().await.unwrap().iter().all(|device| device.state() == DeviceState::InUse));

    province
        .revoke_for(town.device, village.device, &RevokeRequest { lost: false, ..ask.clone() })
        .await
        .unwrap();
    let rows = province.devices_for(town.device, town.author).await.unwrap();
    assert_eq!(row(&rows, &village).unwrap().state, DeviceState::Retiring);
    // It never came: it is lost after all.
    province.revoke_for(town.device, village.device, &ask).await.unwrap();
    let rows = province.devices_for(town.device, town.author).await.unwrap();
    let seen = row(&rows, &village).unwrap();
    assert_eq!((seen.state, seen.may_revoke), (DeviceState::Revoked, false));
    shut(province.hello(&asking(&village)).await);
    assert!(row(&rows, &both).is_some_and(|row| !row.may_revoke));
}

async fn two_machines_under_one_number_are_noticed(place: Place) {
    let province = place.province().await;
    let first = worker(&province, "w", TOWN).await;
    assert!(first.hello(&province).await.notices.is_empty());
    place.days_pass(1);
    // The copy has taken a number of its own; the first one goes on.
    let copy = HelloRequest { incarnation: Uuid::new_v4(), ..asking(&first) };
    assert!(province.hello(&copy).await.unwrap().notices.is_empty(), "it may be the same machine, restored");
    place.days_pass(1);
    assert_eq!(first.hello(&province).await.notices, ["device_copied"]);
    assert_eq!(province.hello(&copy).await.unwrap().notices, ["device_copied"], "both are told");
    let town = person(&province, "town", &[grant(Role::Supervisor, TOWN)]).await;
    let rows = province.devices_for(town.device, town.author).await.unwrap();
    assert!(row(&rows, &first).unwrap().copied_at.is_some());
}

async fn a_restored_desk_is_no_second_machine(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    desk.hello(&province).await;
    for _ in 0..3 {
        place.days_pass(1);
        let again = HelloRequest { incarnation: Uuid::new_v4(), ..asking(&desk) };
        assert!(province.hello(&again).await.unwrap().notices.is_empty());
        assert!(province.hello(&again).await.unwrap().notices.is_empty());
    }
    assert_eq!(province.devices().await.unwrap()[0].copied_at, None);
}

async fn a_forgotten_password_is_rescued(place: Place) {
    let (private, public) = tiexin_seal::escrow_keygen();
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let nothing = province.rescue(desk.device, "w", &private).await;
    assert!(matches!(nothing, Err(Error::Config(_))), "nothing was left yet");
    let province = province.under(Policy { escrow: Some(public.clone()), ..Policy::default() });
    let hello = desk.hello(&province).await;
    assert_eq!((hello.escrow.as_deref(), hello.escrow_held), (Some(public.as_str()), None));
    // Left for a key that is not the province's: not kept.
    let left = LeftKey { device: desk.device, key: "ab".repeat(32) };
    let (_, stranger) = tiexin_seal::escrow_keygen();
    let sealed = tiexin_seal::leave(&stranger, &left).unwrap();
    let told = HelloRequest { escrow: Some(Escrowed { to: stranger, sealed }), ..asking(&desk) };
    assert_eq!(province.hello(&told).await.unwrap().escrow_held, None);
    let sealed = tiexin_seal::leave(&public, &left).unwrap();
    let told = HelloRequest { escrow: Some(Escrowed { to: public.clone(), sealed }), ..asking(&desk) };
    province.hello(&told).await.unwrap();
    assert_eq!(desk.hello(&province).await.escrow_held, Some(public));

    let (wrong, _) = tiexin_seal::escrow_keygen();
    assert!(matches!(province.rescue(desk.device, "w", &wrong).await, Err(Error::Config(_))));
    worker(&province, "o", TOWN).await;
    let stranger = province.rescue(desk.device, "o", &private).await;
    assert!(matches!(stranger, Err(Error::Refused(Refused::UserUnknown))), "no user of that machine");
    let before = province.verify().await.unwrap().audit_entries;
    let rescued = province.rescue(desk.device, "w", &private).await.unwrap();
    assert_eq!(province.verify().await.unwrap().audit_entries, before + 1);
    let opened: Rescue = tiexin_seal::with_code(&rescued.code, &rescued.file.sealed).unwrap();
    assert_eq!((opened.device, opened.author, opened.key), (desk.device, desk.author, left.key));
    let listed = serde_json::to_value(province.devices().await.unwrap()).unwrap();
    assert!(!listed.to_string().contains(&json!(rescued.file.sealed).to_string()));
}

async fn a_desk_stands_where_its_people_work_now(place: Place) {
    let province = place.province().await;
    let desk = person(&province, "w", &[grant(Role::Worker, TOWN), grant(Role::Worker, "340602001")]).await;
    let county = person(&province, "county", &[grant(Role::Supervisor, "340323")]).await;
    let seen = async || {
        let rows = province.devices_for(county.device, county.author).await.unwrap();
        row(&rows, &desk)
            .map(|row| (row.regions.iter().map(ToString::to_string).collect::<Vec<_>>(), row.may_revoke))
    };
    assert_eq!(seen().await, Some((vec![TOWN.into(), "340602001".into()], false)), "another county's, too");
    province.end_grant("w", &Role::Worker, &region("340602001"), None).await.unwrap();
    assert_eq!(seen().await, Some((vec![TOWN.into()], true)), "what ended elsewhere ties nobody's hands");
    // Moved within the county: the former township is not its place any more.
    province.add_grant("w", &grant(Role::Worker, OTHER_TOWN)).await.unwrap();
    province.end_grant("w", &Role::Worker, &region(TOWN), None).await.unwrap();
    assert_eq!(seen().await, Some((vec![OTHER_TOWN.into()], true)));
    // Somebody who left: the machine is still to be looked after, where the person was last.
    place.days_pass(5);
    province.end_grant("w", &Role::Worker, &region(OTHER_TOWN), None).await.unwrap();
    assert_eq!(seen().await, Some((vec![OTHER_TOWN.into()], true)));
    // As good as left.
    province.add_grant("w", &grant(Role::Worker, TOWN)).await.unwrap();
    province.disable_user("w").await.unwrap();
    assert_eq!(seen().await, Some((vec![TOWN.into()], true)));
}

async fn what_a_device_should_hear_it_hears_at_its_next_pull(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let said = desk.hello(&province).await;
    let mark = async || province.pull(&desk.pulling(vec![])).await.unwrap().access;
    assert_eq!(mark().await, said.access);
    // Nobody said hello since, but the desk was in contact.
    place.days_pass(1);
    mark().await;
    let last = province.devices().await.unwrap()[0].last_seen;
    assert_eq!(last, Some(said.server_time + DAY_MS));
    province.revoke(desk.device, false, None).await.unwrap();
    assert_ne!(mark().await, said.access, "it retires: hello has an order for it");
    let hello = desk.hello(&province).await;
    assert!(hello.order.is_some());
    assert_eq!(mark().await, hello.access, "once is enough");
}
