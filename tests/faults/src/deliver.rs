//! Delivery of bytes to the client.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

pub(crate) type Client = BufReader<TcpStream>;

/// The fate of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It takes another request.
    Keep,
    /// It is closed in good order.
    Close,
}

/// The upper limit of all delays. A longer one is a mistake in a test.
const LONGEST: Duration = Duration::from_secs(20);

/// Sends all of it.
pub(crate) async fn send(client: &mut Client, bytes: &[u8]) -> io::Result<()> {
    client.get_mut().write_all(bytes).await
}

/// Sends it in pieces.
pub(crate) async fn trickle(
    client: &mut Client,
    bytes: &[u8],
    piece: usize,
    pause: Duration,
) -> io::Result<()> {
    for piece in bytes.chunks(piece) {
        send(client, piece).await?;
        sleep(pause).await;
    }
    Ok(())
}

/// Sends a head, then a body without end. Returns how many bytes the system took before the client had enough.
pub(crate) async fn send_for_ever(client: &mut Client, head: &[u8], piece: &[u8]) -> u64 {
    /// The test has failed long before.
    const ENOUGH: u64 = 1 << 30;
    let mut pushed = 0;
    let _ = timeout(LONGEST, async {
        send(client, head).await?;
        while pushed < ENOUGH {
            send(client, piece).await?;
            pushed += piece.len() as u64;
        }
        io::Result::Ok(())
    })
    .await;
    pushed
}

/// Sends nothing until the client disconnects.
pub(crate) async fn hang(client: &mut Client) -> io::Result<Next> {
    let _ = timeout(LONGEST, client.fill_buf()).await;
    Ok(Next::Close)
}

/// Resets the connection: pending bytes are lost, and the client is notified.
pub(crate) fn reset(client: &mut Client) -> io::Result<Next> {
    client.get_ref().set_zero_linger()?;
    Ok(Next::Close)
}
