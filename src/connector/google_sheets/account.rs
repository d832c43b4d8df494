//! The key of a service account, as the Google Cloud console hands it out.

use std::fmt;

use serde_json::{Map, Value};
use url::Url;
use yup_oauth2::ServiceAccountKey;

use crate::{
    finding::{Code, Trouble},
    http::{Endpoint, is_safe},
};

/// It is no JSON object at all.
const NOT_JSON: Code = Code::new("google-key-not-json");
/// It is an API key, which opens public sheets alone.
const API_KEY: Code = Code::new("google-key-api-key");
/// It is for programs at whose start a person signs in.
const OAUTH_CLIENT: Code = Code::new("google-key-oauth-client");
/// It is another kind of key.
const OTHER_TYPE: Code = Code::new("google-key-other-type");
/// A part of it is missing.
const INCOMPLETE: Code = Code::new("google-key-incomplete");
/// Its private part is broken.
pub(super) const UNREADABLE: Code = Code::new("google-key-unreadable");
/// It names an unsafe place to sign in.
const TOKEN_PLACE: Code = Code::new("google-key-token-address");

/// A service account with its key. `Debug` shows the e-mail alone.
pub(super) struct Account {
    pub(super) key: ServiceAccountKey,
    project: String,
}

impl Account {
    /// Reads the text of a key file. Whoever names an endpoint signs in there, at `/token`.
    pub(super) fn parse(text: &str, endpoint: Option<&Endpoint>) -> Result<Self, Trouble> {
        let text = text.trim();
        let fields: Map<String, Value> = serde_json::from_str(text).map_err(|_| no_json(text))?;
        is_of_service_account(&fields)?;
        let own = part(&fields, "token_uri").map(|uri| Url::parse(&uri).ok());
        let token = match endpoint {
            Some(endpoint) => endpoint.at(&["token"]),
            None => own?.filter(is_safe).ok_or_else(|| Trouble::new(TOKEN_PLACE, "token_uri"))?,
        };
        let key = ServiceAccountKey {
            key_type: None,
            project_id: None,
            private_key_id: None,
            private_key: part(&fields, "private_key")?,
            client_email: part(&fields, "client_email")?,
            client_id: None,
            auth_uri: None,
            token_uri: token.into(),
            auth_provider_x509_cert_url: None,
            client_x509_cert_url: None,
        };
        let project = part(&fields, "project_id").unwrap_or_else(|_| project_of(&key.client_email).to_owned());
        Ok(Self { key, project })
    }

    /// The e-mail with which a sheet is shared.
    pub(super) fn email(&self) -> &str {
        &self.key.client_email
    }

    /// The project whose quotas its calls count against.
    pub(super) fn project(&self) -> &str {
        &self.project
    }
}

/// The project of an e-mail such as `bridge@shop-1234.iam.gserviceaccount.com`; any other e-mail stands for itself.
fn project_of(email: &str) -> &str {
    let host = email.strip_suffix(".iam.gserviceaccount.com").and_then(|rest| rest.split_once('@'));
    host.map_or(email, |(_, project)| project)
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.email())
    }
}

fn no_json(text: &str) -> Trouble {
    // Google's API keys all begin alike.
    let code = if text.starts_with("AIza") { API_KEY } else { NOT_JSON };
    Trouble::new(code, "")
}

fn is_of_service_account(fields: &Map<String, Value>) -> Result<(), Trouble> {
    if fields.contains_key("installed") || fields.contains_key("web") {
        return Err(Trouble::new(OAUTH_CLIENT, ""));
    }
    match part(fields, "type")?.as_str() {
        "service_account" => Ok(()),
        other => Err(Trouble::new(OTHER_TYPE, other.chars().take(40).collect::<String>())),
    }
}

fn part(fields: &Map<String, Value>, name: &str) -> Result<String, Trouble> {
    let text = fields.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| Trouble::new(INCOMPLETE, name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let trouble = Account::parse(text, None).expect_err("it is no key");
        let said = [trouble.code.name(), &trouble.hint].join(" ");
        assert_eq!(said.trim_end(), expected);
    }

    fn key() -> Value {
        json!({
            "type": "service_account", "project_id": "p", "client_email": "bridge@p.iam.gserviceaccount.com",
            "private_key": "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n",
            "token_uri": "https://oauth2.googleapis.com/token",
        })
    }

    fn with(name: &str, value: &Value) -> String {
        let mut key = key();
        key[name] = value.clone();
        key.to_string()
    }

    #[test]
    fn what_is_no_key_is_told_apart() {
        check("", "google-key-not-json");
        check("-----BEGIN PRIVATE KEY-----", "google-key-not-json");
        check("[1]", "google-key-not-json");
        check(&key().to_string()[..100], "google-key-not-json");
        check("AIzaSyA0123456789", "google-key-api-key");
        check(r#"{"installed":{"client_id":"x"}}"#, "google-key-oauth-client");
        check(r#"{"web":{"client_id":"x"}}"#, "google-key-oauth-client");
        check(r#"{"type":"authorized_user","refresh_token":"SECRET"}"#, "google-key-other-type authorized_user");
        check("{}", "google-key-incomplete type");
        check(&with("private_key", &json!("")), "google-key-incomplete private_key");
        check(&with("client_email", &json!(7)), "google-key-incomplete client_email");
        check(&with("token_uri", &Value::Null), "google-key-incomplete token_uri");
        check(&with("token_uri", &json!("http://evil.example/token")), "google-key-token-address token_uri");
        check(&with("token_uri", &json!("not an address")), "google-key-token-address token_uri");
    }

    #[test]
    fn a_key_shows_its_email_alone_and_signs_in_where_it_should() {
        let here = Endpoint::parse("http://127.0.0.1:8080").expect("an address");
        for (endpoint, expected) in
            [(None, "https://oauth2.googleapis.com/token"), (Some(&here), "http://127.0.0.1:8080/token")]
        {
            let account = Account::parse(&format!("\u{20}{}\n", key()), endpoint).expect("it is a key");
            assert_eq!(account.key.token_uri, expected);
            assert_eq!(format!("{account:?}"), "bridge@p.iam.gserviceaccount.com");
        }
        let without = with("token_uri", &Value::Null);
        assert!(Account::parse(&without, Some(&here)).is_ok(), "the endpoint says where");
    }

    #[test]
    fn the_project_is_named_or_stands_in_the_email() {
        let check = |email: &str, project: &Value, expected: &str| {
            let mut key = key();
            (key["client_email"], key["project_id"]) = (email.into(), project.clone());
            assert_eq!(Account::parse(&key.to_string(), None).expect("it is a key").project(), expected, "{email}");
        };
        check("bridge@p.iam.gserviceaccount.com", &json!("shop"), "shop");
        check("bridge@p.iam.gserviceaccount.com", &Value::Null, "p");
        check("bridge@p.iam.gserviceaccount.com", &json!(" "), "p");
        check("7-compute@developer.gserviceaccount.com", &Value::Null, "7-compute@developer.gserviceaccount.com");
    }
}
