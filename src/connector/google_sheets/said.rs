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
pub(super) const UNREACHABLE: Code = Code::new("google-unreachable");
pub(super) const BROKEN_ANSWER: Code = Code::new("google-broken-answer");
pub(super) const ANSWER_TOO_LARGE: Code = Code::new("google-answer-too-large");

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
    let message = message.split("Invalid values[").next().unwrap_or_default().trim();
    printable(message).chars().take(MESSAGE_CHARS_MAX).collect()
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

/// An answer to signing in that holds no token; the client keeps it as if it did.
pub(super) fn of_no_token(host: &str) -> Said {
    let trouble = Trouble::new(BROKEN_ANSWER, format!("{host}: no token in the answer"));
    Said { trouble, next: Next::SignIn }
}

/// No token was to be had.
pub(super) fn of_token(error: &TokenError, email: &str, host: &str) -> Said {
    match error {
        TokenError::AuthError(error) => of_sign_in(error, email, host),
        TokenError::HttpClientError(SendError::Hyper(error)) => of_lost(&Lost::of(error), host),
        TokenError::HttpError(error) => of_lost(&Lost::Broken(why(error)), host),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    const ASKED: Asked<'_> =
        Asked { email: "shop@p.example", host: "sheets.googleapis.com", sheet: "1AbC", writes: false };

    #[track_caller]
    fn check(status: u16, body: &str, expected: (&str, Next, &str)) {
        let said = of_answer(status, body.as_bytes(), &ASKED);
        assert_eq!((said.trouble.code.name(), said.next, &*said.trouble.hint), expected, "{body}");
    }

    /// Bodies as people who met them wrote them down, see `facts/providers.md` of the project.
    #[test]
    fn a_refusal_says_what_to_do() {
        const BUSY_USER: &str = r#"{"error":{"code":429,"message":"Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service 'sheets.googleapis.com' for consumer 'project_number:498586711441'.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED","domain":"googleapis.com","metadata":{"consumer":"projects/498586711441","service":"sheets.googleapis.com","quota_unit":"1/min/{project}/{user}","quota_limit":"ReadRequestsPerMinutePerUser","quota_location":"global","quota_metric":"sheets.googleapis.com/read_requests","quota_limit_value":"60"}},{"@type":"type.googleapis.com/google.rpc.Help","links":[]}]}}"#;
        const NOT_SHEET: &str = r#"{"error":{"code":400,"message":"This operation is not supported for this document","errors":[{"message":"This operation is not supported for this document","domain":"global","reason":"failedPrecondition"}],"status":"FAILED_PRECONDITION"}}"#;
        const NOT_SHARED: &str =
            r#"{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}"#;
        const DISABLED: &str = r#"{"error":{"code":403,"message":"Google Sheets API has not been used in project 498586711441 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=498586711441 then retry.","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","domain":"googleapis.com","metadata":{"service":"sheets.googleapis.com","consumer":"projects/498586711441"}}]}}"#;
        const LINK: &str = "https://console.cloud.google.com/apis/library/sheets.googleapis.com?project=498586711441";
        let scope = r#"{"error":{"code":403,"message":"Request had insufficient authentication scopes.","status":"PERMISSION_DENIED","details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}"#;
        let range =
            r#"{"error":{"code":400,"message":"Unable to parse range: 'Clients'!A1:B","status":"INVALID_ARGUMENT"}}"#;
        let user = Next::Crowded(Quota::User);
        check(429, BUSY_USER, ("google-busy", user, "Read requests per minute per user"));
        let project = BUSY_USER.replace("PerMinutePerUser", "PerMinutePerProject").replace(" per user'", "'");
        check(429, &project, ("google-busy", Next::Crowded(Quota::Project), "Read requests per minute"));
        check(429, "<html>", ("google-busy", user, "429"));
        check(403, &BUSY_USER.replace("429", "403"), ("google-busy", user, "Read requests per minute per user"));
        check(400, NOT_SHEET, ("google-not-a-sheet", Next::Stop, "1AbC"));
        check(400, range, ("google-no-range", Next::Stop, "Unable to parse range: 'Clients'!A1:B"));
        check(403, NOT_SHARED, ("google-not-shared", Next::Stop, "shop@p.example"));
        check(403, DISABLED, ("google-api-disabled", Next::Stop, LINK));
        let bare = DISABLED.split(",\"details\"").next().map(|body| format!("{body}}}}}")).unwrap_or_default();
        check(403, &bare, ("google-api-disabled", Next::Stop, LINK));
        check(403, scope, ("google-scope", Next::Stop, "shop@p.example"));
        check(403, "<html>go away", ("google-refused", Next::Stop, "403"));
        check(404, "", ("google-no-such-sheet", Next::Stop, "1AbC"));
        check(401, "{}", ("google-refused", Next::SignIn, "401"));
        check(302, "{}", ("google-refused", Next::Stop, "302: a redirect, which is not followed"));
        check(413, "", ("google-refused", Next::Stop, "413"));
        check(501, "", ("google-refused", Next::Stop, "501"));
        for status in [408, 500, 502, 503, 504] {
            let hint = format!("sheets.googleapis.com: {status}");
            check(status, "<html>", ("google-down", Next::Again, &hint));
        }
    }

    #[test]
    fn a_body_of_any_form_is_some_refusal() {
        for body in
            ["", "null", "[]", "7", r#"{"error":"no"}"#, r#"{"error":{"details":{},"message":7}}"#, "\u{feff}{}"]
        {
            check(400, body, ("google-refused", Next::Stop, "400"));
            check(403, body, ("google-refused", Next::Stop, "403"));
            check(429, body, ("google-busy", Next::Crowded(Quota::User), "429"));
        }
    }

    #[test]
    fn what_may_be_read_may_not_be_written() {
        let body = serde_json::json!({"error": {"status": "PERMISSION_DENIED"}});
        let said = of_refusal(403, &body, &Asked { writes: true, ..ASKED });
        assert_eq!(said.trouble.code.name(), "google-not-shared-to-write");
        let body = serde_json::json!({"error": {"status": "FAILED_PRECONDITION", "message": "a filter is on"}});
        let said = of_refusal(400, &body, &Asked { writes: true, ..ASKED });
        assert_eq!(said.trouble.hint, "400 FAILED_PRECONDITION: a filter is on");
    }

    #[test]
    fn no_cell_and_no_page_is_repeated() {
        let quoting = "Invalid data[0]: Invalid values[1][2]: struct_value { key: \"Анна\" }";
        assert_eq!(short(quoting), "Invalid data[0]:");
        assert_eq!(short(&"x\n".repeat(500)).chars().count(), MESSAGE_CHARS_MAX);
        let error = serde_json::from_str::<bool>("\"Анна\"").expect_err("it is no checkbox");
        assert_eq!(of_json(&error, "h").trouble.hint, "h: the answer has another form than Google's");
    }

    /// All texts are there, filled, in both languages.
    #[test]
    fn every_trouble_can_be_read() {
        for code in [
            NOT_SHARED,
            NOT_SHARED_TO_WRITE,
            API_DISABLED,
            KEY_REVOKED,
            CLOCK_WRONG,
            NOT_A_SHEET,
            NO_SUCH_SHEET,
            SCOPE,
            REFUSED,
            BUSY,
            DOWN,
            UNREACHABLE,
            BROKEN_ANSWER,
            ANSWER_TOO_LARGE,
        ] {
            for language in [Language::English, Language::Russian] {
                let text = Trouble::new(code, "HINT").render("shop", language);
                assert!(!text.contains('{') && text.contains("HINT"), "{text}");
            }
        }
    }
}
