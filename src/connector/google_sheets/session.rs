//! The session of one account with Google: one token, one pace, one pool of connections for all the sheets of a
//! process.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use google_sheets4::{
    Sheets,
    api::{BatchUpdateValuesRequest, Scope, Spreadsheet, ValueRange},
    common,
};
use http_body_util::Full;
use hyper::{
    Request,
    body::Bytes,
    header::{AUTHORIZATION, HeaderValue},
};
use hyper_util::{client::legacy, rt::TokioExecutor};
use tokio::sync::Mutex;
use url::Url;
use yup_oauth2::{
    ServiceAccountAuthenticator, ServiceAccountKey, authenticator::Authenticator, client::CustomHyperClientBuilder,
};

use super::{
    account::{Account, UNREADABLE},
    quotas::{Paces, Quotas, bucket},
    said::{self, Asked, NO_RANGE, Next, Said, UNREACHABLE},
    values::{self, Column},
};
use crate::{
    connector::{Patience, Waits},
    finding::Trouble,
    http::{self, Connector, Endpoint, Pace},
};

/// Where Google is, unless the config names another endpoint.
const GOOGLE: &str = "https://sheets.googleapis.com";

/// A read is refused above this, unpacked: eight times what is asked for at once.
const READ_BYTES_MAX: usize = 64 << 20;

/// Tokens and what is said of a write have a few hundred bytes.
const SMALL_BYTES_MAX: usize = 1 << 20;

/// What is said of waiting until a failure has passed.
const AGAIN: &str = "google-waits-again";

/// Quotas are refilled every minute.
const MINUTE: Duration = Duration::from_mins(1);

/// How cells are to be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Render {
    /// As the sheet shows them.
    Formatted,
    /// As numbers and checkboxes; dates as days since 1899-12-30.
    Unformatted,
    /// As they were entered, a formula with its `=`.
    Formula,
}

/// An attempt that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failed {
    pub(super) said: Said,
    /// How long Google asked to wait.
    pub(super) retry_after: Option<Duration>,
}

impl From<Said> for Failed {
    fn from(said: Said) -> Self {
        Self { said, retry_after: None }
    }
}

/// A session of one account, to be shared by all who use that account.
pub(crate) struct Session {
    email: String,
    endpoint: Endpoint,
    /// Where the account signs in.
    token_host: String,
    auth: Authenticator<Connector>,
    /// Held by whoever signs in: the client would do so once for each who asks.
    signing_in: Mutex<()>,
    client: http::Client,
    hub: Sheets<Connector>,
    paces: Arc<Paces>,
    patience: Patience,
    waits: Waits,
}

impl Session {
    /// A session by the text of a service account's key; nothing is sent yet. Whoever names an `endpoint` speaks to
    /// that instead of Google, and signs in there at `/token`.
    pub(crate) fn new(
        key: &str,
        endpoint: Option<Endpoint>,
        quotas: &Quotas,
        patience: Patience,
        waits: Waits,
    ) -> Result<Self, Trouble> {
        let account = Account::parse(key, endpoint.as_ref())?;
        let endpoint = endpoint.map_or_else(google, Ok)?;
        let connector = Connector::new(&patience).map_err(|e| Trouble::new(UNREACHABLE, e.to_string()))?;
        let small = connector.up_to(SMALL_BYTES_MAX);
        let auth = authenticator(&account.key, small.clone())?;
        let token_host = Url::parse(&account.key.token_uri).ok().and_then(|url| url.host_str().map(str::to_owned));
        Ok(Self {
            email: account.email().to_owned(),
            token_host: token_host.unwrap_or_default(),
            hub: hub(&endpoint, auth.clone(), small),
            client: http::Client::new(connector, &patience),
            paces: quotas.of(&endpoint.to_string(), &account),
            endpoint,
            auth,
            signing_in: Mutex::new(()),
            patience,
            waits,
        })
    }

    /// How patient it is.
    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    /// What `fields` names of a spreadsheet, and of its cells those of `ranges`.
    pub(crate) async fn spreadsheet(
        &self,
        id: &str,
        ranges: &[String],
        fields: &str,
        scope: Scope,
    ) -> Result<Spreadsheet, Trouble> {
        let mut url = self.endpoint.at(&["v4", "spreadsheets", id]);
        ask(&mut url, ranges, &[("fields", fields)]);
        self.read(id, &url, scope, |body| serde_json::from_slice(body).map_err(|e| said::of_json(&e, self.host())))
            .await
    }

