//! What was asked, taken apart.

use serde_json::Value;
use url::form_urlencoded;

/// A request, whole.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Decoded.
    pub(crate) path: String,
    /// Decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: String,
    /// What came after `Authorization: Bearer`.
    pub(crate) bearer: Option<String>,
    /// Whether its headers allow a compressed answer.
    pub(crate) gzip: bool,
}

/// What a request is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Token,
    Read,
    Write,
    Other,
}

impl Asked {
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn ranges(&self) -> impl Iterator<Item = &str> {
        self.query.iter().filter(|(key, _)| key == "ranges").map(|(_, value)| value.as_str())
    }

    /// Answers are spread over lines unless told otherwise.
    pub(crate) fn pretty(&self) -> bool {
        self.parameter("prettyPrint") != Some("false")
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    pub(crate) fn kind(&self) -> Kind {
        match (&*self.method, self.call()) {
            ("POST", None) if self.path == "/token" => Kind::Token,
            (_, Some(call)) => call.kind(),
            _ => Kind::Other,
        }
    }

    /// Which method of the API is called, and on what.
    pub(crate) fn call(&self) -> Option<Call<'_>> {
        let rest = self.path.strip_prefix("/v4/spreadsheets/")?;
        let (id, rest) = rest.split_at(rest.find(['/', ':']).unwrap_or(rest.len()));
        let what = match (&*self.method, rest) {
            ("GET", "") => What::Spreadsheet,
            ("GET", "/values:batchGet") => What::Values,
            ("GET", _) if !rest.ends_with(":append") => What::Range(rest.strip_prefix("/values/")?),
            ("POST", "/values:batchUpdate") => What::WriteValues,
            ("POST", ":batchUpdate") => What::Update,
            _ => return None,
        };
        (!id.is_empty()).then_some(Call { id, what })
    }
}

/// A call of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) id: &'a str,
    pub(crate) what: What<'a>,
}

/// The methods that the server knows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What<'a> {
    Spreadsheet,
    Values,
    Range(&'a str),
    WriteValues,
    Update,
}

impl Call<'_> {
    pub(crate) fn kind(&self) -> Kind {
        match self.what {
            What::Spreadsheet | What::Values | What::Range(_) => Kind::Read,
            What::WriteValues | What::Update => Kind::Write,
        }
    }

    /// Its name in Google's errors.
    pub(crate) fn method(&self) -> &'static str {
        match self.what {
            What::Spreadsheet => "GetSpreadsheet",
            What::Values => "BatchGetValues",
            What::Range(_) => "GetValues",
            What::WriteValues => "BatchUpdateValues",
            What::Update => "BatchUpdateSpreadsheet",
        }
    }
}

/// The parameters of a query or of a form.
pub(crate) fn form(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// A path without its `%`; a `+` stays one there.
pub(crate) fn path(text: &str) -> String {
    let escaped = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form(&escaped).into_iter().next().map(|(key, _)| key).unwrap_or_default()
}
