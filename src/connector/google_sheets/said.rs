//! What Google said, or why it said nothing, turned into what a person can do and what we do next.
//!
//! Nothing of a sheet is repeated but what Google's own messages quote of a request: a range, a title.

use google_sheets4::Error as HubError;
use serde_json::Value;
use yup_oauth2::{
    client::SendError,
    error::{AuthError, AuthErrorCode, Error as TokenError},
};

use super::account::UNREADABLE;
use crate::{
    finding::{Code, Trouble},
    http::{Lost, why},
    printable::printable,
};

const NOT_SHARED: Code = Code::new("google-not-shared");
const NOT_SHARED_TO_WRITE: Code = Code::new("google-not-shared-to-write");
const API_DISABLED: Code = Code::new("google-api-disabled");
const KEY_REVOKED: Code = Code::new("google-key-revoked");
const CLOCK_WRONG: Code = Code::new("google-clock-wrong");
pub(super) const NOT_A_SHEET: Code = Code::new("google-not-a-sheet");
pub(super) const NO_SUCH_SHEET: Code = Code::new("google-no-such-sheet");
const SCOPE: Code = Code::new("google-scope");
/// A range that the spreadsheet doesn't have: of a tab that isn't there, or beyond the grid.
pub(super) const NO_RANGE: Code = Code::new("google-no-range");
const REFUSED: Code = Code::new("google-refused");
const BUSY: Code = Code::new("google-busy");
const DOWN: Code = Code::new("google-down");
const UNREACHABLE: Code = Code::new("google-unreachable");
pub(super) const BROKEN_ANSWER: Code = Code::new("google-broken-answer");
const ANSWER_TOO_LARGE: Code = Code::new("google-answer-too-large");

/// So much of a message of Google is repeated.
const MESSAGE_CHARS_MAX: usize = 200;

/// What was asked, and as whom.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The account's e-mail.
    pub(super) email: &'a str,
    /// The host that was asked.
    pub(super) host: &'a str,
    /// The spreadsheet's id.
    pub(super) sheet: &'a str,
    /// Whether something was to be written.
    pub(super) writes: bool,
}

/// What was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Said {
    /// What a person reads when it stays so.
    pub(super) trouble: Trouble,
    /// What we do.
    pub(super) next: Next,
}

/// What we do when an attempt failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// It will be said again: stop.
    Stop,
    /// It may pass: ask again, later.
    Again,
    /// So many calls in a minute are too many: ask again when there is room.
    Crowded(Quota),
    /// The token is not taken: sign in anew, once.
    SignIn,
}

/// Whose calls are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Quota {
    /// The account's.
    User,
    /// Those of all accounts of the project.
    Project,
}

impl Said {
    fn stop(code: Code, hint: impl AsRef<str>) -> Self {
        Self { trouble: Trouble::new(code, hint), next: Next::Stop }
    }

    fn again(code: Code, hint: impl AsRef<str>) -> Self {
        Self { trouble: Trouble::new(code, hint), next: Next::Again }
    }
}

/// An answer that is not a success.
pub(super) fn of_answer(status: u16, body: &[u8], asked: &Asked<'_>) -> Said {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    of_refusal(status, &body, asked)
}

/// The same, of a body that is parsed; null if it was no JSON.
pub(super) fn of_refusal(status: u16, body: &Value, asked: &Asked<'_>) -> Said {
    let said = Refusal::of(status, body);
    match status {
        401 => Said { next: Next::SignIn, ..said.refused() },
        403 if said.is_crowded() => said.crowded(),
        403 => said.forbidden(asked),
        404 => Said::stop(NO_SUCH_SHEET, asked.sheet),
        // An .xlsx that lies in Drive has a link like a sheet's.
        400 if said.status == "FAILED_PRECONDITION" && !asked.writes => Said::stop(NOT_A_SHEET, asked.sheet),
        400 if said.is_of_range() => Said::stop(NO_RANGE, printable(said.message)),
        429 => said.crowded(),
        408 | 500 | 502 | 503 | 504 => Said::again(DOWN, format!("{}: {}", asked.host, said.in_words())),
        _ => said.refused(),
    }
}

