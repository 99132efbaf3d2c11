//! Packages that come on a stick: the same as a push and a pull on the line, in any order, twice, late.

use proptest::prelude::*;
use serde_json::json;
use tiexin_protocol::blob::BlobHash;
use tiexin_protocol::package::{
    Address, CarriedBlob, Fault, Gathered, Part, PushBody, ReplyBody, Way, gather, split,
};
use tiexin_protocol::wire::RefusalCode;
use tiexin_protocol::{Change, PROTOCOL, Verdict};
use tiexin_seal::Keys;
use tiexin_server::{Error, Province, Refused};
use uuid::Uuid;

use crate::desk::Desk;
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, worker};

on_both_stores!(
    a_package_is_a_push_and_a_pull,
    parts_come_in_any_order_and_again,
    late_and_twice_changes_nothing,
    what_is_not_for_us_is_refused,
    a_changed_byte_changes_nothing,
    a_courier_cannot_read_it,
    a_new_desk_gets_its_township_whole,
    a_copied_desk_is_told,
    old_packages_are_forgotten_and_harmless,
    attachments_come_along_once_and_whole,
    an_attachment_that_is_not_taken_holds_up_nothing,
);

fn keys(desk: &Desk) -> Keys {
    Keys::of_desk(&desk.key.to_bytes()).unwrap()
}

/// What the desk would write on a stick.
async fn package(province: &Province, desk: &Desk, changes: Vec<Change>, most: usize) -> Vec<Part> {
    package_with(province, desk, changes, most, &[]).await
}

/// The same with attachments; each with the bytes that follow, whole or not.
async fn package_with(
    province: &Province,
    desk: &Desk,
    changes: Vec<Change>,
    most: usize,
    blobs: &[(CarriedBlob, &[u8])],
) -> Vec<Part> {
    let to = desk.hello(province).await.province_keys.expect("keys");
    let body = PushBody {
        protocol: PROTOCOL,
        app: "test".into(),
        reply_to: keys(desk).public().seal,
        pushes: vec![desk.pushing(&changes)],
        pull: desk.pulling(desk.cursors()),
        anew: Vec::new(),
        greeting: None,
        blobs: blobs.iter().map(|(blob, _)| blob.clone()).collect(),
    };
    let address = Address {
        package: Uuid::new_v4(),
        way: Way::Push,
        device: desk.device,
        incarnation: desk.incarnation,
        province: to.sign,
        number: 1,
        answers: None,
    };
    let behind: Vec<&[u8]> = blobs.iter().map(|(_, bytes)| *bytes).collect();
    let sealed = tiexin_seal::seal(&to.seal, &body, &behind).unwrap();
    split(&address, &sealed, most, |bytes| keys(desk).sign(bytes)).unwrap()
}

async fn take(province: &Province, part: &Part) -> tiexin_server::Result<Option<u32>> {
    Ok(province.take_part(part.bytes().to_vec()).await?.reply_parts)
}

async fn reply(province: &Province, package: Uuid, parts: u32) -> Gathered {
    let mut all = Vec::new();
    for part in 1..=parts {
        all.push(Part::read(province.package_reply(package, part).await.unwrap()).unwrap());
    }
    gather(all).unwrap().remove(0)
}

/// The reply to the whole package, opened by its desk.
async fn told(province: &Province, desk: &Desk, package: &[Part]) -> (ReplyBody, Vec<u8>) {
    let mut parts = None;
    for part in package {
        parts = take(province, part).await.unwrap();
    }
    let gathered = reply(province, package[0].header.address.package, parts.expect("whole")).await;
    tiexin_seal::open(&keys(desk), &gathered.whole().unwrap()).unwrap()
}

fn fault(result: tiexin_server::Result<Option<u32>>) -> Fault {
    match result {
        Err(Error::Refused(Refused::Package(fault))) => fault,
        other => panic!("{other:?}"),
    }
}

