//! The loopback host: the same screens in the system's own browser, from the same book.
//!
//! Binds 127.0.0.1 and nothing else. A page of another site cannot use it: `Host` and `Origin` must be
//! this host's own, and every call carries a random token that only the opened page was given; it hands it on to
//! further tabs of the same address, inside the browser (`ui/src/transport/tabs.rs`).
//!
//! An address that a program hands to a browser stands on a command line and in the browser's history. It carries a
//! ticket (`tickets`), good once, for which the page gets the token.

mod gate;
mod pages;
mod presence;
mod tickets;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event as Told, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use futures::stream::{self, Stream};
use tiexin_contract::{ErrorCode, ErrorReply};

use crate::desk::Desk;
use crate::errors;
use presence::{Guest, Presence};
use tickets::Tickets;

pub use pages::find_pages;

/// A host that answers until it is stopped or dropped.
pub struct Running {
    pub addr: SocketAddr,
    pub token: String,
    /// To be opened in a browser. The token stands behind `#`, so a browser does not send it by itself.
    pub url: String,
    task: tokio::task::JoinHandle<()>,
    host: Arc<Host>,
}

impl Running {
    /// Stops answering.
    pub fn stop(&self) {
        self.task.abort();
    }

    /// Waits until the host ends by itself.
    pub async fn wait(&mut self) {
        let _ = (&mut self.task).await;
    }

    /// Gives addresses of new pages until the host ends.
    pub(crate) fn inviter(&self) -> impl Fn() -> Option<String> + Send + 'static {
        let host = self.host.clone();
        move || host.invite()
    }

    /// Waits until no page was open for so long and nothing is under way; from then on nobody is invited any more.
    pub(crate) async fn quiet(&self, quiet: Duration) {
        loop {
            tokio::time::sleep(LOOK).await;
            if !self.host.desk.is_busy() && self.host.presence.ends_after(quiet) {
                return;
            }
        }
    }
}

/// How often it is looked whether anybody is still here.
const LOOK: Duration = Duration::from_millis(500);

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the answering functions share.
pub(crate) struct Host {
    desk: Desk,
    port: u16,
    token: String,
    tickets: Tickets,
    presence: Arc<Presence>,
}

impl Host {
    /// The address of a new page. `None`: the host is ending.
    fn invite(&self) -> Option<String> {
        // Whoever is invited is waited for.
        self.presence.expect().then(|| {
            let ticket = self.tickets.issue(random(&self.desk));
            format!("http://127.0.0.1:{}/#ticket={ticket}", self.port)
        })
    }
}

/// Files of up to 64 MB arrive in base64, inside JSON.
const BODY_BYTES: usize = 64 * 1024 * 1024 / 3 * 4 + 1024 * 1024;

/// Serves `desk` on 127.0.0.1. Port 0 takes a free one. The screens are looked for in the usual places
/// ([`find_pages`]) unless `ui_dist` names theirs.
pub async fn serve(desk: Desk, port: u16, ui_dist: Option<PathBuf>) -> std::io::Result<Running> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let addr = listener.local_addr()?;
    let token = random(&desk);
    let (tickets, presence) = (Tickets::default(), Presence::begin());
    let host = Arc::new(Host { desk, port: addr.port(), token: token.clone(), tickets, presence });
    let app = routes(host.clone(), ui_dist.or_else(find_pages));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        if axum::serve(listener, app).await.is_err() {
            tracing::error!("the loopback host has ended");
        }
    });
    let url = format!("http://127.0.0.1:{}/#token={token}", addr.port());
    Ok(Running { addr, token, url, task, host })
}

/// Takes the same time wherever the difference lies.
pub(crate) fn same(given: &[u8], wanted: &[u8]) -> bool {
    given.len() == wanted.len() && given.iter().zip(wanted).fold(0u8, |seen, (a, b)| seen | (a ^ b)) == 0
}

fn random(desk: &Desk) -> String {
    let mut bytes = [0u8; 32];
    desk.inner().config.ids.random(&mut bytes);
    hex::encode(bytes)
}

fn routes(host: Arc<Host>, ui_dist: Option<PathBuf>) -> Router {
    let asked = Router::new()
        .route("/call/{name}", post(call))
        .route("/events", get(events))
        .route_layer(middleware::from_fn_with_state(host.clone(), gate::token))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        // Before there is a token.
        .route("/ticket", post(enter))
        .with_state(host.clone());
    pages::beside(asked, ui_dist).layer(middleware::from_fn_with_state(host, gate::own_page))
}

/// The token, for a ticket.
async fn enter(
    State(host): State<Arc<Host>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    ticket: String,
) -> Response {
    // A ticket that somebody else read from a command line is of no use there.
    if !tickets::of_another_user(peer, host.port) && host.tickets.take(ticket.trim()) {
        let told = serde_json::json!({"token": host.token});
        return ([(header::CONTENT_TYPE, "application/json")], told.to_string()).into_response();
    }
    gate::stranger()
}

async fn call(State(host): State<Arc<Host>>, Path(name): Path<String>, body: Bytes) -> Response {
    let _here: Guest = host.presence.come();
    let args = if body.is_empty() { Ok(serde_json::json!({})) } else { serde_json::from_slice(&body) };
    let answer = match args {
        Ok(args) => host.desk.call(Some(&host.token), &name, args).await,
        Err(_) => Err(errors::unreadable()),
    };
    match answer {
        Ok(value) => ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response(),
        Err(error) => refuse(status(error.code), &error),
    }
}

async fn events(State(host): State<Arc<Host>>) -> Sse<impl Stream<Item = Result<Told, axum::Error>>> {
    // A page listens for as long as it is open.
    let here = host.presence.come();
    let heard = stream::unfold((host.desk.subscribe(), here), |(mut events, here)| async move {
        let event = events.recv().await.ok()?;
        Some((Told::default().json_data(event), (events, here)))
    });
    Sse::new(heard).keep_alive(KeepAlive::default())
}

/// Screens match the code in the body; the status is for the browser's network view.
fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::SignedOut | ErrorCode::WrongPassword => StatusCode::UNAUTHORIZED,
        ErrorCode::LockedOut => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::NoRight | ErrorCode::LeaseEnded => StatusCode::FORBIDDEN,
        ErrorCode::Wiped => StatusCode::GONE,
        ErrorCode::NotFound | ErrorCode::UnknownCommand => StatusCode::NOT_FOUND,
        ErrorCode::ChangedMeanwhile => StatusCode::CONFLICT,
        ErrorCode::Invalid | ErrorCode::FileRefused | ErrorCode::Cancelled => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        ErrorCode::Offline | ErrorCode::Refused => StatusCode::BAD_GATEWAY,
        ErrorCode::Disk | ErrorCode::NewerBook | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(crate) fn refuse(status: StatusCode, error: &ErrorReply) -> Response {
    // Invariant: an error reply is a plain struct and can always be written.
    let body = serde_json::to_string(error).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
