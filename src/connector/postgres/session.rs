//! One connection, for one conversation.

use std::future::poll_fn;

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_postgres::{Client, Connection};

use super::{super::DestinationPlace, address::Address, failure};
use crate::failure::Failure;

/// `MERGE` came with it.
const VERSION_MIN: u32 = 15;

/// Connects to the server that the config names. The connection ends with the client.
pub(super) async fn connect(place: &DestinationPlace) -> Result<Client, Failure> {
    let address = Address::of(place)?;
    let hosts = address.hosts();
    let patience = address.patience;
    let (client, connection) = match timeout(patience, address.config.connect(address.tls)).await {
        Ok(outcome) => outcome.map_err(|e| failure::of_connecting(&e, &hosts))?,
        Err(_) => return Err(Failure::transient(format!("{hosts}: no answer within {} s", patience.as_secs()))),
    };
    let version = connection.parameter("server_version").unwrap_or_default().to_owned();
    tokio::spawn(drive(connection));
    let major = version.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok());
    if major.is_none_or(|n: u32| n < VERSION_MIN) {
        return Err(Failure::permanent(format!("{hosts}: PostgreSQL {VERSION_MIN} is needed, this is {version}")));
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