async fn a_package_is_a_push_and_a_pull(place: Place) {
    let province = place.province().await;
    let mut other = worker(&province, "other", TOWN).await;
    let theirs = other.new_household(Uuid::new_v4(), VILLAGE, "乙户");
    other.push(&province, std::slice::from_ref(&theirs)).await;
    let mut desk = worker(&province, "desk", TOWN).await;
    desk.follow(&province).await;
    let more = other.edit(theirs.record, TOWN, 1, json!({"phone": "19900001111"}));
    other.push(&province, &[more]).await;
    let mine = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    let (body, _) =
        told(&province, &desk, &package(&province, &desk, vec![mine.clone()], 1 << 20).await).await;
    assert_eq!((body.pushes.len(), body.pushes[0].first), (1, mine.id.seq));
    assert!(matches!(body.pushes[0].reply.verdicts[0].verdict, Verdict::Applied { version: 3, .. }));
    assert_eq!(body.hello.acked, mine.id.seq);
    assert!(body.hello.users.iter().any(|user| user.name == "desk"));
    let page = &body.pages[0];
    assert_eq!((page.entries.len(), page.next, page.head), (2, 3, 3));
    assert!(page.digest.is_some() && body.snapshots.is_empty() && !body.more);
    assert_eq!(province.verify().await.unwrap().broken, []);
}

async fn parts_come_in_any_order_and_again(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "desk", TOWN).await;
    let mine = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    let mut parts = package(&province, &desk, vec![mine], 100).await;
    assert!(parts.len() > 3, "{}", parts.len());
    parts.reverse();
    let last = parts.pop().unwrap();
    for part in parts.iter().chain(&parts) {
        let state = province.take_part(part.bytes().to_vec()).await.unwrap();
        assert_eq!(state.reply_parts, None);
        assert!(state.missing.contains(&1));
    }
    assert_eq!(desk.hello(&province).await.acked, 0, "nothing is read before all is there");
    assert_eq!(take(&province, &last).await.unwrap(), Some(1));
    assert_eq!(desk.hello(&province).await.acked, 1);
    // Any part again finds the reply there.
    for part in &parts {
        assert_eq!(take(&province, part).await.unwrap(), Some(1));
    }
}

async fn late_and_twice_changes_nothing(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "desk", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    let two = desk.new_household(Uuid::new_v4(), VILLAGE, "乙户");
    let early = package(&province, &desk, vec![one.clone()], 1 << 20).await;
    let late = package(&province, &desk, vec![one.clone(), two.clone()], 1 << 20).await;
    // The later one first, then the line, then the early one, then all again.
    let (first, _) = told(&province, &desk, &late).await;
    let online = desk.push(&province, &[one, two]).await;
    assert!(online.verdicts.iter().all(|told| told.duplicate));
    let head = desk.hello(&province).await.scopes;
    let (behind, _) = told(&province, &desk, &early).await;
    assert!(behind.pushes[0].reply.verdicts[0].duplicate);
    let (again, _) = told(&province, &desk, &late).await;
    assert_eq!(again, first, "the same reply lies ready");
    assert_eq!(desk.hello(&province).await.scopes, head);
    assert_eq!(province.verify().await.unwrap().broken, []);
}

async fn what_is_not_for_us_is_refused(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "desk", TOWN).await;
    let stranger = worker(&province, "stranger", OTHER_TOWN).await;
    let mine = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    let good = package(&province, &desk, vec![mine.clone()], 1 << 20).await.remove(0);
    let signed = |address: Address, who: &Desk| {
        split(&address, good.payload(), 1 << 20, |bytes| keys(who).sign(bytes)).unwrap().remove(0)
    };
    let address = good.header.address.clone();
    let foreign = Address { province: keys(&desk).public().sign, ..address.clone() };
    assert_eq!(fault(take(&province, &signed(foreign, &desk)).await), Fault::OtherProvince);
    assert_eq!(fault(take(&province, &signed(address.clone(), &stranger)).await), Fault::Forged);
    let nobody = Address { device: Uuid::new_v4(), ..address.clone() };
    assert_eq!(fault(take(&province, &signed(nobody, &desk)).await), Fault::SenderUnknown);
    let home = Address { way: Way::Reply, ..address.clone() };
    assert_eq!(fault(take(&province, &signed(home, &desk)).await), Fault::Homeward);
    // Signed by one, holding the changes of another.
    let of_stranger = Address { device: stranger.device, package: Uuid::new_v4(), ..address.clone() };
    let borrowed = take(&province, &signed(of_stranger, &stranger)).await;
    assert!(matches!(borrowed, Err(Error::Refused(Refused::DeviceMismatch))));
    // The same id, other contents.
    let other = package(&province, &desk, vec![mine], 1 << 20).await.remove(0);
    assert!(take(&province, &good).await.unwrap().is_some());
    let forked = split(&address, other.payload(), 1 << 20, |bytes| keys(&desk).sign(bytes)).unwrap();
    assert_eq!(fault(take(&province, &forked[0]).await), Fault::Forked);
    province.revoke_device(desk.device).await.unwrap();
    for fault in [Fault::OtherProvince, Fault::Forged] {
        assert!(!fault.to_string().is_ascii());
    }
}

