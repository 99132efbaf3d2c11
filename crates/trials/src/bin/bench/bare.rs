//! The bare counterpart of a push: the same rows of log, records and verdicts, put into bare tables by one client that
//! knows nothing of rights, merge or HTTP; a durable commit for as many as a push holds.

use std::time::{Duration, Instant};

use tiexin_protocol::PUSH_CHANGES;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Statement};
use uuid::Uuid;

const TABLES: &str = "CREATE TABLE bare_log (scope text COLLATE \"C\" NOT NULL, seq bigint NOT NULL, entry text NOT NULL,
       chain bytea NOT NULL, PRIMARY KEY (scope, seq));
     CREATE TABLE bare_record (scope text COLLATE \"C\" NOT NULL, id uuid NOT NULL, record text NOT NULL,
       origins text NOT NULL, PRIMARY KEY (scope, id));
     CREATE TABLE bare_verdict (device uuid NOT NULL, own bigint NOT NULL, print bytea NOT NULL, verdict text NOT NULL,
       PRIMARY KEY (device, own));";
const LOG: &str =
    "INSERT INTO bare_log SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[])";
const RECORD: &str =
    "INSERT INTO bare_record SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[])
     ON CONFLICT (scope, id) DO UPDATE SET record = excluded.record, origins = excluded.origins";
const VERDICT: &str =
    "INSERT INTO bare_verdict SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::text[])";
const ROWS: &str =
    "SELECT l.scope, l.seq, l.entry, l.chain, r.id, r.record, r.origins, l.device, l.own, v.print, v.verdict
     FROM log l JOIN record r ON r.scope = l.scope AND r.id = l.record
     JOIN verdict v ON v.device = l.device AND v.incarnation = l.incarnation AND v.own = l.own
     WHERE l.scope = $1 AND l.seq > $2 ORDER BY l.seq";

/// A row of each table.
struct Row {
    scope: String,
    seq: i64,
    entry: String,
    chain: Vec<u8>,
    id: Uuid,
    record: String,
    origins: String,
    device: Uuid,
    own: i64,
    print: Vec<u8>,
    verdict: String,
}

/// A client with bare tables, which hold what was put there before.
pub(crate) struct Bare {
    client: Client,
    scope: String,
    /// The last entry that was put there.
    seq: i64,
    insert: [Statement; 3],
}

impl Bare {
    pub(crate) async fn begin(url: &str, scope: &str) -> Result<Bare, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute(TABLES).await?;
        let insert =
            [client.prepare(LOG).await?, client.prepare(RECORD).await?, client.prepare(VERDICT).await?];
        Ok(Bare { client, scope: scope.into(), seq: 0, insert })
    }

    /// Puts there what the province's log has since, and tells how long that took; reading it does not count.
    pub(crate) async fn follow(&mut self) -> Result<Duration, Error> {
        let rows = self.client.query(ROWS, &[&self.scope, &self.seq]).await?;
        let rows: Vec<Row> = rows
            .iter()
            .map(|row| Row {
                scope: row.get(0),
                seq: row.get(1),
                entry: row.get(2),
                chain: row.get(3),
                id: row.get(4),
                record: row.get(5),
                origins: row.get(6),
                device: row.get(7),
                own: row.get(8),
                print: row.get(9),
                verdict: row.get(10),
            })
            .collect();
        let begun = Instant::now();
        self.put(&rows).await?;
        let took = begun.elapsed();
        self.seq = rows.last().map_or(self.seq, |row| row.seq);
        Ok(took)
    }

    async fn put(&mut self, rows: &[Row]) -> Result<(), Error> {
        macro_rules! column {
            ($part:expr, $field:ident) => {
                &$part.iter().map(|row| &row.$field).collect::<Vec<_>>()
            };
        }
        for part in rows.chunks(PUSH_CHANGES) {
            let tx = self.client.transaction().await?;
            let [log, record, verdict] = &self.insert;
            let entries: [&(dyn ToSql + Sync); 4] =
                [column!(part, scope), column!(part, seq), column!(part, entry), column!(part, chain)];
            let records: [&(dyn ToSql + Sync); 4] =
                [column!(part, scope), column!(part, id), column!(part, record), column!(part, origins)];
            let verdicts: [&(dyn ToSql + Sync); 4] =
                [column!(part, device), column!(part, own), column!(part, print), column!(part, verdict)];
            futures::try_join!(
                tx.execute(log, &entries),
                tx.execute(record, &records),
                tx.execute(verdict, &verdicts)
            )?;
            tx.commit().await?;
        }
        Ok(())
    }
}
