//! Daily roots over all chains, and what desks have seen of them: whoever rewrites the past, at the province
//! or on its way to a desk, is contradicted by somebody else's memory (I14).

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tiexin_protocol::canonical;
use tiexin_protocol::statement::{AuditRoot, Signed};
use tiexin_protocol::wire::HelloRequest;
use uuid::Uuid;

use crate::access::Readable;
use crate::error::{Error, Result};
use crate::province::Province;
use crate::verify::{Finding, Report};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Where a chain stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// `scope 340323100` or `audit province`.
    pub what: String,
    pub seq: u64,
    /// 64 hex digits.
    pub chain: String,
}

/// A signed root with the heads it is over: the file that is exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// `YYYY-MM-DD` in China.
    pub day: String,
    /// An [`AuditRoot`].
    pub signed: Signed,
    pub heads: Vec<Head>,
}

/// What a desk has seen and the province's book cannot explain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Witness {
    pub(crate) device: Uuid,
    /// `scope 340323100`, or `root 2026-10-05`.
    pub(crate) what: String,
    pub(crate) seq: u64,
    pub(crate) chain: String,
}

fn digest(heads: &[Head]) -> Result<String> {
    Ok(blake3::hash(&canonical(&serde_json::to_value(heads)?)).to_hex().to_string())
}

impl Province {
    /// The root of a day; today's is made if nobody has done so yet.
    ///
    /// # Errors
    /// `Config` when there is none of that day.
    pub async fn audit_root(&self, day: Option<chrono::NaiveDate>) -> Result<Root> {
        let today = self.clock.today();
        let wanted = day.unwrap_or(today);
        if wanted == today && self.book.root(&today.to_string()).await?.is_none() {
            self.make_root(today.to_string()).await?;
        }
        let found = self.book.root(&wanted.to_string()).await?;
        found.ok_or_else(|| Error::Config(format!("没有 {wanted} 的审计根")))
    }

    async fn make_root(&self, day: String) -> Result<()> {
        let made_at = self.clock.now();
        let heads = self.book.heads().await?;
        let root =
            AuditRoot { day: day.clone(), made_at, heads: heads.len() as u64, digest: digest(&heads)? };
        let signed = tiexin_seal::state(&self.keys, &root)?;
        // Another process may have been first; its root stands.
        self.book.add_root(&Root { day, signed, heads }, made_at).await
    }

    pub(crate) async fn newest_root(&self) -> Result<Option<Signed>> {
        self.book.newest_root().await
    }

    /// Compares what a desk holds with what stands here, and notes what this book cannot explain.
    pub(crate) async fn hear_witness(&self, told: &HelloRequest, readable: &[Readable]) -> Result<()> {
        let mut wrong = Vec::new();
        for head in told.heads.iter().filter(|head| head.seq > 0) {
            // Under another generation this log was put back from a backup: that is in the audit.
            let same = |r: &&Readable| r.scope == head.scope && r.state.generation == head.generation;
            if !readable.iter().any(|r| same(&r)) {
                continue;
            }
            let stands = self.book.chain_at(&head.scope, head.seq).await?;
            if stands != Some(head.chain.0) {
                wrong.push((format!("scope {}", head.scope), head.seq, hex::encode(head.chain.0)));
            }
        }
        if let Some(seen) = &told.root {
            let stands = self.book.root(&seen.day).await?;
            let same = match &stands {
                Some(root) => digest(&root.heads)? == seen.digest,
                None => false,
            };
            if !same && !self.restored_since(&seen.day).await? {
                wrong.push((format!("root {}", seen.day), 0, seen.digest.clone()));
            }
        }
        for (what, seq, chain) in wrong {
            tracing::error!(%what, seq, "a desk has seen another past");
            let witness = Witness { device: told.device, what, seq, chain };
            self.book.add_witness(&witness, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Whether this book was put back from a backup on that day or later.
    async fn restored_since(&self, day: &str) -> Result<bool> {
        let Some(at) = self.book.restored_at().await? else { return Ok(false) };
        let begins = day.parse::<chrono::NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
        // Midnight in China is eight hours earlier in UTC.
        let begins = begins.map(|at| at.and_utc().timestamp_millis() - DAY_MS / 3);
        Ok(begins.is_some_and(|begins| at >= begins))
    }

    /// Whether a root was signed here, and whether the chains still lead through the heads it names.
    pub async fn check_root(&self, root: &Root) -> Result<Report> {
        let mut report = self.verify().await?;
        let heads = self.check_signature(root, &mut report);
        let chains = self.chains(&heads).await?;
        compare(&format!("root {}", root.day), &heads, &chains, &mut report);
        Ok(report)
    }

    fn check_signature(&self, root: &Root, report: &mut Report) -> Vec<Head> {
        let key = self.keys.public().sign;
        let said = tiexin_seal::check::<AuditRoot>(&key, &root.signed);
        let fits = said.is_ok_and(|said| {
            said.day == root.day && digest(&root.heads).is_ok_and(|digest| digest == said.digest)
        });
        if !fits {
            let at = format!("root {}", root.day);
            report.broken.push(Finding { at, seq: None, record: None, code: "root_forged" });
        }
        root.heads.clone()
    }

    /// The roots of every day against the chains as they are, and what desks have witnessed.
    pub(crate) async fn verify_witnesses(&self, report: &mut Report) -> Result<()> {
        let mut heads: BTreeMap<String, Vec<Head>> = BTreeMap::new();
        for root in self.book.roots().await? {
            let named = self.check_signature(&root, report);
            heads.insert(format!("root {}", root.day), named);
        }
        let all: Vec<Head> = heads.values().flatten().cloned().collect();
        let chains = self.chains(&all).await?;
        // Yesterday's heads tell more exactly than today's where it broke.
        for (root, named) in &heads {
            compare(root, named, &chains, report);
        }
        for witness in self.book.witnesses().await? {
            report.broken.push(Finding {
                at: format!("{} 见证 {}", witness.device, witness.what),
                seq: Some(witness.seq),
                record: None,
                code: "witness_disagrees",
            });
        }
        Ok(())
    }

    /// What stands today at the places of these heads.
    async fn chains(&self, heads: &[Head]) -> Result<HashMap<(String, u64), String>> {
        let mut chains = HashMap::new();
        for head in heads.iter().filter(|head| head.seq > 0) {
            let key = (head.what.clone(), head.seq);
            if chains.contains_key(&key) {
                continue;
            }
            let stands = match head.what.split_once(' ') {
                Some(("scope", scope)) => match scope.parse() {
                    Ok(scope) => self.book.chain_at(&scope, head.seq).await?,
                    Err(_) => None,
                },
                Some(("audit", book)) => self.book.audit_chain_at(book, head.seq).await?,
                _ => None,
            };
            if let Some(stands) = stands {
                chains.insert(key, hex::encode(stands));
            }
        }
        Ok(chains)
    }
}

fn compare(root: &str, heads: &[Head], chains: &HashMap<(String, u64), String>, report: &mut Report) {
    for head in heads.iter().filter(|head| head.seq > 0) {
        if chains.get(&(head.what.clone(), head.seq)) != Some(&head.chain) {
            let at = format!("{} ({root})", head.what);
            report.broken.push(Finding { at, seq: Some(head.seq), record: None, code: "root_disagrees" });
        }
    }
}

/// What is entered into the audit of a disagreement.
pub(crate) fn noted(witness: &Witness) -> serde_json::Value {
    json!({"device": witness.device, "what": witness.what, "seq": witness.seq, "chain": witness.chain})
}
