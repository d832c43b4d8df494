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
            return Poll::Ready(Err(io::Error::other("the answer is too long")));
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

#[cfg(test)]
mod tests {
    use http_body_util::Full;
    use hyper::{Request, body::Bytes};
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    };
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;
    use crate::http::{Client, Lost};

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

    /// Whoever connects says something, which is given back, and hears `answers`, one by one.
    async fn server(answers: &'static [&'static [u8]]) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody comes");
            let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
            for answer in answers {
                let read = stream.read(&mut piece).await.unwrap_or_default();
                heard.push(String::from_utf8_lossy(&piece[..read]).into_owned());
                stream.write_all(answer).await.expect("it listens");
            }
            heard
        });
        (address, heard)
    }

    fn patience() -> Patience {
        Patience { connect: Duration::from_millis(400), ..Patience::default() }
    }

    async fn get(url: &str, roots: RootCertStore, proxies: Matcher) -> Result<Vec<u8>, Lost> {
        let connector = Connector::with(&patience(), roots, proxies).expect("TLS");
        let request = Request::get(url).body(Full::<Bytes>::default()).expect("a request");
        Client::new(connector, &patience()).send(request, 100).await.map(|answer| answer.body)
    }

    fn no_proxy() -> Matcher {
        Matcher::builder().build()
    }

    #[tokio::test]
    async fn another_host_goes_by_the_proxy_and_this_machine_does_not() {
        let (address, heard) = server(&[b"HTTP/1.1 407 No\r\n\r\n"]).await;
        let proxies = || Matcher::builder().all(format!("http://anna:pw@{address}")).build();
        let lost = get("https://sheets.example.com/x", RootCertStore::empty(), proxies()).await;
        assert_eq!(lost, Err(Lost::Unreachable("tunnel error: proxy authorization required".to_owned())));
        let heard = heard.await.expect("no panic").concat();
        assert!(heard.starts_with("CONNECT sheets.example.com:443 HTTP/1.1\r\n"), "{heard}");
        assert!(heard.contains("Proxy-Authorization: Basic YW5uYTpwdw==\r\n"), "{heard}");

        let (address, heard) = server(&[ANSWER]).await;
        let proxies = Matcher::builder().all("http://127.0.0.1:1").build();
        assert_eq!(get(&format!("http://{address}/x"), RootCertStore::empty(), proxies).await, Ok(b"ok".to_vec()));
        assert!(heard.await.expect("no panic")[0].starts_with("GET /x HTTP/1.1"));

        let proxies = Matcher::builder().all("https://127.0.0.1:1").build();
        let lost = get("https://sheets.example.com/x", RootCertStore::empty(), proxies).await;
        assert_eq!(lost, Err(Lost::Unreachable("the proxy must be one of http:// or socks5://".to_owned())));
    }

    #[tokio::test]
    async fn a_server_is_verified() {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).expect("a key");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let config = Arc::new(config);
            while let Ok((stream, _)) = listener.accept().await {
                let stream = stream.into_std().expect("a socket");
                stream.set_nonblocking(false).expect("a socket");
                let mut tls =
                    rustls::StreamOwned::new(rustls::ServerConnection::new(Arc::clone(&config)).expect("TLS"), stream);
                tokio::task::spawn_blocking(move || {
                    use std::io::{Read as _, Write as _};
                    if tls.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                        let _ = tls.write_all(ANSWER);
                    }
                });
            }
        });
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).expect("a certificate");
        let url = format!("https://localhost:{port}/x");
        assert_eq!(get(&url, roots.clone(), no_proxy()).await, Ok(b"ok".to_vec()));
        let Err(Lost::Unreachable(why)) = get(&url, RootCertStore::empty(), no_proxy()).await else {
            panic!("a stranger was trusted")
        };
        assert!(why.starts_with("invalid peer certificate"), "{why}");
        let Err(Lost::Unreachable(why)) = get(&format!("https://127.0.0.1:{port}/x"), roots, no_proxy()).await else {
            panic!("another name was trusted")
        };
        assert!(why.starts_with("invalid peer certificate"), "{why}");
    }

    #[tokio::test]
    async fn why_there_is_no_connection_is_said_in_words_that_people_know() {
        let why = async |url: &str| get(url, RootCertStore::empty(), no_proxy()).await;
        let said = |what: &str| Err(Lost::Unreachable(what.to_owned()));
        assert_eq!(why("http://127.0.0.1:1/").await, said("connection refused"));
        assert_eq!(why("https://no-such-host.invalid/").await, said("its name is not known here"));
        // Somebody listens and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = silent.local_addr().expect("an address");
        assert_eq!(why(&format!("https://{address}/")).await, said("timed out"));
    }
}
