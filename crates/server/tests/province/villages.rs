//! I10 below the township: a village's desk follows the chain and sees its village only.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_protocol::wire::{Cursor, PageEntry};
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_VILLAGE, Place, TOWN, VILLAGE, grant, region, worker};

on_both_stores!(
    a_village_never_sees_its_neighbours,
    a_record_that_moves_enters_and_leaves,
    a_wider_grant_begins_anew,
);

fn saw(desk: &Desk, text: &str) -> bool {
    desk.scopes[TOWN].seen.iter().any(|entry| entry.contains(text))
}

async fn a_village_never_sees_its_neighbours(place: Place) {
    let province = place.province().await;
    let mut town = worker(&province, "town", TOWN).await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let (mine, theirs, above) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let all = [
        town.new_household(theirs, OTHER_VILLAGE, "邻村户"),
        town.new_household(mine, VILLAGE, "本村户"),
        town.new_household(above, TOWN, "镇上户"),
    ];
    assert_eq!(words(&town.push(&province, &all).await), ["applied"; 3]);
    let edit = town.edit(theirs, TOWN, 1, json!({"notes": "邻村的事"}));
    town.push(&province, &[edit]).await;
    let own = village.edit(mine, TOWN, 2, json!({"notes": "本村的事"}));
    village.push(&province, &[own]).await;
    // `follow` checks chain, gaplessness and the digest of the view.
    village.follow(&province).await;
    town.follow(&province).await;
    assert_eq!(village.scopes[TOWN].since, 5);
    assert_eq!(village.scopes[TOWN].chain, town.scopes[TOWN].chain);
    assert_eq!(village.scopes[TOWN].records.keys().collect::<Vec<_>>(), [&mine]);
    for hidden in ["邻村", "镇上户", &theirs.to_string(), &above.to_string(), OTHER_VILLAGE] {
        assert!(!saw(&village, hidden), "{hidden} left the server");
    }
    let snapshot = province.snapshot_bytes(village.device, &region(TOWN)).await.unwrap();
    let text = String::from_utf8(zstd::decode_all(&snapshot[..]).unwrap()).unwrap();
    assert!(text.contains("本村户") && !text.contains("邻村户") && !text.contains("镇上户"));
    let header: tiexin_protocol::wire::SnapshotHeader =
        serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((header.records, header.digest), (1, village.scopes[TOWN].digest()));
    assert_eq!(header.view, [region(VILLAGE)]);
    // Each view has a snapshot of its own.
    let whole = province.snapshot_bytes(town.device, &region(TOWN)).await.unwrap();
    assert_eq!(String::from_utf8(zstd::decode_all(&whole[..]).unwrap()).unwrap().lines().count(), 4);
}

async fn a_record_that_moves_enters_and_leaves(place: Place) {
    let province = place.province().await;
    let mut town = worker(&province, "town", TOWN).await;
    let mut one = worker(&province, "one", VILLAGE).await;
    let mut two = worker(&province, "two", OTHER_VILLAGE).await;
    let id = Uuid::new_v4();
    let first = town.new_household(id, VILLAGE, "搬家户");
    town.push(&province, &[first]).await;
    let edit = town.edit(id, TOWN, 1, json!({"current_address": "老屋"}));
    town.push(&province, &[edit]).await;
    one.follow(&province).await;
    two.follow(&province).await;
    assert!(one.record(TOWN, id).is_some() && two.record(TOWN, id).is_none());
    let moving = town.edit(id, TOWN, 2, json!({"region": OTHER_VILLAGE}));
    let after = town.edit(id, TOWN, 2, json!({"current_address": "新屋"}));
    town.push(&province, &[moving, after]).await;
    for desk in [&mut one, &mut two, &mut town] {
        desk.follow(&province).await;
    }
    assert!(one.record(TOWN, id).is_none(), "gone, not void");
    assert!(!saw(&one, "新屋"));
    assert_eq!(two.field(TOWN, id, "current_address"), json!("新屋"));
    assert_eq!(two.record(TOWN, id), town.record(TOWN, id));
    assert!(province.verify().await.unwrap().broken.is_empty());
}

async fn a_wider_grant_begins_anew(place: Place) {
    let province = place.province().await;
    let mut town = worker(&province, "town", TOWN).await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let theirs = Uuid::new_v4();
    let first = town.new_household(theirs, OTHER_VILLAGE, "邻村户");
    town.push(&province, &[first]).await;
    village.follow(&province).await;
    let narrow = village.cursors();
    province.add_grant("village", &grant(Role::Worker, OTHER_VILLAGE)).await.unwrap();
    let reply = province.pull(&village.pulling(narrow)).await.unwrap();
    assert!(reply.pages[0].rebase && reply.pages[0].entries.is_empty());
    assert_eq!(reply.pages[0].view, [region(VILLAGE), region(OTHER_VILLAGE)]);
    village.follow(&province).await;
    assert!(village.record(TOWN, theirs).is_some());
    // A desk that claims a wider view than it has gets nothing of it.
    let narrow = worker(&province, "narrow", VILLAGE).await;
    let heads = narrow.hello(&province).await.scopes;
    let greedy = Cursor { scope: region(TOWN), generation: heads[0].generation, since: 0, view: vec![] };
    let reply = province.pull(&narrow.pulling(vec![greedy])).await.unwrap();
    assert!(reply.pages[0].rebase && reply.pages[0].entries.is_empty());
    let honest = Cursor {
        scope: region(TOWN),
        generation: heads[0].generation,
        since: 0,
        view: heads[0].view.clone(),
    };
    let reply = province.pull(&narrow.pulling(vec![honest])).await.unwrap();
    assert!(matches!(reply.pages[0].entries[0], PageEntry::Hidden { seq: 1, .. }));
}