async fn a_changed_byte_changes_nothing(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "desk", TOWN).await;
    let mine = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    let bytes = package(&province, &desk, vec![mine], 1 << 20).await[0].bytes().to_vec();
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| {
        proptest!(ProptestConfig::with_cases(150), |(at: prop::sample::Index, flip in 1u8..)| {
            let mut damaged = bytes.clone();
            let at = at.index(damaged.len());
            damaged[at] ^= flip;
            let refused = runtime.block_on(province.take_part(damaged));
            prop_assert!(matches!(refused, Err(Error::Refused(Refused::Package(_)))), "byte {}", at);
        });
    });
    assert_eq!(desk.hello(&province).await.acked, 0);
    assert!(province.take_part(bytes).await.unwrap().reply_parts.is_some());
}

async fn a_courier_cannot_read_it(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "desk", TOWN).await;
    let courier = worker(&province, "courier", OTHER_TOWN).await;
    let mine = desk.new_household(Uuid::new_v4(), VILLAGE, "欧阳甲户");
    let parts = package(&province, &desk, vec![mine], 1 << 20).await;
    let gathered = gather(parts.clone()).unwrap().remove(0);
    let sealed = gathered.whole().unwrap();
    assert_eq!(tiexin_seal::open::<PushBody>(&keys(&courier), &sealed).unwrap_err(), Fault::OtherDesk);
    let parts_told = take(&province, &parts[0]).await.unwrap().unwrap();
    let back = reply(&province, gathered.address.package, parts_told).await;
    let sealed_back = back.whole().unwrap();
    assert_eq!(tiexin_seal::open::<ReplyBody>(&keys(&courier), &sealed_back).unwrap_err(), Fault::OtherDesk);
    let name = "欧阳".as_bytes();
    for file in parts.iter().chain(back.held()) {
        assert!(!file.bytes().windows(name.len()).any(|window| window == name));
    }
}

async fn a_new_desk_gets_its_township_whole(place: Place) {
    let province = place.province().await;
    let mut other = worker(&province, "other", TOWN).await;
    let households: Vec<Change> =
        (0..20).map(|n| other.new_household(Uuid::new_v4(), VILLAGE, &format!("第{n}户"))).collect();
    other.push(&province, &households).await;
    let desk = worker(&province, "desk", TOWN).await;
    let (body, bytes) = told(&province, &desk, &package(&province, &desk, Vec::new(), 1 << 20).await).await;
    assert_eq!((body.pages.len(), body.snapshots.len()), (0, 1));
    assert_eq!((body.snapshots[0].bytes, body.snapshots[0].instead_of.clone()), (bytes.len() as u64, None));
    let lines = zstd::decode_all(&bytes[..]).unwrap();
    assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), 21);
}

async fn a_copied_desk_is_told(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "desk", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    desk.push(&province, std::slice::from_ref(&one)).await;
    let mut another = desk.new_household(Uuid::new_v4(), VILLAGE, "乙户");
    another.id.seq = one.id.seq;
    let (body, _) = told(&province, &desk, &package(&province, &desk, vec![another], 1 << 20).await).await;
    assert_eq!(body.refused.expect("refused").code, RefusalCode::IncarnationForked);
    assert!(body.pushes.is_empty() && body.pages.is_empty());
}

async fn old_packages_are_forgotten_and_harmless(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "desk", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "甲户");
    let old = package(&province, &desk, vec![one], 1 << 20).await;
    told(&province, &desk, &old).await;
    place.days_pass(100);
    let two = desk.new_household(Uuid::new_v4(), VILLAGE, "乙户");
    told(&province, &desk, &package(&province, &desk, vec![two], 1 << 20).await).await;
    let gone = province.package_reply(old[0].header.address.package, 1).await;
    assert!(matches!(gone, Err(Error::Refused(Refused::NotFound))));
    let (again, _) = told(&province, &desk, &old).await;
    assert!(again.pushes[0].reply.verdicts[0].duplicate);
    assert_eq!(again.hello.acked, 2);
}

