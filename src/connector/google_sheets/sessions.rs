//! One session for each account of a process, however many sheets it reads.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{super::SourcePlace, quotas::Quotas, session::Session};
use crate::{config::Secret, finding::Code, http::Endpoint, port::Unread};

/// The setting that says where the account's key is.
pub(super) const CREDENTIALS: &str = "credentials";
/// The setting that names another server.
pub(super) const ENDPOINT: &str = "endpoint";

/// Where Google's own tools look for a key, too.
pub(super) const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

const NO_KEY: Code = Code::new("google-no-key");
pub(super) const NO_ENDPOINT: Code = Code::new("google-bad-endpoint");

/// The sessions by a digest of their key, and their endpoint.
type Sessions = Mutex<BTreeMap<([u8; 32], Option<String>), Arc<Session>>>;

/// The session for a source's account, which may be another source's as well.
pub(super) fn session(place: &SourcePlace) -> Result<Arc<Session>, Unread> {
    let key = key(place)?;
    let endpoint = place.option(ENDPOINT);
    let sessions = place.shared.the::<Sessions>();
    let mut sessions = sessions.lock().unwrap_or_else(PoisonError::into_inner);
    let named = (Sha256::digest(key.as_str()).into(), endpoint.map(str::to_owned));
    if let Some(session) = sessions.get(&named) {
        return Ok(Arc::clone(session));
    }
    let endpoint = endpoint.map(Endpoint::parse).transpose().map_err(|what| Unread::new(NO_ENDPOINT, what))?;
    let (patience, waits) = (place.shared.patience().clone(), place.shared.waits());
    let session = Arc::new(Session::new(&key, endpoint, &place.shared.the::<Quotas>(), patience, waits)?);
    sessions.insert(named, Arc::clone(&session));
    Ok(session)
}

/// The text of the key.
fn key(place: &SourcePlace) -> Result<Zeroizing<String>, Unread> {
    let missing = |why: String| Unread::new(NO_KEY, why);
    if let Some(at) = place.option(CREDENTIALS) {
        return Secret::parse(at).open(&place.folder).map_err(missing);
    }
    let path = Secret::Env(VARIABLE.to_owned()).open(&place.folder).map_err(missing)?;
    Secret::File(path.to_string()).open(&place.folder).map_err(missing)
}
