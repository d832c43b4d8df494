//! TLS as every connector speaks it: by ring, trusting whom the machine trusts.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

/// The authorities that this machine trusts, or those of the file that `SSL_CERT_FILE` names.
pub(crate) fn native_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// A client that verifies servers by `roots`.
pub(crate) fn config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
