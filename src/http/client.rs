//! A client: one request, one answer that is whole, within its time and its size.

use std::time::Duration;

use http_body_util::Full;
use hyper::{
    HeaderMap, Request, StatusCode,
    body::Bytes,
    header::{ACCEPT_ENCODING, HeaderValue, RETRY_AFTER, USER_AGENT},
};
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};

use super::{
    body,
    connect::{Connector, why},
    patience::Patience,
};

/// The name by which servers know us. Google packs its answers only for whom calls itself something with `gzip`
/// (<https://developers.google.com/workspace/sheets/api/guides/performance#gzip>).
const NAME: &str = concat!("sheetbridge/", env!("CARGO_PKG_VERSION"), " (gzip)");

/// Speaks to the hosts that requests name, over connections that are kept for the next request.
#[derive(Clone)]
pub(crate) struct Client {
    inner: legacy::Client<Connector, Full<Bytes>>,
    call: Duration,
}

/// What a server answered, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// How long it asks us to wait.
    pub(crate) retry_after: Option<Duration>,
    /// Of a refusal perhaps only the beginning.
    pub(crate) body: Vec<u8>,
}

/// There is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Lost {
    /// No connection came about: surely nothing was sent.
    Unreachable(String),
    /// The connection broke.
    Broken(String),
    /// It took longer than this.
    Late(Duration),
    /// It has more bytes than this.
    TooLarge(usize),
    /// It can't be understood.
    Garbled(String),
}

impl Client {
    pub(crate) fn new(connector: Connector, patience: &Patience) -> Self {
        let inner = legacy::Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Self { inner, call: patience.call }
    }

    /// Asks once. What is not a success is an answer, too; a redirect is not followed.
    pub(crate) async fn send(&self, mut request: Request<Full<Bytes>>, bytes_max: usize) -> Result<Answer, Lost> {
        let headers = request.headers_mut();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(USER_AGENT, HeaderValue::from_static(NAME));
        let answered = tokio::time::timeout(self.call, self.answer(request, bytes_max)).await;
        answered.unwrap_or(Err(Lost::Late(self.call)))
    }

    async fn answer(&self, request: Request<Full<Bytes>>, bytes_max: usize) -> Result<Answer, Lost> {
        let response = self.inner.request(request).await.map_err(|e| Lost::of(&e))?;
        let (head, body) = response.into_parts();
        let retry_after = retry_after(&head.headers);
        let body = match body::read(&head.headers, body, bytes_max).await {
            Ok(body) => body,
            // The status of a refusal says enough.
            Err((so_far, _)) if !head.status.is_success() => so_far,
            Err((_, lost)) => return Err(lost),
        };
        Ok(Answer { status: head.status, retry_after, body })
    }
}

impl Lost {
    pub(crate) fn of(error: &legacy::Error) -> Self {
        if error.is_connect() { Self::Unreachable(why(error)) } else { Self::Broken(why(error)) }
    }
}

/// How long a server asks us to wait: so many seconds, or until a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(until.duration_since(jiff::Timestamp::now())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_how_long_to_wait() {
        let said = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().expect("a header"))]);
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        let check = |text: &str, expected| assert_eq!(said(text), expected, "{text}");
        check("7", Some(7));
        check(" 0 ", Some(0));
        check("soon", None);
        check("-1", None);
        check("Wed, 21 Oct 2015 07:28:00 GMT", None);
        let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(90);
        let soon = said(&soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        assert!(soon.is_some_and(|wait| (85..=90).contains(&wait)), "{soon:?}");
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