/// An answer that is not a success, in parts.
struct Refusal<'a> {
    code: u16,
    status: &'a str,
    message: &'a str,
    details: &'a [Value],
}

impl<'a> Refusal<'a> {
    fn of(code: u16, body: &'a Value) -> Self {
        let error = &body["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_default();
        let details = error["details"].as_array().map_or(&[][..], Vec::as_slice);
        Self { code, status: text("status"), message: text("message"), details }
    }

    fn reason(&self) -> &'a str {
        self.details.iter().find_map(|detail| detail["reason"].as_str()).unwrap_or_default()
    }

    fn metadata(&self, name: &str) -> Option<&'a str> {
        self.details.iter().find_map(|detail| detail["metadata"][name].as_str())
    }

    /// In the words of the API, as clients of it quote them.
    fn is_of_range(&self) -> bool {
        ["Unable to parse range", "exceeds grid limits"].iter().any(|words| self.message.contains(words))
    }

    fn forbidden(&self, asked: &Asked<'_>) -> Said {
        let says = |words: &str| self.message.contains(words);
        match self.reason() {
            "SERVICE_DISABLED" => Said::stop(API_DISABLED, self.link_to_enable()),
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => Said::stop(SCOPE, asked.email),
            _ if says("has not been used in project") => Said::stop(API_DISABLED, self.link_to_enable()),
            _ if says("insufficient authentication scopes") => Said::stop(SCOPE, asked.email),
            "" if self.status == "PERMISSION_DENIED" && asked.writes => Said::stop(NOT_SHARED_TO_WRITE, asked.email),
            "" if self.status == "PERMISSION_DENIED" => Said::stop(NOT_SHARED, asked.email),
            _ => self.refused(),
        }
    }

    /// The page of the console on which the API is turned on, for the project if Google named it.
    fn link_to_enable(&self) -> String {
        let link = "https://console.cloud.google.com/apis/library/sheets.googleapis.com";
        let consumer = self.metadata("consumer").and_then(|consumer| consumer.strip_prefix("projects/"));
        let in_message = || self.message.split_once(" project ").map(|(_, rest)| rest);
        let number = consumer.or_else(in_message).unwrap_or_default();
        let number: String = number.chars().take_while(char::is_ascii_digit).collect();
        if number.is_empty() { link.to_owned() } else { format!("{link}?project={number}") }
    }

    /// Google's older way to say 429.
    fn is_crowded(&self) -> bool {
        self.reason() == "RATE_LIMIT_EXCEEDED" || self.status == "RESOURCE_EXHAUSTED"
    }

    fn crowded(&self) -> Said {
        let limit = self.metadata("quota_limit").unwrap_or_default();
        let quota = if limit.ends_with("PerProject") { Quota::Project } else { Quota::User };
        // "… and limit 'Read requests per minute per user' of service …"
        let named = self.message.split_once("limit '").and_then(|(_, rest)| rest.split_once('\''));
        let hint = match named.map(|(name, _)| name) {
            Some(name) => short(name),
            None if limit.is_empty() => self.in_words(),
            None => short(limit),
        };
        Said { trouble: Trouble::new(BUSY, hint), next: Next::Crowded(quota) }
    }

    fn refused(&self) -> Said {
        Said::stop(REFUSED, self.in_words())
    }

    fn in_words(&self) -> String {
        let words = match self.code {
            300..400 => "a redirect, which is not followed",
            _ => self.message,
        };
        let name = if self.status.is_empty() { String::new() } else { format!(" {}", short(self.status)) };
        let words = if words.is_empty() { String::new() } else { format!(": {}", short(words)) };
        format!("{}{name}{words}", self.code)
    }
}

/// The beginning of a message, without what it may quote of the cells that were to be written.
fn short(message: &str) -> String {
    let message = message.split("Invalid values[").next().unwrap_or_default();
    printable(message.trim()).chars().take(MESSAGE_CHARS_MAX).collect()
}

/// No answer.
pub(super) fn of_lost(lost: &Lost, host: &str) -> Said {
    match lost {
        Lost::Unreachable(why) => Said::again(UNREACHABLE, format!("{host}: {why}")),
        Lost::Broken(why) | Lost::Garbled(why) => Said::again(BROKEN_ANSWER, format!("{host}: {why}")),
        Lost::Late(time) => Said::again(UNREACHABLE, format!("{host}: no answer within {} s", time.as_secs_f32())),
        Lost::TooLarge(bytes) => Said::stop(ANSWER_TOO_LARGE, format!("{} MB", bytes >> 20)),
    }
}