    /// The columns of each range, in the order of `ranges`.
    pub(crate) async fn values(
        &self,
        id: &str,
        ranges: &[String],
        render: Render,
        scope: Scope,
    ) -> Result<Vec<Vec<Column>>, Trouble> {
        let mut url = self.endpoint.at(&["v4", "spreadsheets", id, "values:batchGet"]);
        let render = match render {
            Render::Formatted => "FORMATTED_VALUE",
            Render::Unformatted => "UNFORMATTED_VALUE",
            Render::Formula => "FORMULA",
        };
        let how = [
            ("majorDimension", "COLUMNS"),
            ("valueRenderOption", render),
            ("dateTimeRenderOption", "SERIAL_NUMBER"),
            // Without the range an empty one might be left out of the answer.
            ("fields", "valueRanges(range,values)"),
        ];
        ask(&mut url, ranges, &how);
        let parse = |body: &[u8]| match values::parse(body) {
            Ok(found) if found.len() == ranges.len() => Ok(found),
            Ok(found) => Err(said::of_count(found.len(), ranges.len(), self.host())),
            Err(error) => Err(said::of_json(&error, self.host())),
        };
        self.read(id, &url, scope, parse).await
    }

    /// Waits until something may be written, with a token for it at hand.
    pub(crate) async fn place_to_write(&self) -> Result<(), Said> {
        self.token(Scope::Spreadsheet, false).await?;
        self.paces.writes.place(&self.waits).await;
        Ok(())
    }

    /// Writes cells as they are, once, for whoever has a [`place`](Self::place_to_write) for it. Unless Google said no
    /// for good, something may have been written: whoever calls looks before it tries again. What is written holds no
    /// null: the client would leave it out and shift the cells behind it.
    pub(crate) async fn write(&self, id: &str, data: Vec<ValueRange>) -> Result<(), Failed> {
        let cells = || data.iter().flat_map(|range| range.values.iter().flatten().flatten());
        assert!(cells().all(|cell| !cell.is_null()), "a null would shift the cells behind it");
        let request = BatchUpdateValuesRequest {
            data: Some(data),
            value_input_option: Some("RAW".to_owned()),
            ..BatchUpdateValuesRequest::default()
        };
        let mut seen = Seen::default();
        let methods = self.hub.spreadsheets();
        let call = methods
            .values_batch_update(request, id)
            .clear_scopes()
            .add_scope(Scope::Spreadsheet)
            .param("fields", "spreadsheetId")
            .delegate(&mut seen)
            .doit();
        match tokio::time::timeout(self.patience.call, call).await {
            Ok(Ok((_, written))) if written.spreadsheet_id.as_deref() == Some(id) => Ok(()),
            // serde takes nearly anything for an empty answer.
            Ok(Ok(_)) => Err(said::of_no_object(self.host()).into()),
            Ok(Err(error)) => {
                let said = said::of_write(&error, seen.status, &Asked { writes: true, ..self.asked(id) });
                Err(Failed { said, retry_after: seen.retry_after })
            }
            Err(_) => Err(said::of_lost(&http::Lost::Late(self.patience.call), self.host()).into()),
        }
    }

    /// Waits as long as it takes until a write may be tried again; false if that is no use or too long.
    pub(crate) async fn waits_to_write(&self, failed: &Failed, pause: Duration) -> bool {
        if failed.said.next == Next::SignIn {
            drop(self.token(Scope::Spreadsheet, true).await);
        }
        // A tab that has another name now is found out by the look before the next try.
        let passes = failed.said.next == Next::SignIn || failed.said.trouble.code == NO_RANGE;
        let next = if passes { Next::Again } else { failed.said.next };
        self.waits_for(&self.paces.writes, next, pause, failed.retry_after).await
    }

    /// Asks until there is an answer, patience is at its end, or Google says no.
    async fn read<T>(
        &self,
        id: &str,
        url: &Url,
        scope: Scope,
        parse: impl Fn(&[u8]) -> Result<T, Said>,
    ) -> Result<T, Trouble> {
        let (mut pauses, mut signs_in, mut signed_in) = (self.patience.waits(), false, false);
        loop {
            let Failed { said, retry_after } = match self.attempt(id, url, scope, std::mem::take(&mut signs_in)).await {
                // serde takes a list for a struct whose fields come in order, and an empty one for an empty answer.
                Ok(body) if !body.trim_ascii_start().starts_with(b"{") => said::of_no_object(self.host()).into(),
                Ok(body) => match parse(&body) {
                    Ok(read) => return Ok(read),
                    Err(said) => said.into(),
                },
                Err(failed) => failed,
            };
            if said.next == Next::SignIn && !signed_in {
                (signs_in, signed_in) = (true, true);
                continue;
            }
            match pauses.next() {
                Some(pause) if self.waits_for(&self.paces.reads, said.next, pause, retry_after).await => (),
                _ => return Err(said.trouble),
            }
        }
    }

