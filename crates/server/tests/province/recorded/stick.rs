//! A desk without a line: its package, and what comes home with it.

use serde_json::json;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_protocol::blob::BlobHash;
use tiexin_protocol::package::{Address, CarriedBlob, Part, PushBody, ReplyBody, Way, gather, split};
use tiexin_protocol::wire::{Cursor, PullRequest, RefusalCode};
use tiexin_protocol::{ChangeId, PROTOCOL};
use tiexin_seal::Keys;
use tiexin_server::Province;

use super::people::{People, id};
use super::script::{NEW, greeting};
use super::tape::Tape;
use crate::place::{OTHER_TOWN, region};

/// A desk without a line: its package, the parts of the reply, and what both say.
pub(super) async fn carried(province: &Province, people: &mut People, tape: &mut Tape) {
    let far = &mut people.far;
    let mine = far.new_household(id(0xd1), NEW, "周八");
    let (photo, thumb) = (&b"a photo of a few bytes"[..], &b"a small one"[..]);
    let attachment = json!({"region": NEW, "owner": id(0xd1), "owner_kind": "household", "what": "home_visit",
        "sha256": BlobHash::of(photo).to_string(), "bytes": photo.len(), "mime": "image/jpeg",
        "thumb_sha256": BlobHash::of(thumb).to_string(), "thumb_bytes": thumb.len()});
    let attachment = far.change("attachment", id(0xd2), OTHER_TOWN, 0, attachment);
    let blob = |bytes: &[u8]| CarriedBlob {
        record: id(0xd2),
        scope: region(OTHER_TOWN),
        hash: BlobHash::of(bytes),
        bytes: bytes.len() as u64,
    };
    let keys = Keys::of_desk(&far.key.to_bytes()).unwrap();
    let to = far.hello(province).await.province_keys.expect("keys");
    let body = PushBody {
        protocol: PROTOCOL,
        app: "0.1.0".into(),
        reply_to: keys.public().seal,
        pushes: vec![far.pushing(&[mine.clone(), attachment])],
        pull: PullRequest { refused: vec![mine.id], ..far.pulling(Vec::new()) },
        anew: vec![region(OTHER_TOWN)],
        greeting: Some(greeting(far)),
        blobs: vec![blob(thumb), blob(photo)],
    };
    let address = Address {
        package: id(0xaa),
        way: Way::Push,
        device: far.device,
        incarnation: far.incarnation,
        province: to.sign,
        number: 1,
        answers: None,
    };
    // The second one was damaged on its way.
    let sealed = tiexin_seal::seal(&to.seal, &body, &[thumb, b"a photo of a few bytez"]).unwrap();
    let parts = split(&address, &sealed, 600, |bytes| keys.sign(bytes)).unwrap();
    assert!(parts.len() > 1);
    let mut turn = tape.turn("far-writes-a-stick");
    turn.keep(&body).keep(&parts[0].header);
    for part in &parts {
        turn.bytes(&format!("{}.txp", part.header.part), part.bytes());
    }
    let mut state = None;
    for part in &parts {
        let told = province.take_part(part.bytes().to_vec()).await.unwrap();
        tape.turn("courier-brings-a-part").keep(&told);
        state = told.reply_parts;
    }
    let mut reply = Vec::new();
    for part in 1..=state.expect("whole") {
        reply.push(Part::read(province.package_reply(id(0xaa), part).await.unwrap()).unwrap());
    }
    let mut turn = tape.turn("far-gets-the-reply");
    turn.keep(&reply[0].header);
    for part in &reply {
        turn.bytes(&format!("{}.txp", part.header.part), part.bytes());
    }
    let gathered = gather(reply).unwrap().remove(0);
    let (said, _): (ReplyBody, Vec<u8>) = tiexin_seal::open(&keys, &gathered.whole().unwrap()).unwrap();
    assert!(said.snapshots.len() == 1 && said.pushes.len() == 1);
    let refused: Vec<_> =
        said.blobs.iter().map(|told| told.refused.as_ref().map(RefusalCode::as_str)).collect();
    assert_eq!(refused, [None, Some("blob_damaged")]);
    turn.keep(&said);
    refused_reply(said, tape);
}

/// What a reply can say besides; the same words, put together by hand.
fn refused_reply(said: ReplyBody, tape: &mut Tape) {
    let refusal = tiexin_server::Refused::IncarnationForked.refusal();
    let cursor =
        Cursor { scope: region(OTHER_TOWN), generation: id(0x9e02), since: 3, view: vec![region(NEW)] };
    let mut snapshots = said.snapshots.clone();
    snapshots[0].instead_of = Some(cursor);
    let settled = tiexin_protocol::wire::Settled {
        change: ChangeId { device: id(0xd7), incarnation: id(0xe7), seq: 1 },
        choice: Choice::Theirs,
        note: Some("以省里的为准".into()),
        by: Some("审核人".into()),
        at: Some(7),
        wrote: None,
    };
    let reply = ReplyBody { refused: Some(refusal), snapshots, settled: vec![settled], more: true, ..said };
    tape.turn("far-is-refused").keep(&reply);
}
