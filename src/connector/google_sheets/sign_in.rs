//! How one comes by a key, and what no key mends.

use super::{
    super::SignIn,
    link::{NO_LINK, PUBLISHED},
    said::{NO_SUCH_SHEET, NOT_A_SHEET},
    sessions::{CREDENTIALS, ENDPOINT, NO_ENDPOINT, VARIABLE},
    tabs::NO_TAB,
};
use crate::finding::Code;

pub(super) const SIGN_IN: SignIn = SignIn {
    setting: CREDENTIALS,
    file: "google-key.json",
    variable: VARIABLE,
    endpoint: ENDPOINT,
    steps: &[
        "google-step-project",
        "google-step-api",
        "google-step-account",
        "google-step-key",
        "google-step-keep",
        "google-step-share",
    ],
    stays: |code| OF_THE_LINK.contains(&code),
};

/// Only another link, or another server, mends these.
const OF_THE_LINK: [Code; 6] = [NO_LINK, PUBLISHED, NOT_A_SHEET, NO_SUCH_SHEET, NO_TAB, NO_ENDPOINT];
