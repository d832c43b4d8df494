//! How Google says no.

use serde_json::{Value, json};

/// An error as `google.rpc.Status` in JSON.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    status: &'static str,
    message: String,
    details: Vec<Value>,
}

const SERVICE: &str = "sheets.googleapis.com";

impl Refusal {
    pub(crate) fn new(code: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into(), details: Vec::new() }
    }

    /// 400 `INVALID_ARGUMENT`.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    /// Source: the issues of many; the wording with the item before it as `values:batchUpdate` gives it.
    pub(crate) fn range(text: &str) -> Self {
        Self::argument(format!("Unable to parse range: {text}"))
    }

    /// Source: airbytehq/airbyte #1740, home-assistant/core #104198.
    pub(crate) fn grid(range: &str, rows: usize, columns: usize) -> Self {
        Self::argument(format!("Range ({range}) exceeds grid limits. Max rows: {rows}, max columns: {columns}"))
    }

    /// Says which item of a request is meant.
    pub(crate) fn of(mut self, item: &str) -> Self {
        self.message = format!("Invalid {item}: {}", self.message);
        self
    }

    /// Source: the fixtures of r-lib/gargle.
    pub(crate) fn mask(mask: &str, what: &str) -> Self {
        let mut refusal = Self::argument("Request contains an invalid argument.");
        refusal.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{ "field": mask, "description": what }],
        }));
        refusal
    }

    /// Source: the cassettes of burnash/gspread.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "Requested entity was not found.")
    }

    /// Source: the documentation of TROCCO.
    pub(crate) fn not_shared() -> Self {
        Self::new(403, "PERMISSION_DENIED", "The caller does not have permission")
    }

    /// Source: php-samples #65.
    pub(crate) fn excel() -> Self {
        Self::new(400, "FAILED_PRECONDITION", "This operation is not supported for this document")
    }

    /// Source: what is kept of the answers for other services (`storage`, `vision`, `cloudkms`).
    pub(crate) fn token(reason: Option<&'static str>, method: &str) -> Self {
        let what = match reason {
            Some("CREDENTIALS_MISSING") => "Request is missing required authentication credential.",
            _ => "Request had invalid authentication credentials.",
        };
        let mut refusal = Self::new(
            401,
            "UNAUTHENTICATED",
            format!(
                "{what} Expected OAuth 2 access token, login cookie or other valid authentication credential. See \
                 https://developers.google.com/identity/sign-in/web/devconsole-project."
            ),
        );
        if let Some(reason) = reason {
            refusal.details.push(info(reason, &json!({ "service": SERVICE, "method": full(method) })));
        }
        refusal
    }

    /// Source: the documentation of TROCCO, and others.
    pub(crate) fn scope(method: &str) -> Self {
        let mut refusal = Self::new(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.");
        let metadata = json!({ "service": SERVICE, "method": full(method) });
        refusal.details.push(info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", &metadata));
        refusal
    }

    /// Source: node-google-spreadsheet and the answers for other services.
    pub(crate) fn disabled(project: u64) -> Self {
        let url = format!("https://console.developers.google.com/apis/api/{SERVICE}/overview?project={project}");
        let message = format!(
            "Google Sheets API has not been used in project {project} before or it is disabled. Enable it by \
             visiting {url} then retry. If you enabled this API recently, wait a few minutes for the action to \
             propagate to our systems and retry."
        );
        let metadata = json!({
            "service": SERVICE,
            "serviceTitle": "Google Sheets API",
            "consumer": format!("projects/{project}"),
            "containerInfo": project.to_string(),
            "activationUrl": url,
        });
        let mut refusal = Self::new(403, "PERMISSION_DENIED", message.clone());
        refusal.details = vec![
            info("SERVICE_DISABLED", &metadata),
            json!({
                "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
                "locale": "en-US",
                "message": message,
            }),
            help("Google developers console API activation", &url),
        ];
        refusal
    }

    /// Source: n8n-io/n8n #16750. An older one, among the cassettes of burnash/gspread, has neither `quota_unit` nor
    /// `quota_limit_value` nor the link; neither has a `Retry-After`.
    pub(crate) fn quota(project: u64, what: &str, per_user: bool, limit: usize) -> Self {
        let (of_user, unit, last) =
            if per_user { (" per user", "1/min/{project}/{user}", "User") } else { ("", "1/min/{project}", "Project") };
        let mut refusal = Self::new(
            429,
            "RESOURCE_EXHAUSTED",
            format!(
                "Quota exceeded for quota metric '{what} requests' and limit '{what} requests per minute{of_user}' of \
                 service '{SERVICE}' for consumer 'project_number:{project}'."
            ),
        );
        let metadata = json!({
            "consumer": format!("projects/{project}"),
            "service": SERVICE,
            "quota_unit": unit,
            "quota_limit": format!("{what}RequestsPerMinutePer{last}"),
            "quota_location": "global",
            "quota_metric": format!("{SERVICE}/{}_requests", what.to_lowercase()),
            "quota_limit_value": limit.to_string(),
        });
        refusal.details = vec![
            info("RATE_LIMIT_EXCEEDED", &metadata),
            help("Request a higher quota limit.", "https://cloud.google.com/docs/quotas/help/request_increase"),
        ];
        refusal
    }

    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message, "status": self.status });
        if !self.details.is_empty() {
            error["details"] = Value::Array(self.details.clone());
        }
        json!({ "error": error })
    }
}

fn full(method: &str) -> String {
    format!("google.apps.sheets.v4.SpreadsheetsService.{method}")
}

fn info(reason: &str, metadata: &Value) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    })
}

fn help(what: &str, url: &str) -> Value {
    json!({ "@type": "type.googleapis.com/google.rpc.Help", "links": [{ "description": what, "url": url }] })
}
