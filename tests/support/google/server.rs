//! HTTP over real sockets: a request comes in, is counted, may go wrong, and is answered.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
    time::Duration,
};

use http_body_util::BodyExt as _;
use hyper::{
    Request, Response,
    body::{Body, Bytes, Frame, Incoming},
    header,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, time::Sleep};

use super::{
    State,
    faults::Fault,
    refusal::Refusal,
    request::{self, Asked},
};

/// An answer before it goes out.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn of(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body }
    }

    pub(crate) fn json(status: u16, body: Vec<u8>) -> Self {
        Self::of(status, "application/json; charset=UTF-8", body)
    }

    pub(crate) fn value(status: u16, value: &Value, pretty: bool) -> Self {
        let mut body = if pretty { serde_json::to_vec_pretty(value) } else { serde_json::to_vec(value) }.expect("JSON");
        if pretty {
            body.push(b'\n');
        }
        Self::json(status, body)
    }

    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let mut reply = Self::value(refusal.code, &refusal.body(), true);
        if refusal.code == 401 {
            reply.headers.push(("www-authenticate", "Bearer realm=\"https://accounts.google.com/\"".to_owned()));
        }
        reply
    }

    fn compressed(mut self) -> Self {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut gzip, &self.body).expect("room in memory");
        self.body = gzip.finish().expect("room in memory");
        self.headers.push(("content-encoding", "gzip".to_owned()));
        self
    }
}

/// Serves until told to stop.
pub(crate) async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, mut stop: oneshot::Receiver<()>) {
    loop {
        let stream = tokio::select! {
            _ = &mut stop => return,
            Ok((stream, _)) = listener.accept() => stream,
        };
        let state = Arc::clone(&state);
        let answer = service_fn(move |request| handle(Arc::clone(&state), request));
        // A connection that ends early is what some tests are about.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await });
    }
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was to end here")
    }
}

impl std::error::Error for Dropped {}

async fn handle(state: Arc<Mutex<State>>, request: Request<Incoming>) -> Result<Response<Sent>, Dropped> {
    let lock = || state.lock().expect("no test panicked in it");
    let asked = take_apart(request).await.map_err(|_| Dropped)?;
    let (number, fault) = lock().begin(&asked);
    if let Some(Fault::Slow(time)) = fault {
        tokio::time::sleep(time).await;
    }
    let reply = match &fault {
        Some(Fault::DropBefore) => None,
        Some(Fault::Says(reply)) => Some(reply.clone()),
        Some(Fault::Endless) => Some(Reply::json(200, Vec::new())),
        _ => Some(lock().answer(&asked)),
    };
    let reply = reply.map(|reply| if asked.gzip { reply.compressed() } else { reply });
    let reply = reply.filter(|_| !matches!(fault, Some(Fault::DropAfter)));
    lock().end(number, reply.as_ref());
    Ok(sent(reply.ok_or(Dropped)?, fault.as_ref()))
}

async fn take_apart(request: Request<Incoming>) -> Result<Asked, hyper::Error> {
    let (head, body) = request.into_parts();
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Both are needed (source: developers.google.com/sheets/api/guides/performance).
    let gzip = header(header::ACCEPT_ENCODING).contains("gzip") && header(header::USER_AGENT).contains("gzip");
    let bearer = header(header::AUTHORIZATION).strip_prefix("Bearer ").map(str::to_owned);
    let body = body.collect().await?.to_bytes();
    Ok(Asked {
        method: head.method.to_string(),
        path: request::path(head.uri.path()),
        query: request::form(head.uri.query().unwrap_or_default()),
        body: String::from_utf8_lossy(&body).into_owned(),
        bearer,
        gzip,
    })
}

fn sent(reply: Reply, fault: Option<&Fault>) -> Response<Sent> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    // Google sends bodies in chunks, which is what a body of unknown length becomes.
    if let Some(Fault::Cut(_)) = fault {
        response = response.header(header::CONTENT_LENGTH, reply.body.len());
    }
    let bytes = Bytes::from(reply.body);
    let body = match fault {
        Some(Fault::Cut(at) | Fault::CutChunked(at)) => {
            // What was sent leaves before the connection ends.
            let pause = Box::pin(tokio::time::sleep(Duration::from_millis(20)));
            Sent::Cut(Some(bytes.slice(..(*at).min(bytes.len()))), pause)
        }
        Some(Fault::Endless) => Sent::Endless(false),
        _ => Sent::Whole(Some(bytes)),
    };
    response.body(body).expect("headers of our own")
}

/// A body on its way.
enum Sent {
    Whole(Option<Bytes>),
    /// A part, and then an error, upon which the connection ends.
    Cut(Option<Bytes>, Pin<Box<Sleep>>),
    /// Rows and rows; whether it began.
    Endless(bool),
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let bytes = match self.get_mut() {
            Self::Whole(bytes) => bytes.take(),
            Self::Cut(bytes, pause) => {
                let part = bytes.take();
                if part.is_none() {
                    ready!(pause.as_mut().poll(context));
                    return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
                }
                part
            }
            Self::Endless(began) => Some(endless(std::mem::replace(began, true))),
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

fn endless(began: bool) -> Bytes {
    let row = format!("[\"{}\"],", "a".repeat(1000));
    let head = "{\"spreadsheetId\":\"1\",\"valueRanges\":[{\"range\":\"Clients!A1:A1000\",\"values\":[";
    Bytes::from(if began { row.repeat(16) } else { head.to_owned() })
}