/// An answer of success whose body is none.
pub(super) fn of_json(error: &serde_json::Error, host: &str) -> Said {
    // Never serde's own words: they may quote a cell.
    let what = match error.classify() {
        serde_json::error::Category::Eof | serde_json::error::Category::Io => "the answer was cut off",
        serde_json::error::Category::Syntax => "the answer is no JSON",
        serde_json::error::Category::Data => "the answer has another form than Google's",
    };
    Said::again(BROKEN_ANSWER, format!("{host}: {what}"))
}

/// An answer of success that is no JSON object: empty, or a page of somebody who stands between.
pub(super) fn of_no_object(host: &str) -> Said {
    Said::again(BROKEN_ANSWER, format!("{host}: the answer is no JSON"))
}

/// An answer with other ranges than were asked for.
pub(super) fn of_count(found: usize, wanted: usize, host: &str) -> Said {
    Said::again(BROKEN_ANSWER, format!("{host}: {found} of {wanted} ranges"))
}

/// More ranges than an address holds.
pub(super) fn of_too_long_a_request() -> Said {
    Said::stop(REFUSED, "the request is too long")
}

/// An answer to signing in that holds no token.
pub(super) fn of_no_token(host: &str) -> Said {
    Said::again(BROKEN_ANSWER, format!("{host}: no token in the answer"))
}

/// No token was to be had.
pub(super) fn of_token(error: &TokenError, email: &str, host: &str) -> Said {
    match error {
        TokenError::AuthError(error) => of_sign_in(error, email, host),
        TokenError::HttpClientError(SendError::Hyper(error)) => of_lost(&Lost::of(error), host),
        TokenError::HttpError(error) => Said::again(UNREACHABLE, format!("{host}: {}", why(error))),
        TokenError::JSONError(error) => of_json(error, host),
        TokenError::LowLevelError(_) | TokenError::UserError(_) => Said::stop(UNREADABLE, email),
        _ => of_no_token(host),
    }
}

fn of_sign_in(error: &AuthError, email: &str, host: &str) -> Said {
    let about = error.error_description.as_deref().unwrap_or_default();
    let code = error.error.as_str();
    match &error.error {
        // "… must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values …"
        AuthErrorCode::InvalidGrant if about.contains("timeframe") => Said::stop(CLOCK_WRONG, email),
        // "Invalid JWT Signature.", "Invalid grant: account not found", …: the key or its account is gone.
        AuthErrorCode::InvalidGrant => Said::stop(KEY_REVOKED, email),
        AuthErrorCode::Other(code) if PASSING.contains(&code.as_str()) => Said::again(DOWN, format!("{host}: {code}")),
        _ => Said::stop(REFUSED, format!("{}: {}", short(code), short(about))),
    }
}

/// What a place to sign in says when it fails itself (RFC 6749, 4.1.2.1; Google's own is the first).
const PASSING: [&str; 3] = ["internal_failure", "server_error", "temporarily_unavailable"];

/// What becomes of a write that failed; `status` is the answer's, if there was one.
pub(super) fn of_write(error: &HubError, status: Option<u16>, asked: &Asked<'_>) -> Said {
    let lost = |what: &str| Said::again(BROKEN_ANSWER, format!("{}: {what}", asked.host));
    match (error, status) {
        (HubError::BadRequest(body), Some(status)) => of_refusal(status, body, asked),
        (_, Some(status)) => of_refusal(status, &Value::Null, asked),
        (HubError::HttpError(error), None) => match Lost::of(error) {
            Lost::Unreachable(why) => of_lost(&Lost::Unreachable(why), asked.host),
            _ => lost(&why(error)),
        },
        (HubError::MissingToken(error), None) => match error.downcast_ref() {
            Some(error) => of_token(error, asked.email, asked.host),
            None => Said::again(UNREACHABLE, asked.host),
        },
        _ => lost("the answer was cut off"),
    }
}