    /// Waits as long as it takes; false if that is no use or too long.
    async fn waits_for(&self, pace: &Pace, next: Next, pause: Duration, retry_after: Option<Duration>) -> bool {
        let asked_to_wait = retry_after.unwrap_or_default();
        if asked_to_wait > self.patience.call {
            return false;
        }
        match next {
            Next::Stop | Next::SignIn => return false,
            Next::Again => http::wait(&self.waits, AGAIN, pause.max(asked_to_wait)).await,
            // Four times the usual waits outlast a minute.
            Next::Crowded(quota) => pace.close(bucket(quota), (pause * 4).min(MINUTE).max(asked_to_wait)),
        }
        true
    }

    /// Asks once.
    async fn attempt(&self, id: &str, url: &Url, scope: Scope, signs_in: bool) -> Result<Vec<u8>, Failed> {
        let token = self.token(scope, signs_in).await?;
        self.paces.reads.place(&self.waits).await;
        let mut request = Request::new(Full::<Bytes>::default());
        *request.uri_mut() = url.as_str().parse().map_err(|_| said::of_too_long_a_request())?;
        request.headers_mut().insert(AUTHORIZATION, token);
        match self.client.send(request, READ_BYTES_MAX).await {
            Ok(answer) if answer.status.is_success() => Ok(answer.body),
            Ok(answer) => {
                let said = said::of_answer(answer.status.as_u16(), &answer.body, &self.asked(id));
                Err(Failed { said, retry_after: answer.retry_after })
            }
            Err(lost) => Err(said::of_lost(&lost, self.host()).into()),
        }
    }

    /// The header that carries a token; a new one if `anew` or if the one at hand is about to end.
    async fn token(&self, scope: Scope, anew: bool) -> Result<HeaderValue, Said> {
        let scopes = [scope.as_ref()];
        let signing_in = async {
            let _turn = self.signing_in.lock().await;
            if anew { self.auth.force_refreshed_token(&scopes).await } else { self.auth.token(&scopes).await }
        };
        let late = || http::Lost::Late(self.patience.call);
        let token = match tokio::time::timeout(self.patience.call, signing_in).await {
            Ok(Ok(token)) => token,
            Ok(Err(error)) => return Err(said::of_token(&error, &self.email, &self.token_host)),
            Err(_) => return Err(said::of_lost(&late(), &self.token_host)),
        };
        let bearer = token.token().and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
        let mut bearer = bearer.ok_or_else(|| said::of_no_token(&self.token_host))?;
        bearer.set_sensitive(true);
        Ok(bearer)
    }

    fn host(&self) -> &str {
        self.endpoint.host()
    }

    fn asked<'a>(&'a self, sheet: &'a str) -> Asked<'a> {
        Asked { email: &self.email, host: self.host(), sheet, writes: false }
    }
}

fn google() -> Result<Endpoint, Trouble> {
    Endpoint::parse(GOOGLE).map_err(|what| Trouble::new(UNREACHABLE, what))
}

/// Adds what is asked for to an address.
fn ask(url: &mut Url, ranges: &[String], parameters: &[(&str, &str)]) {
    let mut query = url.query_pairs_mut();
    query.extend_pairs(ranges.iter().map(|range| ("ranges", range)));
    query.extend_pairs(parameters).append_pair("prettyPrint", "false");
}

/// Who gets the tokens. It parses the key, and waits for nothing although it could.
fn authenticator(key: &ServiceAccountKey, connector: Connector) -> Result<Authenticator<Connector>, Trouble> {
    let client = CustomHyperClientBuilder::from(fleeting(connector));
    let building = ServiceAccountAuthenticator::with_client(key.clone(), client).build();
    let built = building.now_or_never().expect("a key that is at hand is not waited for");
    built.map_err(|_| Trouble::new(UNREADABLE, &key.client_email))
}

fn hub(endpoint: &Endpoint, auth: Authenticator<Connector>, connector: Connector) -> Sheets<Connector> {
    let mut hub = Sheets::new(fleeting(connector), auth);
    hub.base_url(endpoint.to_string());
    hub.root_url(endpoint.to_string());
    hub.user_agent(concat!("sheetbridge/", env!("CARGO_PKG_VERSION")).to_owned());
    hub
}

/// A client that keeps no connection: each has its own bound on what comes.
fn fleeting<B>(connector: Connector) -> legacy::Client<Connector, B>
where
    B: hyper::body::Body + Send,
    B::Data: Send,
{
    legacy::Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)
}

/// Sees what the client does not hand on, and lets it repeat nothing.
#[derive(Default)]
struct Seen {
    status: Option<u16>,
    retry_after: Option<Duration>,
}

impl common::Delegate for Seen {
    fn http_failure(&mut self, response: &common::Response, _: Option<&serde_json::Value>) -> common::Retry {
        self.status = Some(response.status().as_u16());
        self.retry_after = http::retry_after(response.headers());
        common::Retry::Abort
    }
}
