//! Asks the Google Sheets server of the tests by hand, so that what goes over the wire can be looked at.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{rand::SystemRandom, signature};
use serde_json::{Value, json};

use crate::google::{ACCOUNT, Google, OTHER_ACCOUNT};

pub(crate) const READ: &str = "https://www.googleapis.com/auth/spreadsheets.readonly";
pub(crate) const WRITE: &str = "https://www.googleapis.com/auth/spreadsheets";

/// What came back; all of it empty when the connection ended without an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
    /// Whether the body came to its end.
    pub(crate) ended: bool,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {:.200}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).map(|(_, v)| v)
    }
}

pub(crate) fn get(google: &Google, token: &str, path: &str) -> Answer {
    ask(google, "GET", path, &[("authorization", &format!("Bearer {token}"))], "")
}

pub(crate) fn post(google: &Google, token: &str, path: &str, body: &Value) -> Answer {
    ask(google, "POST", path, &[("authorization", &format!("Bearer {token}"))], &body.to_string())
}

/// What is read of a body that never ends.
pub(crate) const ENOUGH: usize = 4 << 20;

/// Asks over a connection of its own.
pub(crate) fn ask(google: &Google, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let escaped: String = path.bytes().map(escape).collect();
    let host = google.endpoint().strip_prefix("http://").expect("plain HTTP");
    let mut stream = TcpStream::connect(host).expect("a server");
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
    let length = body.len();
    let request = format!(
        "{method} {escaped} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n\
         {body}"
    );
    stream.write_all(request.as_bytes()).expect("a server that listens");
    let mut bytes = Vec::new();
    // What came before a connection broke counts too.
    let _ = stream.take((ENOUGH * 2) as u64).read_to_end(&mut bytes);
    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
        return Answer { status: 0, head: String::new(), body: Vec::new(), ended: false };
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head[9..12].parse().expect("a status");
    let rest = bytes.split_off(end + 4);
    let mut answer = Answer { status, head, body: Vec::new(), ended: true };
    if answer.header("transfer-encoding") == Some("chunked") {
        (answer.body, answer.ended) = dechunk(&rest);
    } else {
        let announced = answer.header("content-length").and_then(|n| n.parse().ok()).unwrap_or(rest.len());
        (answer.ended, answer.body) = (rest.len() == announced, rest);
    }
    answer.body.truncate(ENOUGH);
    answer
}

/// The bytes of chunks, and whether the last one came.
fn dechunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).ok().and_then(|n| usize::from_str_radix(n, 16).ok());
        let from = line + 2;
        let Some(size) = size else { break };
        if size == 0 {
            return (body, true);
        }
        body.extend_from_slice(&rest[from..(from + size).min(rest.len())]);
        rest = rest.get(from + size + 2..).unwrap_or_default();
    }
    (body, false)
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"/:?&=.()$,-_'!*".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

pub(crate) fn claim(google: &Google, from_now_seconds: i64) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let from = now.cast_signed() + from_now_seconds;
    let aud = format!("{}/token", google.endpoint());
    json!({ "iss": ACCOUNT, "scope": READ, "aud": aud, "iat": from, "exp": from + 3600 })
}

pub(crate) fn sign_in(google: &Google, claim: &Value, key_file: &str) -> Answer {
    let file: Value = serde_json::from_str(key_file).expect("JSON");
    let pem = file["private_key"].as_str().expect("a key");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(base64).expect("base64");
    let key = signature::RsaKeyPair::from_pkcs8(&der).expect("a key");
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "RS256", "typ": "JWT" })), part(claim));
    let mut mark = vec![0; key.public().modulus_len()];
    key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut mark).expect("signed");
    let mark = URL_SAFE_NO_PAD.encode(mark);
    let body = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={signed}.{mark}");
    ask(google, "POST", "/token", &[("content-type", "application/x-www-form-urlencoded")], &body)
}

/// A token of [`ACCOUNT`].
pub(crate) fn token(google: &Google, scope: &str) -> String {
    let mut claim = claim(google, 0);
    claim["scope"] = scope.into();
    let answer = sign_in(google, &claim, &google.key_file()).json();
    answer["access_token"].as_str().expect("a token").to_owned()
}

pub(crate) fn sign_in_as_other(google: &Google) -> String {
    let mut claim = claim(google, 0);
    claim["iss"] = OTHER_ACCOUNT.into();
    let answer = sign_in(google, &claim, &google.other_key_file()).json();
    answer["access_token"].as_str().expect("a token").to_owned()
}
