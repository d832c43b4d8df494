//! A Google Sheets server for tests, over real sockets: it signs in, counts, answers, refuses and fails as Google
//! does. What is known of Google's answers names its source; what is a guess says so.
//!
//! ```ignore
//! let google = Google::with([Book::of("1AbC", [Sheet::of("Clients", &[&["name", "phone"], &["Ann", "+44…"]])])]);
//! google.before(3, |books| {
//!     books.sheet("Clients").delete_rows(2..3);
//! });
//! google.at(4, Fault::google(503));
//! ```

mod a1;
mod edits;
mod faults;
mod grid;
mod mask;
mod quota;
mod refusal;
mod request;
mod server;
mod show;
mod spreadsheet;
mod token;
mod values;
mod write;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, JoinHandle},
};

use serde_json::json;
use tokio::sync::oneshot;

pub(crate) use self::{
    faults::Fault,
    grid::{Book, Books, Cell, Format, Role, Sheet},
    request::{Asked, Kind},
    server::Reply,
};
use self::{
    faults::{Moment, Plans},
    mask::Mask,
    quota::Quota,
    refusal::Refusal,
    request::{Call, What},
    token::{Desk, Token},
};

/// The account that spreadsheets are shared with unless a test says otherwise.
pub(crate) const ACCOUNT: &str = "sheetbridge@shop-test.iam.gserviceaccount.com";

/// Another account of the same project.
pub(crate) const OTHER_ACCOUNT: &str = "other@shop-test.iam.gserviceaccount.com";

/// How many bytes a request may have (source: the refusal itself, as others quote it).
const LARGEST: usize = 10 << 20;

const KEY: (&str, &[u8]) = (include_str!("../../data/google/shop.pem"), include_bytes!("../../data/google/shop.der"));
const OTHER_KEY: (&str, &[u8]) =
    (include_str!("../../data/google/other.pem"), include_bytes!("../../data/google/other.der"));

/// A running server; it stops when dropped.
pub(crate) struct Google {
    endpoint: String,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// All that the server knows, for tests to look at and to change.
pub(crate) struct State {
    endpoint: String,
    pub(crate) books: Books,
    pub(crate) desk: Desk,
    pub(crate) quota: Quota,
    pub(crate) plans: Plans,
    /// The project of the accounts.
    pub(crate) project: u64,
    /// Whether the API is enabled there.
    pub(crate) enabled: bool,
    log: Vec<Seen>,
}

/// A request, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// From one on, over all requests.
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    pub(crate) asked: Asked,
    /// Of the answer, compressed if it was; 0 when there was none.
    pub(crate) bytes: usize,
    /// 0 when there was no answer.
    pub(crate) status: u16,
}

impl Google {
    /// A server that holds nothing, with the quotas of Google.
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::new(&endpoint)));
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&state);
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
                server::serve(listener, serving, stopped).await;
            });
        });
        Self { endpoint, state, stop: Some(stop), thread: Some(thread) }
    }

    /// A server that holds these.
    pub(crate) fn with(books: impl IntoIterator<Item = Book>) -> Self {
        let google = Self::start();
        books.into_iter().for_each(|book| google.state().books.put(book));
        google
    }

    /// Where it is: of the API, and of `/token`.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The key of [`ACCOUNT`], as the console gives it out.
    pub(crate) fn key_file(&self) -> String {
        self.key_of(ACCOUNT, KEY.0)
    }

    /// The key of [`OTHER_ACCOUNT`].
    pub(crate) fn other_key_file(&self) -> String {
        self.key_of(OTHER_ACCOUNT, OTHER_KEY.0)
    }

    /// A key that [`ACCOUNT`] doesn't have.
    pub(crate) fn wrong_key_file(&self) -> String {
        self.key_of(ACCOUNT, OTHER_KEY.0)
    }

    fn key_of(&self, account: &str, key: &str) -> String {
        let file = json!({
            "type": "service_account",
            "project_id": "shop-test",
            "private_key_id": "0123456789abcdef0123456789abcdef01234567",
            "private_key": key,
            "client_email": account,
            "client_id": "100000000000000000001",
            "token_uri": format!("{}/token", self.endpoint),
        });
        format!("{file:#}\n")
    }

    /// All that it knows, held still meanwhile.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked in it")
    }

    /// Changes spreadsheets between requests.
    pub(crate) fn edit<T>(&self, change: impl FnOnce(&mut Books) -> T) -> T {
        change(&mut self.state().books)
    }

    /// Changes spreadsheets right before a request is answered, by its number.
    pub(crate) fn before(&self, number: usize, change: impl FnOnce(&mut Books) + Send + 'static) {
        self.state().plans.edit(number, Moment::Before, change);
    }

    /// Changes spreadsheets right after a request was answered.
    pub(crate) fn after(&self, number: usize, change: impl FnOnce(&mut Books) + Send + 'static) {
        self.state().plans.edit(number, Moment::After, change);
    }

    /// Lets a request go wrong, by its number.
    pub(crate) fn at(&self, number: usize, fault: Fault) {
        self.state().plans.at(number, fault);
    }

    /// Lets the next request of a kind go wrong.
    pub(crate) fn once(&self, when: impl Fn(&Asked) -> bool + Send + 'static, fault: Fault) {
        self.state().plans.when(when, fault, true);
    }

    /// Lets all requests of a kind go wrong.
    pub(crate) fn always(&self, when: impl Fn(&Asked) -> bool + Send + 'static, fault: Fault) {
        self.state().plans.when(when, fault, false);
    }

    /// All requests since the start, or since [`Google::forget`].
    pub(crate) fn log(&self) -> Vec<Seen> {
        self.state().log.clone()
    }

    /// Counts requests from one again. What is planned stays planned.
    pub(crate) fn forget(&self) {
        self.state().log.clear();
    }

    /// How many there were.
    pub(crate) fn requests(&self) -> usize {
        self.state().log.len()
    }

    pub(crate) fn reads(&self) -> usize {
        self.count(Kind::Read)
    }

    pub(crate) fn writes(&self) -> usize {
        self.count(Kind::Write)
    }

    pub(crate) fn tokens(&self) -> usize {
        self.count(Kind::Token)
    }

    fn count(&self, kind: Kind) -> usize {
        self.state().log.iter().filter(|seen| seen.kind == kind).count()
    }
}

