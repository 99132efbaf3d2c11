//! The SQL of `docs/scaling.md` runs on a plain PostgreSQL of today, and the province goes on working on what it leaves.

use tiexin_server::StoreUrl;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::desk::words;
use crate::place::{Place, TOWN, VILLAGE, worker};

const PARTITION: &str = include_str!("../../scaling/partition.sql");
const CITUS: &str = include_str!("../../scaling/citus.sql");

async fn client(place: &Place) -> Client {
    let StoreUrl::Postgres(url) = &place.store else { panic!("a PostgreSQL") };
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// As `psql --single-transaction` does.
async fn run(client: &mut Client, sql: &str) -> Result<(), tokio_postgres::Error> {
    let tx = client.transaction().await?;
    tx.batch_execute(sql).await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_divided_log_is_the_same_log() {
    let Some(place) = Place::postgres("a_divided_log_is_the_same_log").await else { return };
    let province = place.province().await;
    let (mut a, mut b) = (worker(&province, "a", TOWN).await, worker(&province, "b", TOWN).await);
    let family = Uuid::new_v4();
    let before = [a.new_household(family, VILLAGE, "甲"), a.new_household(Uuid::new_v4(), VILLAGE, "乙")];
    a.push(&province, &before).await;
    let overwritten = b.edit(family, TOWN, 0, serde_json::json!({"head_name": "丙"}));
    b.push(&province, &[overwritten]).await;
    drop(province);

    let mut client = client(&place).await;
    run(&mut client, PARTITION).await.unwrap();
    let parts =
        "SELECT count(*) FROM pg_inherits WHERE inhparent IN ('log'::regclass, 'field_history'::regclass)";
    assert_eq!(client.query_one(parts, &[]).await.unwrap().get::<_, i64>(0), 64);
    for (table, rows) in [("log", 3), ("field_history", 1)] {
        let count = client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap();
        assert_eq!(count.get::<_, i64>(0), rows, "{table}");
    }
    assert!(client.batch_execute("UPDATE log SET own = own + 1").await.is_err(), "it is still append-only");

    // The program finds its schema in order, and goes on where it was.
    let province = place.province().await;
    let after = [b.new_household(Uuid::new_v4(), VILLAGE, "丁")];
    assert_eq!(words(&b.push(&province, &after).await), ["applied"]);
    for desk in [&mut a, &mut b] {
        desk.follow(&province).await;
        assert_eq!(desk.scopes[TOWN].since, 4);
    }
    let report = province.verify().await.unwrap();
    assert!(report.broken.is_empty(), "{:?}", report.broken);
    assert_eq!(report.entries, 4);
    // Every read of a log names its scope and so reads one part.
    client.batch_execute("SET enable_seqscan = off").await.unwrap();
    let plan =
        format!("EXPLAIN SELECT entry FROM log WHERE scope = '{TOWN}' AND seq > 1 ORDER BY seq LIMIT 10");
    let plan: Vec<String> = client.query(&plan, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(plan.iter().filter(|line| line.contains(" on log_")).count(), 1, "{plan:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_has_its_place_on_citus() {
    let Some(place) = Place::postgres("every_table_has_its_place_on_citus").await else { return };
    drop(place.province().await);
    let mut client = client(&place).await;
    run(&mut client, CITUS).await.unwrap();
    // Also after the log was divided.
    run(&mut client, PARTITION).await.unwrap();
    run(&mut client, CITUS).await.unwrap();
    // What does not fit is named.
    for (sql, said) in [
        ("CREATE TABLE stray (id uuid PRIMARY KEY)", "stray"),
        ("DROP TABLE stray; CREATE UNIQUE INDEX verdict_print ON verdict (print)", "verdict_print"),
        (
            "DROP INDEX verdict_print; ALTER TABLE incarnation ADD CONSTRAINT incarnation_witness
             FOREIGN KEY (device) REFERENCES device (id);
             ALTER TABLE blob_of ADD CONSTRAINT blob_of_device FOREIGN KEY (record) REFERENCES device (id)",
            "blob_of_device",
        ),
    ] {
        client.batch_execute(sql).await.unwrap();
        let error = run(&mut client, CITUS).await.unwrap_err();
        let message = error.as_db_error().unwrap().message().to_owned();
        assert!(message.ends_with(said), "{message}");
    }
}
