//! Long work that reports progress and can be cancelled.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

/// The jobs under way.
#[derive(Default)]
pub(crate) struct Jobs {
    running: Mutex<HashMap<Uuid, Arc<AtomicBool>>>,
}

/// A job under way; leaves the list when it goes.
pub(crate) struct Job<'a> {
    jobs: &'a Jobs,
    id: Uuid,
    cancelled: Arc<AtomicBool>,
}

impl Jobs {
    pub(crate) fn begin(&self, id: Uuid) -> Job<'_> {
        let cancelled = Arc::new(AtomicBool::new(false));
        self.list().insert(id, cancelled.clone());
        Job { jobs: self, id, cancelled }
    }

    /// Asks a job to stop; false when there is no such job.
    pub(crate) fn cancel(&self, id: Uuid) -> bool {
        match self.list().get(&id) {
            Some(flag) => {
                flag.store(true, Ordering::Relaxed);
                true
            }
            None => false,
        }
    }

    /// Whether any is under way.
    pub(crate) fn any(&self) -> bool {
        !self.list().is_empty()
    }

    fn list(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Arc<AtomicBool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job<'_> {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.jobs.list().remove(&self.id);
    }
}
