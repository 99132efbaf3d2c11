//! How a desk stands with the province: leases, roots, witnesses, escrow, statements, orders.

use tiexin_protocol::rescue::{LeftKey, Rescue, RescueFile};
use tiexin_protocol::wire::{
    Escrowed, FormerNumber, HelloRequest, Refusal, RevokeRequest, SeenHead, SeenRoot,
};
use tiexin_seal::Keys;
use tiexin_server::{Error, Policy, Province};

use super::people::{People, id};
use super::script::greeting;
use super::tape::Tape;
use crate::desk::Desk;
use crate::place::{Place, TOWN, region};

/// Lease, roots, witnesses, escrow, former numbers, copies, orders, the page of devices.
pub(super) async fn standing(province: &Province, place: &Place, people: &mut People, tape: &mut Tape) {
    let (_, escrow) = tiexin_seal::escrow_keygen();
    let province = province.clone().under(Policy { escrow: Some(escrow.clone()), ..Policy::default() });
    let chief = &mut people.chief;
    chief.follow(&province).await;
    let root = province.audit_root(None).await.unwrap();
    let body: tiexin_protocol::statement::AuditRoot = serde_json::from_str(&root.signed.body).unwrap();
    let left = LeftKey { device: chief.device, key: "ab".repeat(32) };
    let sealed = tiexin_seal::leave(&escrow, &left).unwrap();
    let heads = chief.scopes.iter().map(|(scope, at)| SeenHead {
        scope: region(scope),
        generation: at.generation,
        seq: at.since,
        chain: at.chain,
    });
    let request = HelloRequest {
        waiting: Some(7),
        heads: heads.collect(),
        root: Some(SeenRoot { day: body.day.clone(), digest: body.digest.clone() }),
        escrow: Some(Escrowed { to: escrow.clone(), sealed }),
        former: vec![
            FormerNumber { incarnation: id(0x55), seq: 3, after: None },
            FormerNumber { incarnation: chief.incarnation, seq: 3, after: Some(0) },
        ],
        ..greeting(chief)
    };
    province.hello(&request).await.unwrap();
    place.days_pass(1);
    let copy = HelloRequest { incarnation: id(0x56), ..greeting(chief) };
    province.hello(&copy).await.unwrap();
    place.days_pass(1);
    let reply = province.hello(&request).await.unwrap();
    assert!(!reply.notices.is_empty() && reply.escrow_held.is_some() && reply.former.len() == 2);
    tape.turn("chief-hello-with-everything").keep(&request).keep(&reply).keep(&body);
    goes_on(&province, chief, tape).await;
    statements(&province, chief, tape).await;
    let signed = reply.lease.expect("a lease");
    let lease: tiexin_protocol::statement::Lease = serde_json::from_str(&signed.body).unwrap();
    tape.turn("lease").keep(&lease);
    devices(&province, people, tape).await;
    let rescue =
        Rescue { device: people.li.device, author: people.li.author, made_at: 1, key: left.key.clone() };
    let sealed = tiexin_seal::under_code("AB01-CDEF-2345", &rescue).unwrap();
    let file = RescueFile { format: RescueFile::FORMAT.into(), device: rescue.device, sealed };
    tape.turn("rescue").keep(&left).keep(&rescue).keep(&file);
}

/// A desk that has read under an older generation what stands on today's log too.
async fn goes_on(province: &Province, desk: &Desk, tape: &mut Tape) {
    let at = &desk.scopes[TOWN];
    let head = SeenHead { scope: region(TOWN), generation: id(0x79), seq: at.since, chain: at.chain };
    let request = HelloRequest { heads: vec![head], ..greeting(desk) };
    let reply = province.hello(&request).await.unwrap();
    assert!(reply.scopes.iter().any(|head| head.continues == Some(id(0x79))));
    tape.turn("chief-hello-from-an-older-generation").keep(&request).keep(&reply);
}

/// What a desk keeps of how it stands, and brings to a province that was put back.
async fn statements(province: &Province, desk: &Desk, tape: &mut Tape) {
    province.add_user("left", "走了的人").await.unwrap();
    province.disable_user("left").await.unwrap();
    let reply = province.hello(&greeting(desk)).await.unwrap();
    let signed = reply.standing.clone().expect("a statement");
    let said: tiexin_protocol::statement::Standing = serde_json::from_str(&signed.body).unwrap();
    assert!(!said.taken.is_empty() && !said.authors.is_empty());
    let request =
        HelloRequest { standing: said.mark(&signed.body), testimony: Some(signed.clone()), ..greeting(desk) };
    let again = province.hello(&request).await.unwrap();
    tape.turn("chief-brings-what-it-was-told").keep(&request).keep(&again);
    tape.turn("chief-is-told-how-it-stands").keep(&reply).keep(&said);
    // What a province asks that was put back; the same words, put together by hand.
    tape.turn("chief-is-asked").keep(&tiexin_protocol::wire::HelloReply {
        standing: None,
        bring: true,
        ..reply
    });
    let keys = Keys::of_desk(&desk.key.to_bytes()).unwrap();
    let signature = tiexin_seal::mark(&keys, "claim", &signed.signature);
    tape.turn("chief-claims").keep(&tiexin_protocol::statement::Claim { standing: signed, signature });
}

async fn devices(province: &Province, people: &mut People, tape: &mut Tape) {
    let (chief, lost, retired) = (&people.chief, &people.qian, &people.li);
    let ask = RevokeRequest { author: chief.author, lost: true };
    province.revoke_for(chief.device, lost.device, &ask).await.unwrap();
    province
        .revoke_for(chief.device, retired.device, &RevokeRequest { lost: false, ..ask.clone() })
        .await
        .unwrap();
    let Err(Error::Shut(order)) = province.hello(&greeting(lost)).await else { panic!("not shut out") };
    let refusal = tiexin_server::Refused::DeviceRevoked.refusal();
    let told: tiexin_protocol::statement::WipeOrder = serde_json::from_str(&order.body).unwrap();
    let refusal = Refusal { order: Some(*order), ..refusal };
    tape.turn("qian-was-lost").keep(&ask).keep(&refusal).keep(&told);
    let reply = province.hello(&greeting(retired)).await.unwrap();
    let order = reply.order.clone().expect("an order");
    tape.turn("li-retires").keep(&greeting(retired)).keep(&reply);
    let order: tiexin_protocol::statement::WipeOrder = serde_json::from_str(&order.body).unwrap();
    let before = province.devices_for(chief.device, chief.author).await.unwrap();
    let row = before.into_iter().find(|row| row.id == retired.device).expect("a row");
    tape.turn("li-is-retiring").keep(&row);
    let keys = Keys::of_desk(&retired.key.to_bytes()).unwrap();
    let signature = tiexin_seal::mark(&keys, "wiped", &order.order.to_string());
    let wiped = tiexin_protocol::statement::Wiped { device: retired.device, order: order.order, signature };
    province.wiped(&wiped).await.unwrap();
    tape.turn("li-is-wiped").keep(&wiped);
    let rows = province.devices_for(chief.device, chief.author).await.unwrap();
    for row in rows {
        tape.turn("device").keep(&row);
    }
}
