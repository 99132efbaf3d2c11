//! A page that the worker comes back to stands where it stood; one reached by a link stands at its top.

use crate::hooks::{address, came_back, page_turned};
use crate::routes::Route;
use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// What a page shows comes from the desk a moment later; then its height is given up.
const PATIENCE_MS: f64 = 3_000.0;

/// What waits for the next frame.
type Frame = Rc<RefCell<Option<AnimationFrame>>>;

#[hook]
pub(super) fn use_place(main: NodeRef, route: Option<Route>) {
    let places = use_mut_ref(HashMap::<String, i32>::new);
    let frame: Frame = use_memo((), |()| RefCell::new(None));
    let opened = use_mut_ref(|| false);
    {
        let (main, places, frame) = (main.clone(), places.clone(), frame.clone());
        use_effect_with((), move |()| {
            let element = main.cast::<Element>();
            let scrolled = element.clone().map(|element| {
                EventListener::new(&element.clone(), "scroll", {
                    let frame = frame.clone();
                    move |_| {
                        // While a place is being taken again, what is passed on the way is no place.
                        if frame.borrow().is_none() {
                            places.borrow_mut().insert(address(), element.scroll_top());
                        }
                    }
                })
            });
            // The worker's own hand comes before any place of before.
            let hands = element.map(|element| {
                ["wheel", "pointerdown", "keydown"].map(|kind| {
                    let frame = frame.clone();
                    EventListener::new(&element, kind, move |_| drop(frame.borrow_mut().take()))
                })
            });
            || drop((scrolled, hands))
        });
    }
    use_effect_with(route, move |_| {
        let back = came_back();
        if std::mem::replace(&mut *opened.borrow_mut(), true) {
            page_turned();
        }
        if let Some(element) = main.cast::<Element>() {
            let place = places.borrow().get(&address()).copied().filter(|_| back).unwrap_or(0);
            element.set_scroll_top(place);
            if place > 0 {
                take(element, place, js_sys::Date::now() + PATIENCE_MS, frame);
            }
        }
    });
}

/// Once the page is long enough.
fn take(element: Element, place: i32, until: f64, frame: Frame) {
    let (again, now) = (frame.clone(), js_sys::Date::now());
    let next = request_animation_frame(move |_| {
        again.borrow_mut().take();
        element.set_scroll_top(place);
        if element.scroll_top() < place && now < until {
            take(element, place, until, again);
        }
    });
    *frame.borrow_mut() = Some(next);
}
