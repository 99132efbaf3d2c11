//! A network that can be cut: a TCP proxy between a desk and the province.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Forwards connections until it is cut; then drops them and refuses new ones.
pub struct Network {
    address: SocketAddr,
    up: watch::Sender<bool>,
    /// How often all connections went silent.
    silent: watch::Sender<u64>,
    bytes: Arc<AtomicU64>,
    /// Cut once so many bytes have crossed.
    most: Arc<AtomicU64>,
}

impl Network {
    /// A network to `target`, up at first.
    pub async fn to(target: SocketAddr) -> std::io::Result<Network> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (up, state) = watch::channel(true);
        let (silent, times) = watch::channel(0);
        let bytes = Arc::new(AtomicU64::new(0));
        let most = Arc::new(AtomicU64::new(u64::MAX));
        let count = Count { bytes: bytes.clone(), most: most.clone(), up: up.clone() };
        tokio::spawn(accept(listener, target, (state, times), count));
        Ok(Network { address, up, silent, bytes, most })
    }

    /// The address that desks are given.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts every connection, at once.
    pub fn cut(&self) {
        self.up.send_replace(false);
    }

    /// Every connection there is goes silent: it stays open and nothing crosses it any more, as when a computer
    /// has slept or somewhere on the way a table was lost. New ones are carried.
    pub fn silence(&self) {
        self.silent.send_modify(|times| *times += 1);
    }

    /// Cuts by itself when so many more bytes have crossed: in the middle of something.
    pub fn cut_after(&self, more: u64) {
        self.most.store(self.bytes() + more, Ordering::Relaxed);
    }

    /// Lets connections through again.
    pub fn restore(&self) {
        self.most.store(u64::MAX, Ordering::Relaxed);
        self.up.send_replace(true);
    }

    /// Bytes that crossed, both ways, HTTP heads included.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// What has crossed, and when that is enough.
#[derive(Clone)]
struct Count {
    bytes: Arc<AtomicU64>,
    most: Arc<AtomicU64>,
    up: watch::Sender<bool>,
}

impl Count {
    fn crossed(&self, bytes: usize) {
        let all = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        if all >= self.most.load(Ordering::Relaxed) {
            self.up.send_replace(false);
        }
    }
}

/// Whether it is up, and how often it went silent.
type Standing = (watch::Receiver<bool>, watch::Receiver<u64>);

async fn accept(listener: TcpListener, target: SocketAddr, standing: Standing, count: Count) {
    while let Ok((near, _)) = listener.accept().await {
        if *standing.0.borrow() {
            tokio::spawn(forward(near, target, standing.clone(), count.clone()));
        }
    }
}

async fn forward(near: TcpStream, target: SocketAddr, standing: Standing, count: Count) {
    let (mut up, mut silent) = standing;
    let before = *silent.borrow();
    let Ok(far) = TcpStream::connect(target).await else { return };
    // Both ends send small frames at once; one that waits here for company would cost 40 ms.
    if near.set_nodelay(true).and(far.set_nodelay(true)).is_err() {
        return;
    }
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let both = async { tokio::join!(pump(near_read, far_write, &count), pump(far_read, near_write, &count)) };
    tokio::pin!(both);
    let went_silent = tokio::select! {
        _ = &mut both => false,
        _ = up.wait_for(|up| !*up) => false,
        _ = silent.wait_for(|times| *times > before) => true,
    };
    if went_silent {
        // Nobody reads or writes it any more, and nobody closes it.
        let _ = up.wait_for(|up| !*up).await;
    }
}

async fn pump(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    count: &Count,
) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut buffer = vec![0u8; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer).await {
        if read == 0 || to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
        count.crossed(read);
    }
    let _ = to.shutdown().await;
}
