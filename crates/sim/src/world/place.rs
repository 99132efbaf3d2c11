//! Where the province of one run keeps its book: a SQLite file, or a database of its own in the PostgreSQL
//! that `TIEXIN_TEST_PG` names.

use std::path::PathBuf;
use std::process::Command;

use tiexin_server::StoreUrl;
use uuid::Uuid;

use super::{Broken, broke};

pub(crate) enum Place {
    File(PathBuf),
    Database(Database),
}

/// Goes when it is dropped.
pub(crate) struct Database {
    cluster: String,
    name: String,
}

impl Place {
    pub(super) fn url(&self) -> StoreUrl {
        match self {
            Place::File(path) => StoreUrl::Sqlite(path.clone()),
            Place::Database(database) => {
                let (base, _) = database.cluster.rsplit_once('/').unwrap_or((&database.cluster, ""));
                StoreUrl::Postgres(format!("{base}/{}", database.name))
            }
        }
    }
}

impl Database {
    /// A new one in the cluster of this URL.
    pub(crate) fn create(cluster: &str) -> Result<Database, Broken> {
        Self::begin(cluster, "template1")
    }

    fn begin(cluster: &str, like: &str) -> Result<Database, Broken> {
        let name = format!("sim_{}", Uuid::new_v4().simple());
        psql(cluster, &[format!("CREATE DATABASE {name} TEMPLATE {like}")])?;
        Ok(Database { cluster: cluster.to_owned(), name })
    }

    /// A copy of it as it stands. Nobody may be connected to it who still has something to do.
    pub(super) fn copy(&self) -> Result<Database, Broken> {
        let others = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        );
        psql(&self.cluster, &[others])?;
        Self::begin(&self.cluster, &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What stays goes with the cluster.
        let _ = psql(&self.cluster, &[format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)]);
    }
}

fn psql(cluster: &str, commands: &[String]) -> Result<(), Broken> {
    let mut psql = Command::new("psql");
    psql.args([cluster, "-qtX", "-v", "ON_ERROR_STOP=1"]);
    for command in commands {
        psql.args(["-c", command]);
    }
    let done = psql.output().map_err(broke("psql"))?;
    if done.status.success() {
        Ok(())
    } else {
        Err(format!("psql: {}", String::from_utf8_lossy(&done.stderr)))
    }
}
