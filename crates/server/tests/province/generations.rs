//! I12, and what a cursor is told.

use tiexin_protocol::wire::{Cursor, HelloRequest, PageEntry, SeenHead};
use tiexin_protocol::{PROTOCOL, PULL_ENTRIES, PUSH_CHANGES};
use tiexin_server::Province;
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, OTHER_VILLAGE, Place, TOWN, VILLAGE, region, worker};

on_both_stores!(
    a_foreign_generation_gets_no_data,
    a_cursor_beyond_the_log_begins_anew,
    who_has_read_the_beginning_of_a_restored_log_reads_on,
    an_edit_of_a_lost_generation_makes_no_record,
    an_idle_pull_is_tiny,
    pages_end_on_a_commit,
    many_scopes_share_a_reply,
    own_changes_come_back_as_echoes,
);

/// I12
async fn a_foreign_generation_gets_no_data(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, &[one]).await;
    for since in [0, 1, 7] {
        let foreign = Cursor { scope: region(TOWN), generation: Uuid::new_v4(), since, view: vec![] };
        let reply = province.pull(&desk.pulling(vec![foreign])).await.unwrap();
        let page = &reply.pages[0];
        assert!(page.rebase && page.entries.is_empty() && page.digest.is_none());
        assert_ne!(page.generation, Uuid::nil());
    }
    // The generation that the page names is the one to begin with.
    desk.follow(&province).await;
    assert_eq!(desk.scopes[TOWN].since, 1);
}

async fn a_cursor_beyond_the_log_begins_anew(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    desk.follow(&province).await;
    let mut cursors = desk.cursors();
    cursors[0].since = 3;
    let reply = province.pull(&desk.pulling(cursors)).await.unwrap();
    assert!(reply.pages[0].rebase);
}

/// Only who has read what the restored log lacks begins anew.
async fn who_has_read_the_beginning_of_a_restored_log_reads_on(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let [one, two] = [(); 2].map(|()| desk.new_household(Uuid::new_v4(), VILLAGE, "户主"));
    desk.push(&province, &[one]).await;
    desk.follow(&province).await;
    let early = seen(&desk);
    desk.push(&province, &[two]).await;
    desk.follow(&province).await;
    let late = seen(&desk);
    province.restored().await.unwrap();

    let older = early.generation;
    for head in [&early, &late] {
        assert_eq!(continues(&province, &desk, head.clone()).await, Some(older));
    }
    // Another log of the same length; one that is longer than ours; no generation of another name.
    let other = SeenHead { chain: early.chain, ..late.clone() };
    assert_eq!(continues(&province, &desk, other).await, None);
    assert_eq!(continues(&province, &desk, SeenHead { seq: 3, ..late.clone() }).await, None);
    let today = desk.hello(&province).await.scopes[0].generation;
    assert_ne!(today, older);
    assert_eq!(continues(&province, &desk, SeenHead { generation: today, ..late }).await, None);
}

/// The backup holds nothing of the log in which its author saw the record, and has it where it lay before.
async fn an_edit_of_a_lost_generation_makes_no_record(place: Place) {
    let province = place.province().await;
    let mut there = worker(&province, "there", OTHER_TOWN).await;
    let mut here = worker(&province, "here", TOWN).await;
    let id = Uuid::new_v4();
    let made = there.new_household(id, "340323104001", "户主");
    there.push(&province, &[made]).await;
    let unknown = here.edit(Uuid::new_v4(), TOWN, 9, serde_json::json!({"phone": "13900000001"}));
    assert_eq!(words(&here.push(&province, &[unknown]).await), ["record_unknown"]);
    province.restored().await.unwrap();
    let edit = here.edit(id, TOWN, 5, serde_json::json!({"region": OTHER_VILLAGE}));
    let mut request = here.pushing(std::slice::from_ref(&edit));
    request.generations.insert(region(TOWN), Uuid::new_v4());
    assert_eq!(words(&province.push(&request).await.unwrap()), ["moved"]);
}

fn seen(desk: &Desk) -> SeenHead {
    let at = &desk.scopes[TOWN];
    SeenHead { scope: region(TOWN), generation: at.generation, seq: at.since, chain: at.chain }
}

