//! The session over real sockets, with a server that says what each test tells it to.

use std::{
    collections::VecDeque,
    io::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use google_sheets4::api::{Scope, ValueRange};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{
    quotas::Quotas,
    said::{Next, Quota},
    session::{Failed, Render, Session},
    values::Value,
};
use crate::{
    connector::{Patience, Waits},
    finding::Trouble,
    http::Endpoint,
    language::Language,
};

/// A key for tests alone; it opens nothing.
const PEM: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/google/shop.pem"));

/// What the server says.
#[derive(Clone)]
enum Reply {
    /// A status, further header lines and a body.
    Says(u16, &'static str, Vec<u8>),
    /// A body that ends before it should.
    Cut(&'static str),
    /// Nothing: it ends the connection.
    Hangs,
    /// The next one, late.
    Slow(Box<Reply>),
}

fn says(status: u16, body: &(impl ToString + ?Sized)) -> Reply {
    Reply::Says(status, "", body.to_string().into_bytes())
}

fn good() -> Reply {
    says(200, &json!({"valueRanges": [{"range": "A", "values": [["Анна", "", 7.5]]}, {"range": "B"}]}))
}

fn refusal(status: u16, name: &str, details: &serde_json::Value) -> Reply {
    says(status, &json!({"error": {"code": status, "status": name, "message": "no", "details": details}}))
}

fn crowded(limit: &str) -> Reply {
    refusal(429, "RESOURCE_EXHAUSTED", &json!([{"metadata": {"quota_limit": limit}}]))
}

/// A server; the last of its replies is said again and again.
struct Server {
    endpoint: Endpoint,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn new(replies: &[Reply], tokens: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let endpoint = Endpoint::parse(&format!("http://{address}")).expect("an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new((VecDeque::from(replies.to_vec()), VecDeque::from(tokens.to_vec()), 0)));
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            // A client may open connections that it then does not need.
            while let Ok((mut stream, _)) = listener.accept().await {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                tokio::spawn(async move {
                    let request = request(&mut stream).await;
                    if !request.is_empty() {
                        let reply = next(&mut script.lock().expect("no panic"), &request);
                        log.lock().expect("no panic").push(request);
                        answer(stream, reply).await;
                    }
                });
            }
        });
        Self { endpoint, heard }
    }

    /// What it heard, signing in aside.
    fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().expect("no panic");
        heard.iter().filter(|request| !request.starts_with("POST /token")).cloned().collect()
    }

    fn signed_in(&self) -> usize {
        let heard = self.heard.lock().expect("no panic");
        heard.iter().filter(|request| request.starts_with("POST /token")).count()
    }
}

/// The next reply: to signing in, unless the script says otherwise, a token with its number.
fn next(script: &mut (VecDeque<Reply>, VecDeque<Reply>, usize), request: &str) -> Reply {
    let (replies, tokens, signed_in) = script;
    let queue = if request.starts_with("POST /token") { tokens } else { replies };
    let reply = if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() };
    reply.unwrap_or_else(|| {
        *signed_in += 1;
        let token = format!("ya29.SECRET{signed_in}");
        says(200, &json!({"access_token": token, "token_type": "Bearer", "expires_in": 3599}))
    })
}

/// One request with its body.
async fn request(stream: &mut TcpStream) -> String {
    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&heard).into_owned();
        let length = text.split_once("content-length: ").and_then(|(_, rest)| rest.split_once("\r\n"));
        let length: usize = length.and_then(|(length, _)| length.parse().ok()).unwrap_or_default();
        if text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= length) {
            return text;
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return text,
            Ok(read) => heard.extend_from_slice(&piece[..read]),
        }
    }
}