impl Drop for Google {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl State {
    fn new(endpoint: &str) -> Self {
        let mut desk = Desk::new();
        desk.register(ACCOUNT, KEY.1);
        desk.register(OTHER_ACCOUNT, OTHER_KEY.1);
        Self {
            endpoint: endpoint.to_owned(),
            books: Books::default(),
            desk,
            quota: Quota::new(),
            plans: Plans::default(),
            project: 123_456_789_012,
            enabled: true,
            log: Vec::new(),
        }
    }

    /// Counts a request, and says what goes wrong with it.
    fn begin(&mut self, asked: &Asked) -> (usize, Option<Fault>) {
        let number = self.log.len() + 1;
        self.log.push(Seen { number, kind: asked.kind(), asked: asked.clone(), bytes: 0, status: 0 });
        self.plans.edits(number, Moment::Before, &mut self.books);
        (number, self.plans.fault(number, asked))
    }

    fn end(&mut self, number: usize, reply: Option<&Reply>) {
        self.plans.edits(number, Moment::After, &mut self.books);
        if let (Some(seen), Some(reply)) = (self.log.get_mut(number - 1), reply) {
            (seen.status, seen.bytes) = (reply.status, reply.body.len());
        }
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        if asked.body.len() > LARGEST {
            let what = format!("Request payload size exceeds the limit: {LARGEST} bytes.");
            return Reply::refused(&Refusal::argument(what));
        }
        if asked.kind() == Kind::Token {
            return match self.desk.grant(&asked.body, &format!("{}/token", self.endpoint)) {
                Ok(token) => Reply::value(200, &token, true),
                Err(bad) => Reply::value(400, &bad.body(), true),
            };
        }
        let Some(call) = asked.call() else {
            // Source: a fixture of r-lib/gargle for a path with a mistake in it.
            return Reply::of(404, "text/html; charset=UTF-8", b"<!DOCTYPE html>\n<title>Error 404</title>\n".to_vec());
        };
        self.call(asked, call).unwrap_or_else(|refusal| {
            let mut reply = Reply::refused(&refusal);
            if let (429, Some(seconds)) = (refusal.code, self.quota.retry_after_seconds) {
                reply.headers.push(("retry-after", seconds.to_string()));
            }
            reply
        })
    }

    fn call(&mut self, asked: &Asked, call: Call<'_>) -> Result<Reply, Refusal> {
        let token = self.admit(asked, call)?;
        let book = self.books.0.get_mut(call.id).ok_or_else(Refusal::not_found)?;
        match (book.shared.get(&token.account), call.kind()) {
            (None, _) | (Some(Role::Viewer), Kind::Write) => return Err(Refusal::not_shared()),
            _ if book.excel => return Err(Refusal::excel()),
            _ => {}
        }
        let mask = |shape| match asked.parameter("fields") {
            Some(fields) => Mask::of(fields, shape).map_err(|bad| Refusal::mask(fields, &bad.0)),
            None => Ok(Mask::ALL),
        };
        let value = match call.what {
            What::Values => return Ok(Reply::json(200, values::batch(asked, book, &mask(mask::VALUES)?)?)),
            What::Range(text) => return Ok(Reply::json(200, values::single(asked, text, book, &mask(mask::RANGE)?)?)),
            What::Spreadsheet => spreadsheet::answer(asked, book)?,
            What::WriteValues => {
                let mask = mask(mask::WRITTEN)?;
                let mut value = write::values(asked.json(), book)?;
                mask.cut(&mut value);
                value
            }
            What::Update => {
                let mask = mask(mask::UPDATED)?;
                let mut value = write::update(asked.json(), book)?;
                mask.cut(&mut value);
                value
            }
        };
        Ok(Reply::value(200, &value, asked.pretty()))
    }

    /// Who asks, if it may ask at all. Which of several reasons Google would give first is a guess.
    fn admit(&mut self, asked: &Asked, call: Call<'_>) -> Result<Token, Refusal> {
        let token = self.desk.token(asked.bearer.as_deref()).map_err(|why| Refusal::token(why, call.method()))?.clone();
        if !self.enabled {
            return Err(Refusal::disabled(self.project));
        }
        if !token.allows(call.kind()) {
            return Err(Refusal::scope(call.method()));
        }
        self.quota.take(call.kind(), &token.account, self.project)?;
        Ok(token)
    }
}
