//! How a connection comes about: directly or by a proxy, with TLS, within its time; and in a few words why not.

use std::{
    error::Error,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use hyper::{
    Uri,
    rt::{Read, ReadBuf, ReadBufCursor, Write},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::{
        legacy::connect::{
            Connected, Connection, HttpConnector,
            proxy::{SocksV5, Tunnel},
        },
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use rustls::RootCertStore;
use tokio::net::TcpStream;
use tower_service::Service;
use url::Host;

use super::{
    endpoint::is_here,
    patience::Patience,
    tls::{config, native_roots},
};
use crate::failure;

type Boxed = Box<dyn Error + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, Boxed>> + Send>>;

/// Connects to `https` anywhere and to `http` on this machine.
#[derive(Clone)]
pub(crate) struct Connector {
    https: HttpsConnector<Way>,
    within: Duration,
    bytes_max: Option<usize>,
}

impl Connector {
    /// With the proxies of the environment and the authorities of the machine.
    pub(crate) fn new(patience: &Patience) -> Result<Self, rustls::Error> {
        Self::with(patience, native_roots(), Matcher::from_env())
    }

    fn with(patience: &Patience, roots: RootCertStore, proxies: Matcher) -> Result<Self, rustls::Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared out among the addresses that a host has.
        tcp.set_connect_timeout(Some(patience.connect));
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(config(roots)?)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(Way { tcp, proxies: Arc::new(proxies) });
        Ok(Self { https, within: patience.connect, bytes_max: None })
    }

    /// The same, whose connections end when so many bytes have come: for clients that know no limit of their own and
    /// keep no connection.
    pub(crate) fn up_to(&self, bytes_max: usize) -> Self {
        Self { bytes_max: Some(bytes_max), ..self.clone() }
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = Boxed;
    type Future = Connecting<Stream>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Boxed>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connecting, within, left) = (self.https.call(to), self.within, self.bytes_max);
        Box::pin(async move {
            let late = |_| io::Error::from(io::ErrorKind::TimedOut);
            let inner = tokio::time::timeout(within, connecting).await.map_err(late)??;
            Ok(Stream { inner, left })
        })
    }
}

/// The way to a host: directly, or by the proxy that the environment names.
#[derive(Clone)]
struct Way {
    tcp: HttpConnector,
    proxies: Arc<Matcher>,
}

impl Way {
    /// The proxy for an address; what stays on this machine goes by none.
    fn proxy(&self, to: &Uri) -> Option<Intercept> {
        let here = to.host().and_then(|host| Host::parse(host).ok()).is_some_and(|host| is_here(&host));
        if here { None } else { self.proxies.intercept(to) }
    }
}

impl Service<Uri> for Way {
    type Response = TokioIo<TcpStream>;
    type Error = Boxed;
    type Future = Connecting<TokioIo<TcpStream>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Boxed>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Some(proxy) = self.proxy(&to) else {
            let connecting = self.tcp.call(to);
            return Box::pin(async move { Ok(connecting.await?) });
        };
        match proxy.uri().scheme_str() {
            Some("http") => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                let connecting = tunnel.call(to);
                Box::pin(async move { Ok(connecting.await?) })
            }
            Some("socks5" | "socks5h") => {
                let mut socks = SocksV5::new(proxy.uri().clone(), self.tcp.clone());
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                let connecting = socks.call(to);
                Box::pin(async move { Ok(connecting.await?) })
            }
            _ => Box::pin(async { Err("the proxy must be one of http:// or socks5://".into()) }),
        }
    }
}

/// A connection, which may end when so many bytes have come.
pub(crate) struct Stream {
    inner: MaybeHttpsStream<TokioIo<TcpStream>>,
    left: Option<usize>,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.inner.connected()
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(left) = self.left else { return Pin::new(&mut self.inner).poll_read(context, buffer) };
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        let mut bytes = [0; 4096];
        let room = bytes.len().min(left).min(buffer.remaining());
        let mut part = ReadBuf::new(&mut bytes[..room]);
        let read = Pin::new(&mut self.inner).poll_read(context, part.unfilled());
        self.left = Some(left - part.filled().len());
        buffer.put_slice(part.filled());
        read
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

/// Why there was no connection or it broke, in the words that people know; without addresses and headers.
pub(crate) fn why(error: &(dyn Error + 'static)) -> String {
    let causes = || causes(error);
    if let Some(tls) = causes().find_map(tls_error) {
        return tls.to_string();
    }
    if causes().any(|e| e.to_string() == "dns error") {
        return "its name is not known here".to_owned();
    }
    match causes().find_map(|e| e.downcast_ref::<io::Error>()) {
        Some(io) if io.kind() != io::ErrorKind::Other => failure::reason(io),
        _ => causes().last().map(ToString::to_string).unwrap_or_default(),
    }
}

/// An error, what caused it, and so on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// The words of TLS, which hide inside an I/O error.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.downcast_ref().or_else(|| inner?.downcast_ref())
}