async fn answer(mut stream: TcpStream, reply: Reply) {
    let reply = match reply {
        Reply::Slow(reply) => {
            tokio::time::sleep(Duration::from_secs(2)).await;
            *reply
        }
        reply => reply,
    };
    let bytes = match reply {
        Reply::Says(status, headers, body) => {
            let head =
                format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len());
            [head.into_bytes(), body].concat()
        }
        Reply::Cut(body) => format!("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{body}").into_bytes(),
        Reply::Hangs | Reply::Slow(_) => Vec::new(),
    };
    let _ = stream.write_all(&bytes).await;
}

type Told = Arc<Mutex<Vec<&'static str>>>;

/// A session with little patience, and what it said it waits for.
fn session(server: &Server) -> (Session, Told) {
    let told = Told::default();
    let waits: Waits = {
        let told = Arc::clone(&told);
        Arc::new(move |waiting| told.lock().expect("no panic").push(waiting.what))
    };
    let millis = Duration::from_millis;
    let patience =
        Patience { call: millis(500), connect: millis(400), tries: 5, first_wait: millis(1), longest_wait: millis(4) };
    let key = json!({"type": "service_account", "client_email": "shop@p.example", "private_key": PEM});
    let endpoint = Some(server.endpoint.clone());
    let session = Session::new(&key.to_string(), endpoint, &Quotas::default(), patience, waits);
    (session.expect("a good key"), told)
}

async fn read(session: &Session) -> Result<usize, Trouble> {
    let ranges = ["'Лист 1'!A2:A".to_owned(), "B".to_owned()];
    let read = session.values("ID", &ranges, Render::Unformatted, Scope::SpreadsheetReadonly).await?;
    assert!(read[0][0].get(0) == Value::Text("Анна") && read[0][0].get(2) == Value::Number(7.5));
    assert!(read[1].is_empty());
    Ok(read[0][0].len())
}

fn gzip(reply: Reply) -> Reply {
    let Reply::Says(status, _, body) = reply else { return reply };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&body).expect("memory takes it");
    Reply::Says(status, "content-encoding: gzip\r\n", gzip.finish().expect("memory takes it"))
}

#[tokio::test]
async fn a_read_asks_for_what_it_should_and_signs_in_once() {
    let metadata = json!({"spreadsheetId": "ID", "sheets": [{"properties": {"sheetId": 7, "title": "Лист 1"}}]});
    let server = Server::new(&[says(200, &metadata), gzip(good())], &[]).await;
    let (session, told) = session(&server);
    let ranges = ["'Лист 1'!1:5".to_owned()];
    let sheet = session.spreadsheet("ID", &ranges, "sheets.properties", Scope::SpreadsheetReadonly).await;
    let title = sheet.expect("it is there").sheets.and_then(|s| s[0].properties.clone()?.title);
    assert_eq!(title.as_deref(), Some("Лист 1"));
    assert_eq!(read(&session).await, Ok(3));
    let heard = server.heard();
    let lines: Vec<&str> = heard.iter().filter_map(|request| request.lines().next()).collect();
    assert_eq!(
        lines,
        [
            "GET /v4/spreadsheets/ID?ranges=%27%D0%9B%D0%B8%D1%81%D1%82+1%27%211%3A5&fields=sheets.properties\
             &prettyPrint=false HTTP/1.1",
            "GET /v4/spreadsheets/ID/values:batchGet?ranges=%27%D0%9B%D0%B8%D1%81%D1%82+1%27%21A2%3AA&ranges=B\
             &majorDimension=COLUMNS&valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER\
             &fields=valueRanges%28range%2Cvalues%29&prettyPrint=false HTTP/1.1",
        ]
    );
    for line in ["authorization: Bearer ya29.SECRET1\r\n", "accept-encoding: gzip\r\n", "(gzip)\r\n"] {
        assert!(heard.iter().all(|request| request.contains(line)), "{line:?}: {heard:?}");
    }
    assert_eq!((server.signed_in(), told.lock().expect("no panic").len()), (1, 0));
}

