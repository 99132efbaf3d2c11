//! The screens of 贴心: a desk's face, compiled to wasm.
//!
//! Knows `domain` and `contract` only; what it wants of the desk goes through [`transport`].
#![allow(clippy::too_many_lines, reason = "a page's markup reads best in one piece")]

mod app;
mod attachments;
mod components;
mod hooks;
mod pages;
mod record;
mod routes;
mod shell;
mod text;
mod transport;

fn main() {
    hooks::hear_the_way_back();
    yew::platform::spawn_local(async {
        transport::start().await;
        yew::Renderer::<app::App>::new().render();
    });
}
