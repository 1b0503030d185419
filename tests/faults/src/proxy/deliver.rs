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
    /// It remains open.
    Keep,
    /// It is closed properly.
    Close,
}

/// The maximum delay.
const LONGEST: Duration = Duration::from_secs(20);

/// Sends all bytes.
pub(crate) async fn send(client: &mut Client, bytes: &[u8]) -> io::Result<()> {
    client.get_mut().write_all(bytes).await
}

/// Sends the bytes in pieces.
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

/// Sends a head and an endless body. Returns the number of bytes sent until the client disconnects.
pub(crate) async fn send_for_ever(client: &mut Client, head: &[u8], piece: &[u8]) -> u64 {
    /// Well above the limit of the client.
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
