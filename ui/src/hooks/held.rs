//! What a form holds while it is filled: always the newest, also for an answer that comes late.

use std::cell::{Ref, RefCell};
use std::rc::Rc;
use yew::prelude::*;

/// A value that every closure of a form reads as it is now, not as it was when the page was painted.
pub(crate) struct Held<T> {
    cell: Rc<RefCell<T>>,
    paint: UseForceUpdateHandle,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { cell: self.cell.clone(), paint: self.paint.clone() }
    }
}

impl<T> Held<T> {
    pub(crate) fn get(&self) -> Ref<'_, T> {
        self.cell.borrow()
    }

    /// Changes it and paints anew.
    pub(crate) fn edit(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.cell.borrow_mut());
        self.paint.force_update();
    }
}

#[hook]
pub(crate) fn use_held<T: 'static>(begin: impl FnOnce() -> T) -> Held<T> {
    let cell = use_mut_ref(begin);
    let paint = use_force_update();
    Held { cell, paint }
}