#[tokio::test]
async fn what_passes_is_asked_again() {
    let short = says(200, &json!({"valueRanges": [{"values": [["Анна", "", 7.5]]}]}));
    let (cut_gzip, waits) = (gzip(good()), "google-waits-again");
    let Reply::Says(_, headers, mut bytes) = cut_gzip else { unreachable!("it is said") };
    bytes.truncate(bytes.len() - 9);
    for (reply, waited) in [
        (says(500, "{}"), waits),
        (says(502, "<html>"), waits),
        (refusal(503, "UNAVAILABLE", &json!([])), waits),
        (says(504, ""), waits),
        (Reply::Cut("{\"valueRanges\": [{\"values\": [[\"А"), waits),
        (Reply::Cut(""), waits),
        (says(200, "{\"valueRanges\": [{\"values\""), waits),
        (says(200, ""), waits),
        (says(200, "[]"), waits),
        (says(200, "<html>sign in to the guest network"), waits),
        (says(200, "{}"), waits),
        (short, waits),
        (Reply::Says(200, headers, bytes), waits),
        (Reply::Hangs, waits),
        (Reply::Slow(Box::new(good())), waits),
        (crowded("ReadRequestsPerMinutePerUser"), "google-waits-user-reads"),
        (crowded("ReadRequestsPerMinutePerProject"), "google-waits-project-reads"),
        (says(429, "<html>slow down"), "google-waits-user-reads"),
    ] {
        let server = Server::new(&[reply, good()], &[]).await;
        let (session, told) = session(&server);
        assert_eq!(read(&session).await, Ok(3), "{:?}", told.lock());
        let told = told.lock().expect("no panic");
        assert!(!told.is_empty() && told.iter().all(|what| *what == waited), "{told:?}, not {waited}");
        assert_eq!((server.heard().len(), server.signed_in()), (2, 1), "{waited}");
    }
}

