//! What desks may forget is what the replicas and the backups hold. With real replicas: `testkit/tests/failover.rs`.

use tiexin_server::{Refused, Standing};
use uuid::Uuid;

use crate::on_both_stores;
use crate::place::{Place, TOWN, VILLAGE, worker};

on_both_stores!(only_what_a_finished_backup_holds_is_safe);

async fn only_what_a_finished_backup_holds_is_safe(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let changes: Vec<_> = (0..4).map(|_| desk.new_household(Uuid::new_v4(), VILLAGE, "户主")).collect();
    // Nobody has told of a backup: what is committed counts.
    assert_eq!(desk.push(&province, &changes[..1]).await.durable, 1);
    assert_eq!(province.behind().await.unwrap().changes, 0);
    province.backup_begins().await.unwrap();
    assert_eq!(desk.push(&province, &changes[1..2]).await.durable, 0);
    assert_eq!(province.behind().await.unwrap().changes, 2);
    province.backup_ended().await.unwrap();
    // It held what was there when it began.
    let reply = desk.push(&province, &changes[2..3]).await;
    assert_eq!((reply.acked, reply.durable), (3, 1));
    let behind = province.behind().await.unwrap();
    assert_eq!((behind.changes, behind.desks), (2, 1));
    assert_eq!(behind.backup_held, Some(place.clock().now()), "by the clock of its beginning");
    // One that was never finished holds nothing.
    province.backup_begins().await.unwrap();
    assert_eq!(desk.push(&province, &changes[3..]).await.durable, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_safe_while_a_named_replica_is_away() {
    let Some(place) = Place::postgres("nothing_is_safe_while_a_named_replica_is_away").await else { return };
    let server = place.server(None).await;
    let province = &server.province;
    let mut desk = worker(province, "w", TOWN).await;
    let changes: Vec<_> = (0..3).map(|_| desk.new_household(Uuid::new_v4(), VILLAGE, "户主")).collect();
    assert_eq!(desk.push(province, &changes[..1]).await.durable, 1);
    province.add_replica("db2").await.unwrap();
    assert!(
        province.add_replica("db2").await.is_err_and(|e| e.to_string() == Refused::NameTaken.to_string())
    );
    assert_eq!(desk.push(province, &changes[1..2]).await.durable, 0);
    let hello = desk.hello(province).await;
    assert_eq!((hello.acked, hello.durable), (2, 0));
    let behind = province.behind().await.unwrap();
    assert_eq!((behind.changes, behind.replicas[0].standing), (2, Standing::Away));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let said = reqwest::get(format!("{}/health/safe", server.url)).await.unwrap();
    assert_eq!(said.status().as_u16(), 503);
    assert_eq!(said.text().await.unwrap(), "replica db2 is not connected\n");
    let figures = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    assert!(figures.contains("tiexin_replica_follows{replica=\"db2\"} 0\n"), "{figures}");
    // Both count: the backup holds all, the replica nothing.
    province.backup_begins().await.unwrap();
    province.backup_ended().await.unwrap();
    assert_eq!(desk.hello(province).await.durable, 0);
    province.remove_replica("db2").await.unwrap();
    let reply = desk.push(province, &changes[2..]).await;
    assert_eq!((reply.acked, reply.durable), (3, 2));
    assert_eq!(province.behind().await.unwrap().trouble(0), None);
}

/// Whoever opens it: a replica that was promoted, or a cluster put back to a point in time.
#[tokio::test(flavor = "multi_thread")]
async fn another_line_of_the_database_begins_new_generations() {
    let Some(place) = Place::postgres("another_line_of_the_database").await else { return };
    let desk = {
        let province = place.province().await;
        let mut desk = worker(&province, "w", TOWN).await;
        let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
        desk.push(&province, &[one]).await;
        desk.follow(&province).await;
        desk
    };
    let older = desk.scopes[TOWN].generation;
    let province = place.province().await;
    let hello = desk.hello(&province).await;
    assert_eq!(hello.scopes[0].generation, older, "opening it again changes nothing");

    place.meddle("UPDATE meta SET value = '1/00000001' WHERE name = 'line'").await;
    // Two that come at once are one.
    let (province, _) = tokio::join!(place.province(), place.province());
    let now = desk.hello(&province).await;
    assert_ne!(now.scopes[0].generation, older);
    assert_ne!(now.access, hello.access, "desks notice");
    let again = desk.hello(&place.province().await).await;
    assert_eq!(again.scopes[0].generation, now.scopes[0].generation, "once");
    let books = province.verify().await.unwrap();
    assert!(books.broken.is_empty(), "{:?}", books.broken);
}
