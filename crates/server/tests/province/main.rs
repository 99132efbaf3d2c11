//! The server's promises, each shown on both stores. PostgreSQL is named by `TIEXIN_TEST_PG`, the URL of a
//! database in which every test makes a schema of its own.

mod audits;
mod blobs;
mod carried;
mod command_line;
mod desk;
mod devices;
mod doors;
mod fixed;
mod generations;
mod groups;
mod leaks;
mod listings;
mod merges;
mod moves;
mod office;
mod place;
mod pushes;
mod recorded;
mod releases;
mod replicas;
mod restored;
mod rights;
mod s3;
mod same_log;
mod scaling;
mod settlements;
mod snapshots;
mod surroundings;
mod together;
mod two_servers;
mod under_load;
mod villages;
mod witnesses;

/// Runs each story on SQLite and on PostgreSQL.
macro_rules! on_both_stores {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() { super::$story(crate::place::Place::sqlite()).await })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                if let Some(place) = crate::place::Place::postgres(stringify!($story)).await {
                    super::$story(place).await
                }
            })+
        }
    };
}
pub(crate) use on_both_stores;
