//! What keeps the province's book besides the disk it lies on, and how far behind that is.

use std::time::Duration;

use serde::Serialize;

use crate::error::Result;
use crate::province::Province;

/// How often it is looked how far the replicas are.
const LOOK: Duration = Duration::from_secs(2);
/// A replica that is waited for longer than this is in trouble.
const PATIENCE_MS: i64 = 60_000;

/// A streaming replica by the name under which it follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replica {
    pub name: String,
    #[serde(flatten)]
    pub standing: Standing,
}

/// How a replica stands to the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// It took the primary's place.
    Primary,
    /// It receives what is committed; so many bytes of the log are not replayed yet.
    Follows { behind: u64 },
    /// Connected, and not yet at what is committed now.
    CatchesUp,
    /// No replica of this name is connected.
    Away,
    /// The server's role may not see it: it wants `pg_monitor`.
    Unseen,
}

/// What desks must keep because nothing but the database's own disk holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// Changes that were answered, and desks that keep some.
    pub changes: u64,
    pub desks: u64,
    pub replicas: Vec<Replica>,
    /// Since when the replicas are waited for, milliseconds since 1970 UTC as the next.
    pub waited_since: Option<i64>,
    /// The newest finished backup holds everything up to here.
    pub backup_held: Option<i64>,
}

impl Behind {
    /// Why desks have to keep what they told; none: nothing is wrong.
    pub fn trouble(&self, now: i64) -> Option<String> {
        let wrong = |replica: &Replica| match replica.standing {
            Standing::Away => Some(format!("replica {} is not connected\n", replica.name)),
            Standing::Unseen => Some(format!("replica {} cannot be seen: grant pg_monitor\n", replica.name)),
            _ => None,
        };
        let late = self.waited_since.is_some_and(|since| now - since > PATIENCE_MS);
        let late = late.then(|| "a replica does not catch up\n".to_owned());
        self.replicas.iter().find_map(wrong).or(late)
    }
}

impl Province {
    /// From now on nothing counts as safe that this streaming replica does not hold.
    pub async fn add_replica(&self, name: &str) -> Result<()> {
        self.book.add_replica(name, self.clock.now()).await
    }

    /// This replica is waited for no longer.
    pub async fn remove_replica(&self, name: &str) -> Result<()> {
        self.book.remove_replica(name, self.clock.now()).await
    }

    /// What desks must keep, and why.
    pub async fn behind(&self) -> Result<Behind> {
        self.book.behind().await
    }

    /// Looks how far the replicas are, for as long as the server runs.
    pub(crate) async fn follow_replicas(self) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut seen = true;
        loop {
            look.tick().await;
            match self.book.follow_replicas(self.clock.now()).await {
                Ok(()) => seen = true,
                // Once, not every two seconds for as long as the database is away.
                Err(error) if std::mem::take(&mut seen) => {
                    tracing::warn!(%error, "it is not seen how far the replicas are");
                }
                Err(_) => {}
            }
        }
    }
}
