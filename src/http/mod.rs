//! One way to speak to servers: connected with TLS and by the proxies that the environment names, under time
//! limits, bounded in size, paced ahead of the server's quota and patient with its failures.
//!
//! A client speaks to the hosts that somebody named, and follows no redirect to another one.

mod body;
mod client;
mod connect;
mod endpoint;
mod pace;
mod patience;
mod tls;

pub(crate) use client::{Client, Lost, retry_after};
pub(crate) use connect::{Connector, why};
pub(crate) use endpoint::{Endpoint, is_safe};
pub(crate) use pace::{Bucket, Pace};
pub(crate) use patience::wait;
pub use patience::{Patience, Waiting, Waits};
pub(crate) use tls::{config as tls_config, native_roots};
