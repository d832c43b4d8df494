//! Signing in: a key signs a claim, and gets a token for an hour.
//!
//! Source: developers.google.com/identity/protocols/oauth2/service-account, with the errors of its last section.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use super::{request, request::Kind};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// How far a claim may lie in the future. Google doesn't say; minutes are seen to pass.
const SKEW_SECONDS: i64 = 300;

/// Who may sign in, and with which tokens they did.
#[derive(Debug)]
pub(crate) struct Desk {
    /// The public keys of accounts, by their e-mail addresses.
    accounts: BTreeMap<String, Vec<Vec<u8>>>,
    tokens: BTreeMap<String, Token>,
    given: usize,
    /// How long a token is good for.
    pub(crate) expires_in: Duration,
    /// How far this clock is ahead of the caller's.
    pub(crate) ahead_seconds: i64,
    /// Scopes that no administrator allows.
    pub(crate) barred_scopes: BTreeSet<String>,
}

/// What a token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) account: String,
    pub(crate) scopes: Vec<String>,
    /// By this desk's clock, in seconds since 1970.
    until: i64,
}

/// An error of the token endpoint, with HTTP 400.
#[derive(Debug)]
pub(crate) struct BadGrant {
    error: &'static str,
    description: String,
}

impl BadGrant {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { error, description: description.into() }
    }

    fn grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(crate) fn body(&self) -> Value {
        json!({ "error": self.error, "error_description": self.description })
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            accounts: BTreeMap::new(),
            tokens: BTreeMap::new(),
            given: 0,
            // What Google answers.
            expires_in: Duration::from_secs(3599),
            ahead_seconds: 0,
            barred_scopes: BTreeSet::new(),
        }
    }

    /// Lets an account sign in with a key, given as the public one in DER.
    pub(crate) fn register(&mut self, account: &str, key: &[u8]) {
        self.accounts.entry(account.to_owned()).or_default().push(key.to_vec());
    }

    /// Takes away all keys of an account: what they signed is no longer taken.
    pub(crate) fn revoke_keys(&mut self, account: &str) {
        self.accounts.entry(account.to_owned()).or_default().clear();
    }

    pub(crate) fn delete_account(&mut self, account: &str) {
        self.accounts.remove(account);
    }

    /// Takes back all tokens that were given.
    pub(crate) fn revoke_tokens(&mut self) {
        self.tokens.clear();
    }

    /// The answer to a request for a token.
    pub(crate) fn grant(&mut self, body: &str, endpoint: &str) -> Result<Value, BadGrant> {
        let form = request::form(body);
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        if field("grant_type") != GRANT {
            let kind = field("grant_type");
            return Err(BadGrant::new("unsupported_grant_type", format!("Invalid grant_type: {kind}")));
        }
        let claim = self.verified(field("assertion"), endpoint)?;
        let scopes = self.scopes(&claim)?;
        self.given += 1;
        // Recognisable wherever it should not be.
        let token = format!("ya29.CANARY-{:06}-{}", self.given, "x".repeat(120));
        let until = self.now() + self.expires_in.as_secs().cast_signed();
        let account = claim["iss"].as_str().unwrap_or_default().to_owned();
        self.tokens.insert(token.clone(), Token { account, scopes, until });
        Ok(json!({ "access_token": token, "expires_in": self.expires_in.as_secs(), "token_type": "Bearer" }))
    }

    /// What a token stands for, or why not, as the `reason` of an `ErrorInfo`.
    pub(crate) fn token(&self, bearer: Option<&str>) -> Result<&Token, Option<&'static str>> {
        let token = self.tokens.get(bearer.ok_or(Some("CREDENTIALS_MISSING"))?).ok_or(None)?;
        if self.now() < token.until { Ok(token) } else { Err(Some("ACCESS_TOKEN_EXPIRED")) }
    }

    fn verified(&self, assertion: &str, endpoint: &str) -> Result<Value, BadGrant> {
        let bad = || BadGrant::grant("Bad Request");
        let (signed, signature) = assertion.rsplit_once('.').ok_or_else(bad)?;
        let (head, claim) = signed.split_once('.').ok_or_else(bad)?;
        // Padding is against RFC 7515, and `yup-oauth2` sends it; Google takes it.
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let value = |text| bytes(text).and_then(|b| serde_json::from_slice::<Value>(&b).ok()).ok_or_else(bad);
        let (head, claim) = (value(head)?, value(claim)?);
        let account = claim["iss"].as_str().unwrap_or_default();
        let keys = self.accounts.get(account).ok_or_else(|| BadGrant::grant("Invalid grant: account not found"))?;
        let signature = bytes(signature).ok_or_else(bad)?;
        let fits = |key: &Vec<u8>| {
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
            key.verify(signed.as_bytes(), &signature).is_ok()
        };
        if head["alg"] != "RS256" || !keys.iter().any(fits) {
            return Err(BadGrant::grant("Invalid JWT Signature."));
        }
        if claim["aud"] != endpoint {
            return Err(BadGrant::grant(format!(
                "Invalid JWT: Failed audience check. The right audience is {endpoint}"
            )));
        }
        if !self.is_timely(&claim) {
            return Err(BadGrant::grant(
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                 iat and exp values in the JWT claim.",
            ));
        }
        Ok(claim)
    }

    fn is_timely(&self, claim: &Value) -> bool {
        let (Some(from), Some(until)) = (claim["iat"].as_i64(), claim["exp"].as_i64()) else { return false };
        until - from <= 3600 && from <= self.now() + SKEW_SECONDS && self.now() < until
    }

    fn scopes(&self, claim: &Value) -> Result<Vec<String>, BadGrant> {
        let scopes: Vec<String> =
            claim["scope"].as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        if scopes.is_empty() {
            return Err(BadGrant::new("invalid_scope", "Empty or missing scope not allowed."));
        }
        let good = |scope: &String| scope.starts_with("https://www.googleapis.com/auth/");
        if !scopes.iter().all(good) || scopes.iter().any(|s| self.barred_scopes.contains(s)) {
            return Err(BadGrant::new("invalid_scope", "Invalid OAuth scope or ID token audience provided."));
        }
        Ok(scopes)
    }

    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        since.as_secs().cast_signed() + self.ahead_seconds
    }
}

impl Token {
    /// Whether its scopes allow a method (source: the scopes that the reference names for each).
    pub(crate) fn allows(&self, kind: Kind) -> bool {
        self.scopes.iter().filter_map(|scope| scope.strip_prefix("https://www.googleapis.com/auth/")).any(|scope| {
            match scope {
                "spreadsheets" | "drive" | "drive.file" => true,
                "spreadsheets.readonly" | "drive.readonly" => kind == Kind::Read,
                _ => false,
            }
        })
    }
}
