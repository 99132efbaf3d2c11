//! Hello: who works on a device today, where every scope stands, what the province has heard of it.

use tiexin_protocol::blob::BLOB_BYTES;
use tiexin_protocol::wire::{
    FormerHeard, FormerNumber, HelloReply, HelloRequest, Limits, ScopeHead, TakenIn,
};
use tiexin_protocol::{OLDEST_PROTOCOL, PROTOCOL, PULL_ENTRIES, PUSH_BYTES, PUSH_CHANGES, canonical};
use uuid::Uuid;

use crate::access::{Readable, told};
use crate::desk_audit::AUDIT_ENTRIES;
use crate::error::{Refused, Result};
use crate::province::Province;

/// Older incarnations of which one hello may ask.
const FORMER_ASKED: usize = 16;
/// Prints in one reply: what a desk told in years.
const PRINTS_TOLD: usize = 100_000;

const LIMITS: Limits = Limits {
    push_changes: PUSH_CHANGES,
    push_bytes: PUSH_BYTES,
    pull_entries: PULL_ENTRIES,
    blob_bytes: None,
    audit_entries: Some(AUDIT_ENTRIES),
};

impl Province {
    /// Who the device's users are today, and where every scope stands.
    pub async fn hello(&self, request: &HelloRequest) -> Result<HelloReply> {
        let said = self.say_hello(request, false).await;
        self.with_order(request.device, said).await
    }

    pub(crate) async fn say_hello(&self, request: &HelloRequest, by_package: bool) -> Result<HelloReply> {
        if request.protocol < OLDEST_PROTOCOL {
            return Err(Refused::ProtocolOld.into());
        }
        let now = self.clock.now();
        let today = self.clock.today();
        let admission = self.book.admit(request.device, request.incarnation, today).await?;
        let readable = admission.readable(today);
        let greeted = self.greet(request, by_package).await?;
        self.hear_witness(request, &readable).await?;
        let testimony = self.testify(request, &greeted.device, &admission.users).await?;
        Ok(HelloReply {
            server_time: now,
            protocol: PROTOCOL,
            access: self.told_mark(&admission.mark(&readable, today)),
            scopes: self.heads(request, &readable).await?,
            users: told(admission.users, today),
            acked: admission.heard.acked,
            print: admission.heard.print.as_ref().map(canonical::short),
            durable: admission.heard.durable(),
            limits: Limits { blob_bytes: self.blobs.as_ref().map(|_| BLOB_BYTES), ..LIMITS },
            province_keys: Some(self.keys.public()),
            lease: greeted.lease,
            order: greeted.order,
            notices: greeted.notices,
            root: self.newest_root().await?,
            escrow: greeted.escrow,
            escrow_held: greeted.escrow_held,
            former: self.former(request).await?,
            standing: testimony.standing,
            bring: testimony.bring,
            kinds: Some(self.policy.kinds.clone()),
        })
    }

    /// The mark of what hello tells, its kinds among it: after an upgrade every desk says hello again with its next pull.
    pub(crate) fn told_mark(&self, mark: &str) -> String {
        let kinds = blake3::hash(self.policy.kinds.join(" ").as_bytes());
        format!("{mark}{}", &kinds.to_hex()[..8])
    }

    /// Where the scopes stand, and whether they go on from what the desk told it has of them.
    async fn heads(&self, request: &HelloRequest, readable: &[Readable]) -> Result<Vec<ScopeHead>> {
        let mut heads: Vec<ScopeHead> = readable.iter().map(Into::into).collect();
        for head in &mut heads {
            let held = request.heads.iter().find(|seen| seen.scope == head.scope && seen.seq > 0);
            let Some(held) = held.filter(|seen| seen.generation != head.generation) else { continue };
            // The chain is of everything before it: one that stands here is the whole of what the desk has read.
            let stands = self.book.chain_at(&head.scope, held.seq).await? == Some(held.chain.0);
            head.continues = stands.then_some(held.generation);
        }
        Ok(heads)
    }

    /// What came under the older incarnations that the device asks about.
    async fn former(&self, request: &HelloRequest) -> Result<Vec<FormerHeard>> {
        let asked: Vec<FormerNumber> = request.former.iter().take(FORMER_ASKED).copied().collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let numbers: Vec<Uuid> = asked.iter().map(|one| one.incarnation).collect();
        let heard = self.book.heard(request.device, &numbers).await?;
        let mut former = Vec::with_capacity(asked.len());
        for (FormerNumber { incarnation, after, .. }, heard) in asked.into_iter().zip(heard) {
            let of = (request.device, incarnation);
            let told = match after {
                Some(after) => Some(self.taken_in(of, after).await?),
                None => None,
            };
            former.push(FormerHeard {
                incarnation,
                acked: heard.acked,
                durable: heard.durable(),
                print: heard.print.as_ref().map(canonical::short),
                told,
            });
        }
        Ok(former)
    }

    async fn taken_in(&self, of: (Uuid, Uuid), after: u64) -> Result<Vec<TakenIn>> {
        let prints = self.book.prints(of, after, PRINTS_TOLD).await?;
        Ok(prints.iter().map(|(seq, print)| TakenIn { seq: *seq, print: canonical::short(print) }).collect())
    }

    /// What a device hears that nobody may work on any more.
    pub(crate) fn farewell(&self) -> HelloReply {
        HelloReply {
            server_time: self.clock.now(),
            protocol: PROTOCOL,
            users: Vec::new(),
            access: String::new(),
            scopes: Vec::new(),
            acked: 0,
            print: None,
            durable: 0,
            limits: Limits { blob_bytes: self.blobs.as_ref().map(|_| BLOB_BYTES), ..LIMITS },
            province_keys: Some(self.keys.public()),
            lease: None,
            order: None,
            notices: Vec::new(),
            root: None,
            escrow: None,
            escrow_held: None,
            former: Vec::new(),
            standing: None,
            bring: false,
            kinds: Some(self.policy.kinds.clone()),
        }
    }
}
