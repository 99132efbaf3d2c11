//! Connections: how they are made, what is done once over each, bringing the schema up to date.

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Transaction,
};
use tokio_postgres::error::SqlState;
use tokio_postgres::{IsolationLevel, NoTls};
use uuid::Uuid;

use super::lineage;
use super::taking::Taking;
use super::{BeforeCommit, Room, near};
use crate::error::{Error, Result};

/// Two processes that start together migrate one after the other.
const MIGRATION_LOCK: i64 = 0x7469_6578_696e;

mod migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// See [`super`].
pub(in crate::store) struct PostgresBook {
    pub(super) pool: Pool,
    pub(super) taking: Taking,
    pub(super) room: Room,
}

/// See [`crate::store::version`].
pub(in crate::store) async fn version(url: &str) -> Result<Option<u32>> {
    let config: tokio_postgres::Config = url.parse()?;
    let (client, connection) = config.connect(NoTls).await?;
    let talking = tokio::spawn(connection);
    let table = client.query_one("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[]).await?;
    let version = match table.try_get(0)? {
        false => None,
        true => {
            let row = client.query_one("SELECT max(version) FROM refinery_schema_history", &[]).await?;
            row.try_get::<_, Option<i32>>(0)?.and_then(|version| u32::try_from(version).ok())
        }
    };
    drop(client);
    let _ = talking.await;
    Ok(version)
}

impl PostgresBook {
    /// Connects and brings the schema up to date. A schema newer than the program is refused.
    pub(in crate::store) async fn open(url: &str, before_commit: Option<BeforeCommit>) -> Result<Self> {
        let config: tokio_postgres::Config = url.parse()?;
        let recycle = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        // More than the processors could use at once: most of them wait.
        let connections = std::thread::available_parallelism().map_or(4, usize::from) * 16;
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycle))
            .max_size(connections.clamp(32, 64))
            .post_create(Hook::async_fn(|client, _| Box::pin(greeted(client))))
            .build()
            .map_err(|e| Error::Config(e.to_string()))?;
        let mut client = pool.get().await?;
        client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
        let migrated = migrations::migrations::runner().run_async(&mut **client.as_mut()).await;
        let settled = if migrated.is_ok() { near::settle(&mut client).await } else { Ok(()) };
        client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).await?;
        migrated?;
        settled?;
        client
            .execute(
                "INSERT INTO meta (name, value) VALUES ('secret', $1), ('server', $2) ON CONFLICT DO NOTHING",
                &[&hex::encode(crate::random::bytes::<32>()), &Uuid::now_v7().to_string()],
            )
            .await?;
        // A book that has just begun was not there when this connection was made.
        lineage::settle(client.as_mut()).await?;
        drop(client);
        let room = Room::default();
        let taking = Taking::new(pool.clone(), before_commit, room.clone());
        Ok(Self { pool, taking, room })
    }

    pub(super) async fn client(&self) -> Result<Object> {
        Ok(self.pool.get().await?)
    }
}

/// What is done once over a new connection.
async fn greeted(client: &mut ClientWrapper) -> std::result::Result<(), HookError> {
    settle_plans(client).await?;
    lineage::settle(client).await.map_err(|error| match error {
        Error::Postgres(e) => HookError::Backend(e),
        other => HookError::message(other.to_string()),
    })
}

/// Every statement is planned once in a connection. Left to itself, PostgreSQL plans those with arrays anew at each
/// push, which takes longer than doing them. All of them go by an index; a plan that was made while a table was
/// small must not read the whole of it later.
async fn settle_plans(client: &ClientWrapper) -> std::result::Result<(), HookError> {
    let settle =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;
         SET enable_mergejoin = off; SET jit = off";
    // An engine that does not know these does without.
    if let Err(error) = client.batch_execute(settle).await {
        tracing::debug!(code = error.code().map_or("connection", SqlState::code), "plans are not kept");
    }
    Ok(())
}

/// A transaction in which everything is of one moment.
pub(super) async fn moment(client: &mut Object) -> Result<Transaction<'_>> {
    let begin = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    Ok(begin.start().await?)
}
