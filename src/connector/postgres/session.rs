//! One connection, for one conversation.

use std::future::poll_fn;

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_postgres::{Client, Connection};

use super::{address::Address, failure};
use crate::failure::Failure;

/// A table that somebody holds locked is waited for that long; a run that hangs gives its lock back after
/// an hour; one that does nothing after ten minutes.
pub(super) const LIMITS: &str = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '1h'; \
                                 SET LOCAL idle_in_transaction_session_timeout = '10min'";

/// Connects to the server that the config names, which is of that version or newer. The connection ends with
/// the client.
pub(super) async fn connect(address: Address, version_min: u32) -> Result<Client, Failure> {
    let hosts = address.hosts();
    let patience = address.patience;
    let (client, connection) = match timeout(patience, address.config.connect(address.tls)).await {
        Ok(outcome) => outcome.map_err(|e| failure::of_connecting(&e, &hosts))?,
        Err(_) => return Err(Failure::transient(format!("{hosts}: no answer within {} s", patience.as_secs()))),
    };
    let version = connection.parameter("server_version").unwrap_or_default().to_owned();
    tokio::spawn(drive(connection));
    let major = version.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok());
    if major.is_none_or(|n: u32| n < version_min) {
        return Err(Failure::permanent(format!("{hosts}: PostgreSQL {version_min} is needed, this is {version}")));
    }
    Ok(client)
}

/// Moves bytes until the client is dropped or the connection breaks, which the client hears by itself.
/// What the server says unasked is dropped, since a notice of a trigger may quote a row; the driver
/// would log it.
async fn drive<S, T>(mut connection: Connection<S, T>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(_)) = poll_fn(|cx| connection.poll_message(cx)).await {}
}
