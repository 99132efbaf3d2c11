//! The sync indicator, and a round at a button.

use futures::future::{BoxFuture, FutureExt};
use tiexin_contract::ErrorReply;
use tiexin_contract::sync::{GetSync, SyncNow, SyncState};

use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::EvenLocked, anywhere, get);
    registry.add_waiting(Need::EvenLocked, now);
}

fn get(at: &At, _: GetSync) -> Result<SyncState, ErrorReply> {
    at.session.province.state(&at.desk, at.book(), at.now_ms)
}

fn now(at: At, _: SyncNow) -> BoxFuture<'static, Result<SyncState, ErrorReply>> {
    async move {
        let done = at.session.province.round(&at.desk, at.book()).await;
        if at.desk.obey(at.book()).await? { Err(crate::obey::reply()) } else { done }
    }
    .boxed()
}