async fn continues(province: &Province, desk: &Desk, head: SeenHead) -> Option<Uuid> {
    let request = HelloRequest {
        device: desk.device,
        incarnation: desk.incarnation,
        protocol: PROTOCOL,
        heads: vec![head],
        ..HelloRequest::default()
    };
    province.hello(&request).await.unwrap().scopes[0].continues
}

async fn an_idle_pull_is_tiny(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, &[one]).await;
    desk.follow(&province).await;
    let reply = province.pull(&desk.pulling(desk.cursors())).await.unwrap();
    assert!(reply.pages.is_empty());
    assert!(serde_json::to_vec(&reply).unwrap().len() < 80);
    assert_eq!(reply.access, desk.hello(&province).await.access);
}

async fn pages_end_on_a_commit(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let mut reader = worker(&province, "r", TOWN).await;
    // 450 a commit: the page's limit falls into the fifth.
    let commit = PUSH_CHANGES - 50;
    for _ in 0..5 {
        let all: Vec<_> = (0..commit).map(|_| desk.new_household(Uuid::new_v4(), VILLAGE, "户主")).collect();
        desk.push(&province, &all).await;
    }
    let heads = reader.hello(&province).await.scopes;
    let begin = Cursor { scope: region(TOWN), generation: heads[0].generation, since: 0, view: vec![] };
    let page = province.pull(&reader.pulling(vec![begin])).await.unwrap().pages.remove(0);
    assert!(page.entries.len() <= PULL_ENTRIES);
    assert_eq!((page.next, page.head), (4 * commit as u64, 5 * commit as u64));
    assert!(page.digest.is_none());
    reader.follow(&province).await;
    assert_eq!(reader.scopes[TOWN].since, 5 * commit as u64);
    // Sizes at the very edge of a page.
    for since in [0u64, 249, 250, 251] {
        let mut cursor = reader.cursors().remove(0);
        cursor.since = since;
        let page = province.pull(&reader.pulling(vec![cursor])).await.unwrap().pages.remove(0);
        assert_eq!(page.entries.len() as u64, page.next - since);
        let want = if since < 250 { 4 * commit as u64 } else { 5 * commit as u64 };
        assert_eq!(page.next, want, "since {since}");
    }
}

async fn many_scopes_share_a_reply(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", "3403").await;
    // 12,000 entries over six townships: more than one reply holds.
    for town in 0..6 {
        for _ in 0..4 {
            let all: Vec<_> = (0..PUSH_CHANGES)
                .map(|_| desk.new_household(Uuid::new_v4(), &format!("34032310{town}001"), "户主"))
                .collect();
            desk.push(&province, &all).await;
        }
    }
    let mut reader = worker(&province, "r", "3403").await;
    reader.follow(&province).await;
    assert_eq!(reader.scopes.values().map(|s| s.records.len()).sum::<usize>(), 12_000);
    assert!(reader.scopes.contains_key(OTHER_TOWN));
}

async fn own_changes_come_back_as_echoes(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let mut other = worker(&province, "o", TOWN).await;
    let id = Uuid::new_v4();
    let one = desk.new_household(id, VILLAGE, "户主");
    desk.push(&province, &[one]).await;
    let set = desk.edit(id, TOWN, 1, serde_json::json!({"kinds": {"+": ["hardship"]}}));
    desk.push(&province, &[set]).await;
    let theirs = other.edit(id, TOWN, 2, serde_json::json!({"current_address": "东头"}));
    other.push(&province, &[theirs]).await;
    let mine = desk.edit(id, TOWN, 2, serde_json::json!({"current_address": "西头"}));
    desk.push(&province, &[mine]).await;
    let heads = desk.hello(&province).await.scopes;
    let begin = Cursor { scope: region(TOWN), generation: heads[0].generation, since: 0, view: vec![] };
    let page = province.pull(&desk.pulling(vec![begin.clone()])).await.unwrap().pages.remove(0);
    let echo: Vec<bool> = page.entries.iter().map(|e| matches!(e, PageEntry::Echo { .. })).collect();
    // As sent; a set change; another's; one that overwrote a value.
    assert_eq!(echo, [true, false, false, false]);
    // A new incarnation has nothing of what the old one sent.
    desk.incarnation = Uuid::new_v4();
    let page = province.pull(&desk.pulling(vec![begin])).await.unwrap().pages.remove(0);
    assert!(page.entries.iter().all(|e| matches!(e, PageEntry::Full(_))));
}
