//! Events of the desk, handed to whoever listens.

use std::cell::RefCell;
use std::rc::Rc;
use tiexin_contract::Event;

type Ear = Rc<dyn Fn(&Event)>;

thread_local! {
    static EARS: RefCell<(u64, Vec<(u64, Ear)>)> = const { RefCell::new((0, Vec::new())) };
}

/// Listens until it is dropped.
pub(crate) struct Listening(u64);

impl Drop for Listening {
    fn drop(&mut self) {
        EARS.with_borrow_mut(|(_, ears)| ears.retain(|(id, _)| *id != self.0));
    }
}

/// Hears every event of the desk.
pub(crate) fn listen(ear: impl Fn(&Event) + 'static) -> Listening {
    EARS.with_borrow_mut(|(next, ears)| {
        *next += 1;
        ears.push((*next, Rc::new(ear)));
        Listening(*next)
    })
}

/// Tells everyone. Ears may come and go while they are told.
pub(crate) fn tell(event: &Event) {
    let ears: Vec<Ear> = EARS.with_borrow(|(_, ears)| ears.iter().map(|(_, ear)| ear.clone()).collect());
    for ear in ears {
        ear(event);
    }
}