#[tokio::test]
async fn what_stays_is_said_in_the_end() {
    let shared = json!([{"reason": "SERVICE_DISABLED", "metadata": {"consumer": "projects/7"}}]);
    for (reply, code, requests) in [
        (says(503, ""), "google-down", 5),
        (Reply::Hangs, "google-broken-answer", 5),
        (Reply::Slow(Box::new(good())), "google-unreachable", 5),
        (Reply::Cut("{"), "google-broken-answer", 5),
        (crowded("ReadRequestsPerMinutePerUser"), "google-busy", 5),
        (refusal(403, "PERMISSION_DENIED", &json!([])), "google-not-shared", 1),
        (refusal(403, "PERMISSION_DENIED", &shared), "google-api-disabled", 1),
        (refusal(404, "NOT_FOUND", &json!([])), "google-no-such-sheet", 1),
        (refusal(400, "FAILED_PRECONDITION", &json!([])), "google-not-a-sheet", 1),
        (refusal(400, "INVALID_ARGUMENT", &json!([])), "google-refused", 1),
        (refusal(401, "UNAUTHENTICATED", &json!([])), "google-refused", 2),
        (Reply::Says(302, "location: http://127.0.0.1:1/\r\n", Vec::new()), "google-refused", 1),
        (Reply::Says(429, "retry-after: 86400\r\n", Vec::new()), "google-busy", 1),
    ] {
        let server = Server::new(&[reply], &[]).await;
        let trouble = read(&session(&server).0).await.expect_err(code);
        assert_eq!((trouble.code.name(), server.heard().len()), (code, requests), "{}", trouble.hint);
        let said = trouble.render("shop", Language::English);
        assert!(!said.contains("SECRET") && !said.contains('{'), "{said}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_replaced_once() {
    let server = Server::new(&[refusal(401, "UNAUTHENTICATED", &json!([])), good()], &[]).await;
    let (session, _) = session(&server);
    assert_eq!(read(&session).await, Ok(3));
    assert_eq!(read(&session).await, Ok(3));
    let carried: Vec<bool> = server.heard().iter().map(|request| request.contains("ya29.SECRET2")).collect();
    assert_eq!((carried, server.signed_in()), (vec![false, true, true], 2));
}

#[tokio::test]
async fn signing_in_fails_in_its_own_words() {
    let no = |error: &str, about: &str| says(400, &json!({"error": error, "error_description": about}));
    let clock = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check \
                 your iat and exp values in the JWT claim.";
    let flood = Reply::Says(200, "", vec![b' '; 3 << 20]);
    for (reply, code, tries) in [
        (no("invalid_grant", "Invalid JWT Signature."), "google-key-revoked", 1),
        (no("invalid_grant", "Invalid grant: account not found"), "google-key-revoked", 1),
        (no("invalid_grant", clock), "google-clock-wrong", 1),
        (no("unauthorized_client", "Client is unauthorized"), "google-refused", 1),
        (no("internal_failure", ""), "google-down", 5),
        (says(502, "<html>"), "google-broken-answer", 5),
        (says(200, "{}"), "google-broken-answer", 2),
        (Reply::Hangs, "google-broken-answer", 5),
        (Reply::Slow(Box::new(good())), "google-unreachable", 5),
        (flood, "google-broken-answer", 5),
    ] {
        let floods = matches!(&reply, Reply::Says(_, _, body) if body.len() > 1 << 20);
        let server = Server::new(&[good()], &[reply]).await;
        let trouble = read(&session(&server).0).await.expect_err(code);
        assert_eq!((trouble.code.name(), server.signed_in()), (code, tries), "{}", trouble.hint);
        assert_eq!(server.heard().len(), 0, "nothing is asked without a token");
        assert_eq!(floods, trouble.hint.ends_with("the answer is too long"), "{}", trouble.hint);
    }
}

async fn write(session: &Session) -> Result<(), Failed> {
    let values = Some(vec![vec![json!("ok"), json!(true), json!("")]]);
    let data = vec![ValueRange { range: Some("Log!A2:C2".to_owned()), major_dimension: None, values }];
    session.write("ID", data).await
}

#[tokio::test]
async fn a_write_goes_as_it_is() {
    let server = Server::new(&[says(200, &json!({"spreadsheetId": "ID"}))], &[]).await;
    assert_eq!(write(&session(&server).0).await, Ok(()));
    let heard = server.heard().concat();
    assert!(heard.starts_with("POST /v4/spreadsheets/ID/values:batchUpdate?fields=spreadsheetId&alt=json HTTP/1.1"));
    let body = heard.split_once("\r\n\r\n").map(|(_, body)| body).expect("a body");
    let expected = json!({
        "valueInputOption": "RAW", "data": [{"range": "Log!A2:C2", "values": [["ok", true, ""]]}],
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(body).expect("JSON"), expected);
}

#[tokio::test]
async fn a_write_is_tried_once_and_says_whether_that_is_final() {
    let later = Reply::Says(429, "retry-after: 7\r\n", b"<html>".to_vec());
    let (user, again, sign_in, stop) = (Next::Crowded(Quota::User), Next::Again, Next::SignIn, Next::Stop);
    for (reply, expected) in [
        (later, user),
        (crowded("WriteRequestsPerMinutePerUser"), user),
        (says(503, ""), again),
        (refusal(401, "UNAUTHENTICATED", &json!([])), sign_in),
        (says(500, "{}"), again),
        (says(502, "<html>"), again),
        (Reply::Hangs, again),
        (Reply::Cut("{\"spreadsheetId\""), again),
        (says(200, "<html>"), again),
        (Reply::Slow(Box::new(says(200, "{}"))), again),
        (refusal(403, "PERMISSION_DENIED", &json!([])), stop),
        (refusal(400, "INVALID_ARGUMENT", &json!([])), stop),
        (says(302, ""), stop),
    ] {
        let server = Server::new(&[reply], &[]).await;
        let said = write(&session(&server).0).await.expect_err("it fails").said;
        assert!(!said.trouble.help(Language::English).contains('{'), "{said:?}");
        assert_eq!((said.next, server.heard().len()), (expected, 1), "{said:?}");
    }
}

#[tokio::test]
async fn a_write_is_tried_again_no_later_than_a_run_can_wait() {
    let answer = |status: u16, headers: &'static str| Reply::Says(status, headers, b"{}".to_vec());
    let (waits, reads) = (Some("google-waits-again"), Some("google-waits-user-writes"));
    for (reply, waited) in [
        (answer(503, ""), waits),
        (answer(503, "retry-after: 0\r\n"), waits),
        (answer(401, ""), waits),
        (answer(429, ""), reads),
        (answer(400, ""), None),
        (answer(429, "retry-after: 86400\r\n"), None),
        (answer(503, "retry-after: 86400\r\n"), None),
        (answer(429, "retry-after: 18446744073709551615\r\n"), None),
        (answer(503, "retry-after: 18446744073709551615\r\n"), None),
    ] {
        let server = Server::new(&[reply], &[]).await;
        let (session, told) = session(&server);
        let failed = write(&session).await.expect_err("it fails");
        let again = session.waits_to_write(&failed, Duration::from_millis(1)).await;
        let place = tokio::time::timeout(Duration::from_secs(1), session.place_to_write()).await;
        assert_eq!(place.expect("it waits for nothing more"), Ok(()), "{failed:?}");
        assert_eq!((again, told.lock().expect("no panic").last().copied()), (waited.is_some(), waited), "{failed:?}");
    }
}

#[tokio::test]
async fn without_a_token_or_a_connection_nothing_was_written() {
    let revoked = says(400, &json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}));
    let server = Server::new(&[good()], &[revoked]).await;
    let next = async |server: &Server| write(&session(server).0).await.map_err(|failed| failed.said.next);
    assert_eq!(next(&server).await, Err(Next::Stop));
    let server = Server::new(&[good()], &[Reply::Hangs]).await;
    assert_eq!(next(&server).await, Err(Next::Again));
    let nobody = Server { endpoint: Endpoint::parse("http://127.0.0.1:1").expect("an address"), ..server };
    assert_eq!(next(&nobody).await, Err(Next::Again));
    let trouble = read(&session(&nobody).0).await.expect_err("nobody is there");
    assert_eq!((trouble.code.name(), &*trouble.hint), ("google-unreachable", "127.0.0.1: connection refused"));
}

#[tokio::test]
#[should_panic(expected = "a null would shift")]
async fn a_null_is_never_written() {
    let server = Server::new(&[good()], &[]).await;
    let data = vec![ValueRange { values: Some(vec![vec![json!(null), json!("x")]]), ..ValueRange::default() }];
    drop(session(&server).0.write("ID", data).await);
}

#[tokio::test]
async fn many_at_once_sign_in_once() {
    let server = Server::new(&[good()], &[]).await;
    let session = Arc::new(session(&server).0);
    let reads: Vec<_> = (0..10)
        .map(|_| {
            let session = Arc::clone(&session);
            tokio::spawn(async move { read(&session).await })
        })
        .collect();
    for reading in reads {
        assert_eq!(reading.await.expect("no panic"), Ok(3));
    }
    assert_eq!(server.signed_in(), 1);
}

#[test]
fn a_key_that_can_t_be_read_says_so_before_anything_is_sent() {
    let key = json!({
        "type": "service_account", "client_email": "shop@p.example", "private_key": "SECRET",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    let session = Session::new(&key.to_string(), None, &Quotas::default(), Patience::default(), Arc::new(|_| ()));
    let trouble = session.map(|_| ()).expect_err("it is no key");
    assert_eq!((trouble.code.name(), &*trouble.hint), ("google-key-unreadable", "shop@p.example"));
}