fn photo(desk: &mut Desk, bytes: &[u8]) -> (Change, CarriedBlob) {
    let set = json!({
        "region": VILLAGE, "owner": Uuid::new_v4(), "owner_kind": "household", "what": "home_visit",
        "sha256": BlobHash::of(bytes).to_string(), "bytes": bytes.len(), "mime": "image/jpeg",
    });
    let change = desk.change("attachment", Uuid::new_v4(), TOWN, 0, set);
    let (record, scope) = (change.record, change.scope.clone());
    let blob = CarriedBlob { record, scope, hash: BlobHash::of(bytes), bytes: bytes.len() as u64 };
    (change, blob)
}

fn refused(body: &ReplyBody) -> Vec<Option<&str>> {
    body.blobs.iter().map(|told| told.refused.as_ref().map(RefusalCode::as_str)).collect()
}

/// A place for attachments, also with a book that has none of its own.
fn with_blobs(province: Province, folder: &tempfile::TempDir) -> Province {
    province.with_blobs(folder.path().to_str().unwrap()).unwrap()
}

async fn there(province: &Province, desk: &Desk, blob: &CarriedBlob) -> bool {
    let CarriedBlob { record, scope, hash, .. } = blob;
    let asked = tiexin_server::Asked { device: desk.device, scope, record: *record, hash: *hash, chunk: 0 };
    province.get_blob(&asked).await.is_ok()
}

async fn attachments_come_along_once_and_whole(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = with_blobs(place.province().await, &folder);
    let mut desk = worker(&province, "desk", TOWN).await;
    let bytes: Vec<u8> = (0..600_000u32).map(|n| (n * 7 % 251) as u8).collect();
    let (change, blob) = photo(&mut desk, &bytes);
    let one = package_with(&province, &desk, vec![change.clone()], 1 << 20, &[(blob.clone(), &bytes)]).await;
    let (body, _) = told(&province, &desk, &one).await;
    assert_eq!(refused(&body), [None]);
    assert!(there(&province, &desk, &blob).await);
    // In another package: the change is a replay, the bytes are there.
    let again = package_with(&province, &desk, vec![change], 1 << 20, &[(blob.clone(), &bytes)]).await;
    let (body, _) = told(&province, &desk, &again).await;
    assert!(body.pushes[0].reply.verdicts[0].duplicate);
    assert_eq!(refused(&body), [None]);
    assert_eq!(province.verify().await.unwrap().broken, []);
}

async fn an_attachment_that_is_not_taken_holds_up_nothing(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let province = with_blobs(place.province().await, &folder);
    let mut desk = worker(&province, "desk", TOWN).await;
    let mut other = worker(&province, "other", OTHER_TOWN).await;
    let (whole, whole_blob) = photo(&mut desk, b"the whole one");
    let (damaged, damaged_blob) = photo(&mut desk, b"the damaged one");
    let (cut, cut_blob) = photo(&mut desk, b"the one that is cut off");
    let (_, foreign) = photo(&mut other, b"somebody else's");
    let blobs: Vec<(CarriedBlob, &[u8])> = vec![
        (damaged_blob.clone(), b"the damaged 0ne"),
        (foreign, b"somebody else's"),
        (whole_blob.clone(), b"the whole one"),
        (cut_blob.clone(), b"the one"),
    ];
    let package = package_with(&province, &desk, vec![whole, damaged, cut], 1 << 20, &blobs).await;
    let (body, _) = told(&province, &desk, &package).await;
    assert_eq!(refused(&body), [Some("blob_damaged"), Some("not_found"), None, Some("blob_damaged")]);
    assert_eq!(body.pushes[0].reply.verdicts.len(), 3, "the records are told");
    assert!(there(&province, &desk, &whole_blob).await);
    assert!(!there(&province, &desk, &damaged_blob).await && !there(&province, &desk, &cut_blob).await);
    assert_eq!(province.verify().await.unwrap().broken, []);
}
